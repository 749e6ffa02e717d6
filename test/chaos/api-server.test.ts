import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';

/**
 * What becomes of the operator when its API server does. It runs without leader election here, so that it is the same process before
 * and after; who loses the lease ends, and is another file's matter.
 */

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;
let pid: number | undefined;
const rows: string[][] = [];

const conditionMetric = (type: string, status: string) =>
  operator.metric(`supportcoverage_condition{coverage="chaos",coverage_namespace="${namespace}",type="${type}",status="${status}"}`);

beforeAll(async () => {
  cluster = await startControlPlane();
  kubectl = kubectlFor(cluster, { deadlineMs: 150_000 });
  await cluster.createNodes(3);
  await install(cluster);
  operator = await startOperator(cluster, { leaderElect: false });
  pid = operator.pid;
  const settings = [{ check: 'obs-metrics-server', for: '0s' }];
  await cluster.apply({
    apiVersion: 'platformsupport.io/v1alpha1',
    kind: 'SupportCoverage',
    metadata: { name: 'chaos', namespace },
    spec: { tier: 'Level1', checks: { schedule: '0 0 1 1 *', settings } },
  });
  await kubectl.condition('chaos', 'ObservabilityHealthy', 'False');
  await kubectl.approve('chaos.local');
  await kubectl.condition('chaos', 'Onboarded', 'True');
}, 120_000);

afterAll(async () => {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  process.stdout.write(`\n${rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')).join('\n')}\n\n`);
  await operator?.stop();
  await cluster?.stop();
}, 60_000);

rows.push(['fault', 'meanwhile the operator said', 'recovered after', 'compared afterwards']);

/** What must be the same after a fault as before it: the report to the letter, and which Events there are. */
async function memory() {
  const report = await kubectl.report('chaos.local');
  const events = await cluster.kubectl([
    'get',
    'events',
    '-A',
    '--field-selector',
    'reportingComponent=platformsupport.io/support-coverage-operator',
    '-o',
    'jsonpath={range .items[*]}{.reason}/{.involvedObject.name} {end}',
  ]);
  return { status: report?.status, events: events.stdout.split(' ').sort() };
}

/** Waits until the API server answers, then until the operator shows that it sees what happens now: a StorageClass made after the fault becomes drift. */
async function recovery(name: string): Promise<number> {
  await waitFor(
    'the API server',
    async () => (await cluster.kubectl(['get', '--raw', '/readyz'], { allowFailure: true, timeoutMs: 5_000 })).code === 0,
    { deadlineMs: 60_000 },
  );
  const startedAt = performance.now();
  await cluster.apply({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'csi.example.com' });
  await waitFor(
    'the new StorageClass to be seen',
    async () => {
      await kubectl.runNow('chaos');
      return (await kubectl.report('chaos.local'))?.status?.drift?.some(({ object }) => object === `StorageClass/${name}`);
    },
    { deadlineMs: 240_000, intervalMs: 500 },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await cluster.kubectl(['delete', 'storageclass', name]);
  await waitFor(
    'it to be gone again',
    async () => {
      await kubectl.runNow('chaos');
      return (await kubectl.report('chaos.local'))?.status?.drift?.length === 0;
    },
    { deadlineMs: 150_000, intervalMs: 500 },
  );
  return seconds;
}

/** One fault from its beginning to the proof that nothing was lost, repeated or re-dated. */
async function survive(title: string, fault: () => Promise<string>): Promise<void> {
  const before = await memory();
  const said = await fault();
  const seconds = await recovery(`after-${rows.length}`);
  const after = await memory();
  expect(after.status).toEqual(before.status);
  const ours = (events: string[]) => events.filter((event) => !event.includes('after-') && !event.startsWith('FindingsChanged'));
  expect(ours(after.events)).toEqual(ours(before.events));
  expect(operator.pid).toBe(pid);
  rows.push([title, said, `${seconds.toFixed(1)} s`, 'report equal, no Event repeated, same process']);
}

/** The length of a fault is a part of it. */
async function lasting(ms: number): Promise<void> {
  const until = performance.now() + ms;
  await waitFor(`the fault to last ${ms / 1000} s`, () => performance.now() >= until, { deadlineMs: ms + 10_000, intervalMs: 100 });
}

const ready = async () => ((await operator.metrics()).length > 0 ? 'alive' : 'dead');

it('the API server is gone for a second', async () => {
  await survive('API server gone for 1 s', async () => {
    const server = cluster.components['kube-apiserver'];
    await server.stop({ graceMs: 0 });
    await lasting(1_000);
    const said = await ready();
    await server.start();
    return said;
  });
}, 420_000);

it('the API server is gone for 30 seconds while a run is asked for', async () => {
  await survive('API server gone for 30 s', async () => {
    const server = cluster.components['kube-apiserver'];
    await server.stop({ graceMs: 0 });
    await lasting(30_000);
    const said = await ready();
    await server.start();
    return said;
  });
}, 420_000);

it('the API server freezes with its connections open', async () => {
  await survive('API server frozen for 20 s', async () => {
    const server = cluster.components['kube-apiserver'];
    await server.pause();
    await lasting(20_000);
    const said = await ready();
    await server.resume();
    return said;
  });
}, 420_000);

it('the API server comes back with an empty watch cache and history compacted', async () => {
  await survive('restarted, etcd compacted (410)', async () => {
    const server = cluster.components['kube-apiserver'];
    await server.stop({ graceMs: 0 });
    await server.start();
    // Something happens that the operator misses while it waits to reconnect, and history is thrown away.
    await cluster.kubectl(['create', 'configmap', 'noise', '-n', 'default']);
    await cluster.compact();
    await server.stop({ graceMs: 0 });
    await server.start();
    return ready();
  });
  const relists = (await operator.metrics()).split('\n').filter((line) => line.startsWith('supportcoverage_reflector_relists_total'));
  expect(relists.length).toBeGreaterThan(0);
}, 420_000);

it('a permission is revoked and granted again: Unknown in between, never healthy', async () => {
  await survive('permission on nodes revoked', async () => {
    const role = 'support-coverage-operator';
    const { rules } = await cluster.kubectlJson<{ rules: { resources?: string[]; verbs: string[] }[] }>(['get', 'clusterrole', role]);
    const patch = (changed: object) =>
      cluster.kubectl(['patch', 'clusterrole', role, '--type', 'merge', '-p', JSON.stringify({ rules: changed })]);
    await patch(
      rules.map((rule) =>
        rule.verbs.includes('watch') ? { ...rule, resources: rule.resources?.filter((resource) => resource !== 'nodes') } : rule,
      ),
    );
    // A watch that is open is not asked again; a new connection is.
    const server = cluster.components['kube-apiserver'];
    await server.stop({ graceMs: 0 });
    await server.start();
    await waitFor(
      'NodesHealthy to be Unknown',
      async (see) =>
        see((await kubectl.runNow('chaos')).status?.conditions?.find(({ type }) => type === 'NodesHealthy'))?.status === 'Unknown',
      { deadlineMs: 90_000, intervalMs: 1_000 },
    );
    const condition = await kubectl.condition('chaos', 'NodesHealthy', 'Unknown');
    expect(condition.message).toContain('may not list and watch nodes');
    expect(await conditionMetric('NodesHealthy', 'Unknown')).toBe(1);
    await patch(rules);
    await waitFor(
      'NodesHealthy to be True',
      async (see) =>
        see((await kubectl.runNow('chaos')).status?.conditions?.find(({ type }) => type === 'NodesHealthy'))?.status === 'True',
      { deadlineMs: 90_000, intervalMs: 1_000 },
    );
    return 'NodesHealthy=Unknown';
  });
}, 420_000);
