import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;

const series = (name: string, labels: string) =>
  `supportcoverage_${name}{coverage="production",coverage_namespace="${namespace}",cluster="local",${labels}}`;

const coverage = {
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name: 'production', namespace },
  spec: {
    tier: 'Level1',
    checks: {
      // Never by itself during the tests: they ask for each run.
      schedule: '0 0 1 1 *',
      settings: [
        { check: 'node-unreachable', for: '1s' },
        { check: 'pod-unschedulable', for: '1s' },
        { check: 'obs-metrics-server', for: '0s' },
      ],
    },
  },
};

const storageClass = (allowVolumeExpansion: boolean) => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard' },
  provisioner: 'csi.example.com',
  allowVolumeExpansion,
});

const metricsApi = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1beta1.metrics.k8s.io' },
  spec: { group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
};

const hungry = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'hungry', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'hungry' } },
    template: {
      metadata: { labels: { app: 'hungry' } },
      spec: { containers: [{ name: 'main', image: 'registry.example/main:1', resources: { requests: { cpu: '64' } } }] },
    },
  },
};

beforeAll(async () => {
  cluster = await startControlPlane();
  kubectl = kubectlFor(cluster);
  await cluster.createNodes(4, { prefix: 'worker' });
  await cluster.apply([storageClass(true), metricsApi]);
  await install(cluster);
  operator = await startOperator(cluster);
  await cluster.apply(coverage);
}, 120_000);

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
}, 60_000);

/** Runs the checks until the report is as expected, since what Kubernetes itself does first takes a moment. */
async function runUntil<T>(description: string, probe: () => Promise<T | undefined | false>): Promise<T> {
  return waitFor(
    description,
    async () => {
      await kubectl.runNow('production');
      return probe();
    },
    { deadlineMs: 90_000, intervalMs: 1_000 },
  );
}

const findingOf = async (check: string) =>
  (await kubectl.report('production.local'))?.status?.findings?.find((finding) => finding.check === check);
const driftOf = async (object: string) =>
  (await kubectl.report('production.local'))?.status?.drift?.find((drift) => drift.object === object);

describe('a platform engineer applies a SupportCoverage', () => {
  it('and it becomes Ready and Healthy, with a baseline captured that waits for approval', async () => {
    await kubectl.condition('production', 'Ready', 'True');
    await kubectl.condition('production', 'Healthy', 'True');
    const onboarded = await kubectl.condition('production', 'Onboarded', 'False');
    expect(onboarded.message).toContain('the baseline production.local waits for approval');
    const baseline = await kubectl.baseline('production.local');
    const found = [...new Set(baseline?.spec.facts.map(({ fact }) => fact))];
    expect(found).toEqual(expect.arrayContaining(['cluster-admins', 'cluster-version', 'node-pools', 'storage-classes']));
  }, 60_000);

  it('and kubectl get reads like a sentence', async () => {
    const { stdout } = await cluster.kubectl(['get', 'scov', '-n', namespace]);
    const [header = '', row = ''] = stdout.trim().split('\n');
    expect(header.split(/\s+/)).toEqual(['NAME', 'TIER', 'READY', 'HEALTHY', 'CRIT', 'WARN', 'DRIFT', 'WINDOW', 'LAST-CHECK', 'AGE']);
    expect(row.split(/\s+/).slice(0, 7)).toEqual(['production', 'Level1', 'True', 'True', '0', '0', '0']);
  });

  it('and approving the baseline makes it the measure, without waiting for the schedule', async () => {
    await kubectl.approve('production.local');
    await kubectl.condition('production', 'Onboarded', 'True');
    await kubectl.condition('production', 'BaselineInSync', 'True');
    const { status } = (await kubectl.coverage('production'))!;
    expect(status?.clusters?.[0]?.baseline).toMatchObject({
      name: 'production.local',
      approvedBy: 'jane',
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(status?.history?.[0]?.trigger).toBe('BaselineChanged');
  }, 60_000);

  it('and the object carries its health as a label', async () => {
    const { stdout } = await cluster.kubectl(['get', 'scov', '-n', namespace, '-l', 'platformsupport.io/health=healthy', '-o', 'name']);
    expect(stdout.trim()).toBe('supportcoverage.platformsupport.io/production');
  });
});

describe('what happens in the cluster is seen', () => {
  it('a node that stops reporting turns the condition, and the Event, the report and the metric name it; it resolves when the node is back', async () => {
    await cluster.silenceNode('worker-4');
    const finding = await runUntil('the finding', () => findingOf('node-unreachable'));
    expect(finding).toMatchObject({
      object: 'Node/worker-4',
      severity: 'warning',
      reason: 'NodeUnreachable',
      message: expect.stringContaining('worker-4 has stopped reporting'),
    });
    const { stdout } = await cluster.kubectl([
      'get',
      'node',
      'worker-4',
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Ready")].lastTransitionTime}',
    ]);
    expect(finding.firstSeen).toBe(stdout);
    await kubectl.condition(
      'production',
      'NodesHealthy',
      'False',
      ({ message, reason }) => message.includes('worker-4') && reason === 'NodeUnreachable',
    );
    await kubectl.condition('production', 'Healthy', 'False');
    expect(await operator.metric(series('findings', 'check="node-unreachable",severity="warning",scope="Support"'))).toBe(1);
    await waitFor('the Event on the node', async (see) =>
      see(await kubectl.eventsAbout('Node', 'worker-4')).some((text) => text.startsWith('FindingOpened: node-unreachable (warning)')),
    );
    const described = await cluster.kubectl(['describe', 'node', 'worker-4']);
    expect(described.stdout).toContain('FindingOpened');

    await cluster.unsilenceNode('worker-4');
    await runUntil('the finding to resolve', async () => (await findingOf('node-unreachable')) === undefined && 'gone');
    await kubectl.condition('production', 'Healthy', 'True');
    expect(await operator.metric(series('findings', 'check="node-unreachable",severity="warning",scope="Support"'))).toBe(0);
    await waitFor('the Event', async (see) =>
      see(await kubectl.eventsAbout('Node', 'worker-4')).some((text) => text.startsWith('FindingResolved: node-unreachable')),
    );
  }, 180_000);

  it('a Deployment that does not fit is one finding with what the scheduler lacks', async () => {
    await cluster.apply(hungry);
    const finding = await runUntil('the finding', () => findingOf('pod-unschedulable'));
    expect(finding).toMatchObject({
      object: 'Deployment/default/hungry',
      message: 'No node can take the pods of Deployment/default/hungry: Insufficient cpu.',
    });
    await kubectl.condition('production', 'CapacitySufficient', 'False');
    await waitFor('the Event on the Deployment', async (see) => see(await kubectl.eventsAbout('Deployment', 'hungry')).length > 0);
    expect((await cluster.kubectl(['describe', 'deployment', 'hungry'])).stdout).toContain('FindingOpened');
    await cluster.kubectl(['delete', 'deployment', 'hungry']);
    await runUntil('the finding to resolve', async () => (await findingOf('pod-unschedulable')) === undefined && 'gone');
  }, 180_000);

  it('a missing metrics API is a finding, and its return resolves it', async () => {
    await cluster.kubectl(['delete', 'apiservice', 'v1beta1.metrics.k8s.io']);
    await runUntil('the finding', () => findingOf('obs-metrics-server'));
    await kubectl.condition('production', 'ObservabilityHealthy', 'False');
    await cluster.apply(metricsApi);
    await runUntil('the finding to resolve', async () => (await findingOf('obs-metrics-server')) === undefined && 'gone');
  }, 120_000);
});

describe('drift from the approved baseline', () => {
  it('an edited StorageClass shows what was agreed, what is, who wrote it and when; undone it is gone', async () => {
    await cluster.kubectl([
      'patch',
      'storageclass',
      'standard',
      '--type',
      'merge',
      '--field-manager',
      'a-curious-engineer',
      '-p',
      '{"allowVolumeExpansion":false}',
    ]);
    const drift = await runUntil('the drift', () => driftOf('StorageClass/standard'));
    expect(drift).toMatchObject({
      fact: 'storage-classes',
      path: 'allowVolumeExpansion',
      expected: 'true',
      actual: 'false',
      manager: 'a-curious-engineer',
      changedAt: expect.stringMatching(/^20.*Z$/),
    });
    await kubectl.condition('production', 'BaselineInSync', 'False', ({ message }) => message.includes('a-curious-engineer'));
    expect(await operator.metric(series('drift', 'fact="storage-classes"'))).toBe(1);
    await waitFor('the Event', async (see) =>
      see(await kubectl.eventsAbout('StorageClass', 'standard')).some((text) => text.startsWith('DriftDetected')),
    );
    await cluster.kubectl(['patch', 'storageclass', 'standard', '--type', 'merge', '-p', '{"allowVolumeExpansion":true}']);
    await runUntil('the drift to go', async () => (await driftOf('StorageClass/standard')) === undefined && 'gone');
    await kubectl.condition('production', 'BaselineInSync', 'True');
    expect(await operator.metric(series('drift', 'fact="storage-classes"'))).toBe(0);
  }, 120_000);

  it('a new cluster-admin is drift until an ignore rule with a reason says that it is none', async () => {
    await cluster.kubectl(['create', 'clusterrolebinding', 'temporary', '--clusterrole=cluster-admin', '--user=contractor']);
    const drift = await runUntil('the drift', () => driftOf('ClusterRoleBinding/temporary'));
    expect(drift).toMatchObject({
      fact: 'cluster-admins',
      path: '',
      expected: '',
      actual: 'subjects=User/contractor',
      manager: 'kubectl-create',
    });
    const rule = { fact: 'cluster-admins', object: 'ClusterRoleBinding/temp*', reason: 'CHG-1042' };
    await cluster.kubectl([
      'patch',
      'scov',
      'production',
      '-n',
      namespace,
      '--type',
      'merge',
      '-p',
      JSON.stringify({ spec: { baseline: { ignore: [{ ...rule, expires: '2020-01-01' }] } } }),
    ]);
    await waitFor(
      'the new spec to be handled',
      async (see) => see((await kubectl.coverage('production'))!).status?.history?.[0]?.trigger === 'SpecChanged',
    );
    expect(await driftOf('ClusterRoleBinding/temporary')).toBeDefined();
    await cluster.kubectl([
      'patch',
      'scov',
      'production',
      '-n',
      namespace,
      '--type',
      'merge',
      '-p',
      JSON.stringify({ spec: { baseline: { ignore: [rule] } } }),
    ]);
    await kubectl.condition('production', 'BaselineInSync', 'True');
    await cluster.kubectl(['delete', 'clusterrolebinding', 'temporary']);
  }, 120_000);

  it('an approved baseline cannot be changed, and one that was deleted is a critical finding', async () => {
    const patch = async (spec: object) =>
      cluster.kubectl(['patch', 'scbl', 'production.local', '-n', namespace, '--type', 'merge', '-p', JSON.stringify({ spec })], {
        allowFailure: true,
      });
    expect((await patch({ facts: [] })).stderr).toContain('an approved baseline cannot be changed: create a new CoverageBaseline');
    expect((await patch({ approval: { approvedBy: 'mallory' } })).stderr).toContain('an approval cannot be changed or removed');
    expect((await patch({ approval: null })).stderr).toContain('an approval cannot be changed or removed');
    const baseline = await kubectl.baseline('production.local');
    await cluster.kubectl(['delete', 'scbl', 'production.local', '-n', namespace]);
    await kubectl.condition('production', 'BaselineInSync', 'False', ({ reason }) => reason === 'BaselineDeleted');
    expect(await findingOf('baseline-altered')).toMatchObject({ severity: 'critical', reason: 'BaselineDeleted' });
    const { name } = baseline!.metadata;
    await cluster.apply({
      apiVersion: 'platformsupport.io/v1alpha1',
      kind: 'CoverageBaseline',
      metadata: { name, namespace },
      spec: baseline!.spec,
    });
    await kubectl.condition('production', 'BaselineInSync', 'True');
    expect(await findingOf('baseline-altered')).toBeUndefined();
  }, 120_000);
});

describe('a restart of the operator', () => {
  it('forgets, repeats and re-dates nothing, and keeps the time of the next check', async () => {
    await cluster.apply(hungry);
    await cluster.kubectl(['delete', 'apiservice', 'v1beta1.metrics.k8s.io']);
    await runUntil('both findings', async () => (await findingOf('pod-unschedulable')) && (await findingOf('obs-metrics-server')));
    await waitFor('the Event', async (see) => see(await kubectl.eventsAbout('APIService', 'v1beta1.metrics.k8s.io')).length > 0);
    const before = await kubectl.report('production.local');
    const events = async () =>
      (
        await cluster.kubectl([
          'get',
          'events',
          '-A',
          '-o',
          'jsonpath={range .items[*]}{.reason}{" "}{.involvedObject.name}{"\\n"}{end}',
          '--field-selector',
          'reportingComponent=platformsupport.io/support-coverage-operator',
        ])
      ).stdout
        .split('\n')
        .sort();
    const eventsBefore = await events();
    const { nextCheckTime } = (await kubectl.coverage('production'))!.status!;

    await operator.stop('SIGKILL');
    await operator.start();
    await waitFor(
      'the metrics to be there again before any check ran',
      async (see) => see(await operator.metric(series('findings', 'check="pod-unschedulable",severity="warning",scope="Support"'))) === 1,
      { deadlineMs: 40_000 },
    );
    expect((await kubectl.coverage('production'))!.status!.nextCheckTime).toBe(nextCheckTime);
    const { status } = await kubectl.runNow('production');
    expect(status?.nextCheckTime).toBe(nextCheckTime);

    const after = await kubectl.report('production.local');
    expect(after?.status).toEqual(before?.status);
    expect(after?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
    expect(await events()).toEqual(eventsBefore);
    await cluster.kubectl(['delete', 'deployment', 'hungry']);
    await cluster.apply(metricsApi);
    await runUntil('both to resolve', async () => (await kubectl.report('production.local'))?.status?.findings?.length === 0 && 'gone');
  }, 180_000);

  it('ends with 0 within its grace period when asked to, and releases the lease', async () => {
    expect(await operator.stop()).toBe(0);
    const { stdout } = await cluster.kubectl([
      'get',
      'lease',
      'support-coverage-operator',
      '-n',
      namespace,
      '-o',
      'jsonpath={.spec.holderIdentity}',
    ]);
    expect(stdout).toBe('');
    await operator.start();
  }, 60_000);
});

describe('a coverage is', () => {
  it('suspended: nothing runs and no condition says healthy', async () => {
    const patch = (suspend: boolean) =>
      cluster.kubectl(['patch', 'scov', 'production', '-n', namespace, '--type', 'merge', '-p', JSON.stringify({ spec: { suspend } })]);
    await patch(true);
    await kubectl.condition('production', 'Ready', 'False', ({ reason }) => reason === 'Suspended');
    await kubectl.condition('production', 'Healthy', 'Unknown', ({ reason }) => reason === 'Suspended');
    await kubectl.condition('production', 'NodesHealthy', 'Unknown');
    await patch(false);
    await kubectl.condition('production', 'Healthy', 'True');
  }, 60_000);

  it('deleted: its report and its series go with it', async () => {
    await cluster.kubectl(['delete', 'scov', 'production', '-n', namespace]);
    await waitFor(
      'the series to go',
      async (see) => !see((await operator.metrics()).split('\n').filter((line) => line.includes('coverage="production"'))).length,
    );
    await waitFor('the report to go', async () => (await kubectl.report('production.local')) === undefined);
  }, 60_000);
});
