import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import type { Acknowledgement } from '../../src/api/v1alpha1/acknowledgement.ts';
import type { CoverageBaseline } from '../../src/api/v1alpha1/coveragebaseline.ts';
import { binary, repository } from '../controlplane/binaries.ts';
import type { CommandResult, Manifest } from '../controlplane/cluster-handle.ts';
import { runCommand } from '../controlplane/command.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { manifest } from '../fixtures/command-world.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';

/** `kubectl supportcoverage` as kubectl's plugin on the real API server, by people who have the chart's roles and no more. */

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;
let plugins: string;

type Person = 'view' | 'edit' | 'admin';
const kubeconfigs = new Map<Person, string>();
const rbac = 'rbac.authorization.k8s.io';

async function as(person: Person, args: string[], input = ''): Promise<CommandResult> {
  const path = [plugins, dirname(process.execPath), process.env.PATH].join(':');
  const env = { ...process.env, NODE_OPTIONS: undefined, PATH: path, KUBECONFIG: kubeconfigs.get(person) };
  return runCommand(binary('kubectl'), ['supportcoverage', ...args], { input, env, timeoutMs: 120_000 });
}

function bound(person: Person, kind: 'Role' | 'ClusterRole', role: string, everywhere = false): Manifest {
  return {
    apiVersion: `${rbac}/v1`,
    kind: everywhere ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: `${person}-${role}`, ...(everywhere ? {} : { namespace }) },
    roleRef: { apiGroup: rbac, kind, name: role },
    subjects: [{ kind: 'ServiceAccount', name: person, namespace }],
  };
}

beforeAll(async () => {
  cluster = await startControlPlane();
  kubectl = kubectlFor(cluster);
  plugins = join(cluster.dir, 'plugins');
  mkdirSync(plugins);
  symlinkSync(join(repository, 'src/main.ts'), join(plugins, 'kubectl-supportcoverage'));
  await cluster.createNodes(2);
  await install(cluster);
  for (const person of ['view', 'edit', 'admin'] as const) {
    await cluster.apply([
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: person, namespace } },
      bound(person, 'ClusterRole', person),
    ]);
    kubeconfigs.set(person, await cluster.kubeconfigFor({ namespace, serviceAccount: person }));
  }
  const rules = [{ apiGroups: ['platformsupport.io'], resources: ['acknowledgements'], verbs: ['create'] }];
  await cluster.apply([
    bound('admin', 'ClusterRole', 'support-coverage-operator', true),
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: 'acknowledge', namespace }, rules },
    bound('edit', 'Role', 'acknowledge'),
  ]);
  operator = await startOperator(cluster);
  await cluster.apply({
    apiVersion: 'platformsupport.io/v1alpha1',
    kind: 'SupportCoverage',
    metadata: { name: 'production', namespace },
    spec: { tier: 'Level1', checks: { schedule: '0 0 1 1 *', settings: [{ check: 'obs-metrics-server', for: '0s' }] } },
  });
  await kubectl.condition('production', 'Ready', 'True');
}, 180_000);

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
}, 60_000);

it('a viewer sees how the coverage is, what is wrong and what is missing, and nothing that is not a word', async () => {
  const { code, stdout, stderr } = await as('view', ['status']);
  expect(stdout).toMatch(/^production \(Level1, namespace platform-support\) is NOT healthy, since \S+ \(\w+ ago\): /);
  expect(stdout).toContain('obs-metrics-server: ');
  expect(stdout).toContain('Missing for onboarding: the baseline production.local waits for approval');
  expect(stdout).toMatch(/\n {2}local \(v1\.37\.2, 2 nodes\): /);
  expect(stdout).not.toMatch(/undefined|\[object/);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
}, 60_000);

describe('a baseline', () => {
  it('cannot be captured by somebody who may not read the cluster, and the missing permissions are named', async () => {
    const { code, stdout, stderr } = await as('view', ['baseline', 'capture', 'production']);
    expect(stderr).toMatch(
      /^error: a baseline cannot be captured, .*you may not list and watch [^\n]*\bnodes,[^\n]*storageclasses\.storage\.k8s\.io[^\n]*\n$/,
    );
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  }, 90_000);

  it('that is captured by the command line is the one that the operator captured', async () => {
    const { code, stdout, stderr } = await as('admin', ['baseline', 'capture', 'production']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const own = await kubectl.baseline('production.local');
    expect((load(stdout) as CoverageBaseline).spec).toEqual(own?.spec);
    expect(own?.spec.facts.length).toBeGreaterThan(10);
  }, 90_000);

  it('that was captured can be applied by an administrator', async () => {
    const { stdout } = await as('admin', ['baseline', 'capture', 'production', '--name', 'agreed']);
    expect(await as('view', ['validate', '-'], stdout)).toMatchObject({ code: 0, stdout: 'standard input: CoverageBaseline/agreed: ok\n' });
    const kubeconfig = kubeconfigs.get('admin') ?? '';
    const applied = await cluster.kubectl(['apply', '--server-side', '-f', '-'], { input: stdout, kubeconfig });
    expect(applied.stdout).toContain('agreed serverside-applied');
  }, 90_000);

  it('is approved by an administrator alone, and the coverage shows the hash that was shown', async () => {
    const args = ['baseline', 'approve', 'production.local', '--by', 'jane@example.com', '--note', 'CHG-1042'];
    expect(await as('admin', args)).toMatchObject({
      code: 3,
      stderr: 'error: nobody can be asked here: write --yes to approve without being asked\n',
    });
    expect(await as('edit', [...args, '--yes'])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^error: .*cannot patch resource "coveragebaselines"[^\n]*\n$/),
    });
    const { code, stdout } = await as('admin', [...args, '--yes']);
    expect(code).toBe(0);
    const [hash] = /[0-9a-f]{64}/.exec(stdout) ?? [];
    await waitFor(
      'the approval to be in the status',
      async (see) => see((await kubectl.coverage('production'))?.status?.clusters?.[0]?.baseline)?.contentHash === hash,
      { deadlineMs: 30_000 },
    );
    expect(await as('admin', [...args, '--yes'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('is approved already, by jane@example.com'),
    });
  }, 90_000);

  it('is compared with what is there now', async () => {
    expect(await as('admin', ['baseline', 'diff', 'production'])).toMatchObject({
      ...{ code: 0, stderr: '', stdout: 'No difference between the cluster local and the baseline production.local.\n' },
    });
    await cluster.apply({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'fast' },
      provisioner: 'csi.example.com',
    });
    const { code, stdout } = await as('admin', ['baseline', 'diff', 'production']);
    expect(stdout).toMatch(/\nStorageClass\/fast\n {2}it is new: .*provisioner=csi\.example\.com.* \(storage-classes\)\n/);
    expect(code).toBe(1);
    expect(await as('view', ['baseline', 'diff', 'production'])).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('Not compared: you may not '),
    });
  }, 120_000);
});

it('an editor has the checks run, and a viewer may not', async () => {
  expect(await as('view', ['run', 'production'])).toMatchObject({ code: 3, stderr: expect.stringContaining('cannot patch resource') });
  const { code, stdout } = await as('edit', ['run', 'production', '--wait', '--timeout', '60s']);
  expect(stdout).toMatch(/^production .* is NOT healthy/);
  // A new class is a new module: separate project scope.
  expect(stdout).toContain('Apart from these: 2 of separate project scope.');
  expect(code).toBe(1);
}, 120_000);

it('a finding is acknowledged by whom the API server knows', async () => {
  const { stdout } = await as('edit', ['status', 'production', '-o', 'json']);
  const { findings } = JSON.parse(stdout) as { findings: { id: string; check: string }[] };
  const { id = '' } = findings.find(({ check }) => check === 'obs-metrics-server') ?? {};
  const caller = `system:serviceaccount:${namespace}:edit`;
  const acknowledged = await as('edit', ['ack', 'production', id, '--reason', 'INC-7', '--expires', '8h']);
  expect(acknowledged).toMatchObject({ code: 0, stdout: expect.stringContaining(`acknowledged by ${caller}, until `) });
  expect(acknowledged.stdout).toContain(`  ${id} obs-metrics-server `);
  const byGlob = await as('edit', ['ack', 'production', '--check', 'storage-*', '--reason', 'INC-8', '--by', 'joe', '--expires', '1h']);
  expect(byGlob).toMatchObject({ code: 0, stdout: expect.stringContaining('It matches 1 finding now:') });
  const { items } = await cluster.kubectlJson<{ items: Acknowledgement[] }>(['get', 'scack', '-n', namespace]);
  expect(items.map(({ spec }) => [spec.coverage, spec.by, spec.findings ?? spec.match])).toEqual(
    expect.arrayContaining([
      ['production', caller, [id]],
      ['production', 'joe', { check: 'storage-*', object: '*' }],
    ]),
  );
}, 60_000);

describe('what validate says without a cluster', () => {
  const weekly = { name: 'weekly', days: ['Tue'], start: '22:00', duration: '4h' };
  const window = (change: object) => ({ maintenance: { windows: [{ ...weekly, ...change }] } });
  const exclusion = (from: string, to: string) => ({ maintenance: { exclusions: [{ from, to, reason: 'freeze' }] } });
  const contact = (notify: object) => ({ contacts: [{ name: 'desk', party: 'Support', notify }] });
  const urls = (url: string) => contact({ alertmanager: { urls: [url] } });
  const source = (alertSource: object) => ({ scope: { clusters: [{ name: 'local', alertSource }] } });
  const refused: [string, object][] = [
    ['write a time of the day such as 22:00', window({ start: '25:00' })],
    ['write a duration of more than 0s and at most 168h', window({ duration: '169h' })],
    ['an exclusion ends after it begins', exclusion('2027-01-05T00:00:00+01:00', '2027-01-04T23:00:00Z')],
    ['write the name of a namespace', { scope: { platformNamespaces: ['kube system'] } }],
    ['use lower case letters, digits', { scope: { clusters: [{ name: 'Prod EU' }] } }],
    ['only one cluster can be the one that the operator runs in', { scope: { clusters: [{ name: 'a' }, { name: 'b' }] } }],
    ['a check that is switched off needs a reason', { checks: { settings: [{ check: 'node-not-ready', enabled: false }] } }],
    ['write a cron line of five fields', { checks: { schedule: '0 */15 * * * *' } }],
    ['corrections are applied in maintenance windows only', { corrections: { mode: 'Apply' } }],
    ['each escalation step names one of contacts', { ...urls('http://a:9093'), escalation: [{ contact: 'nobody' }] }],
    ['deliveryTooling is covered at Level3 only', { scope: { deliveryTooling: ['Flux'] } }],
    ['write exactly one of webhook and alertmanager', contact({})],
    ['write exactly one of alertmanager and prometheus', source({})],
    [
      'write exactly one of alertmanager and prometheus',
      source({ alertmanager: { urls: ['http://a'] }, prometheus: { urls: ['http://b'] } }),
    ],
    ['without a user name, query or fragment', source({ prometheus: { urls: ['http://me:secret@a:9090'] } })],
    ['without a user name, query or fragment', urls('http://me@a:9093')],
    ['write the address without a user name', { scope: { repositories: [{ name: 'a', url: 'https://me@git.example.com/a' }] } }],
    ['write at least one of checks, objects and namespaces', { boundary: { rules: [{ match: {}, assign: 'Project', reason: 'x' }] } }],
    ['closedDates close weekly hours', { workingHours: { timeZone: 'UTC', closedDates: ['2026-12-25'] } }],
  ];
  const accepted: object[] = [
    window({}),
    exclusion('2027-01-05T00:00:00+01:00', '2027-01-05T00:00:00Z'),
    { ...urls('http://alertmanager.monitoring:9093/path'), escalation: [{ contact: 'desk' }] },
    { corrections: { mode: 'Apply' }, ...window({}) },
    source({ alertmanager: { urls: ['http://alertmanager.monitoring:9093'] } }),
  ];
  const spec = (change: object) => manifest('SupportCoverage', 'tried', { tier: 'Level1', ...change });

  it('the API server says too, rule by rule', async () => {
    const input = refused.map(([, change]) => spec(change)).join('---\n');
    const { stdout, code } = await as('view', ['validate', '-'], input);
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line, index) => [line.includes(refused[index]?.[0] ?? ''), line]).filter(([same]) => !same)).toEqual([]);
    for (const [message, change] of refused) {
      const { stderr } = await cluster.kubectl(['create', '--dry-run=server', '-f', '-', '-n', namespace], {
        input: spec(change),
        allowFailure: true,
      });
      expect(stderr).toContain(message);
    }
  }, 120_000);

  it('and what it accepts, the API server accepts', async () => {
    const { code, stdout } = await as('edit', ['validate', '--server', '-'], accepted.map(spec).join('---\n'));
    expect(stdout.trimEnd().split('\n')).toEqual(accepted.map(() => 'standard input: SupportCoverage/tried: ok'));
    expect(code).toBe(0);
    expect(await kubectl.coverage('tried')).toBeUndefined();
  }, 60_000);

  it('is not all: a change of an approved baseline is refused with --server alone', async () => {
    const { metadata, spec: agreed } = (await kubectl.baseline('production.local')) ?? {};
    const changed = manifest('CoverageBaseline', metadata?.name ?? '', { ...agreed, facts: [] });
    expect((await as('admin', ['validate', '-'], changed)).code).toBe(0);
    expect(await as('admin', ['validate', '--server', '-'], changed)).toMatchObject({
      ...{ code: 1, stdout: expect.stringContaining('an approved baseline cannot be changed') },
    });
    expect((await as('view', ['validate', '--server', '-'], changed)).code).toBe(3);
  }, 60_000);
});
