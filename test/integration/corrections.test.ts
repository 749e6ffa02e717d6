import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { copyCorrection } from '../../src/checks/corrections.ts';
import { apply } from '../../src/coverage/corrections.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { createTransport } from '../../src/kube/transport.ts';
import type { KubeObject } from '../../src/kube/types.ts';
import { limitranges } from '../../src/observe/resources/limitranges.ts';
import { binDirectory } from '../controlplane/binaries.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';
import { applications, copied, copying, coverage, denying, policy, release, templates } from './scenarios/corrected.ts';
import { installApi } from './scenarios/monitoring-stack.ts';
import { createWorld, deployment, namespace as namespaceManifest } from './scenarios/scenario.ts';

/** Small changes that the operator makes in a maintenance window, on the real API server, with the permission that the chart grants. */

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;

const spaces = ['plain', 'mutated', 'warned'].map((name) => `platform-${name}`);
const patchOf = { automountServiceAccountToken: false };

async function corrections(name = 'corrected', checks = ['sa-default-automount']): Promise<string[]> {
  await kubectl.runNow(name);
  const { corrections: every = [] } = (await kubectl.report(`${name}.local`))?.status ?? {};
  const all = every.filter(({ check }) => checks.includes(check));
  return all.map(({ object, result, message = '' }) => `${result} ${object} ${message}`.trim()).sort();
}

const copies = () => corrections('copied', ['ns-limitrange', 'ns-default-deny', 'obs-scrape-orphan']);

/** As a person would paste it. */
async function paste(command: string): Promise<string> {
  const env = { PATH: `${binDirectory}:/usr/bin:/bin`, KUBECONFIG: cluster.adminKubeconfig, HOME: cluster.dir };
  return (await promisify(execFile)('sh', ['-c', command], { env })).stdout.trim();
}

/** The spec of an object, and who wrote it; undefined where it is not there. */
async function objectIn(kind: string, name: string, inNamespace: string) {
  const { stdout } = await cluster.kubectl([
    ...['get', kind, name, '-n', inNamespace, '--ignore-not-found', '--show-managed-fields', '-o', 'json'],
  ]);
  if (stdout.trim() === '') return undefined;
  const { spec, metadata } = JSON.parse(stdout) as KubeObject & { spec: object };
  return { spec, labels: metadata?.labels, managers: metadata?.managedFields?.map(({ manager }) => manager) };
}

async function automountOf(inNamespace: string): Promise<boolean | undefined> {
  const account = await cluster.kubectlJson<{ automountServiceAccountToken?: boolean }>([
    'get',
    'serviceaccount',
    'default',
    '-n',
    inNamespace,
  ]);
  return account.automountServiceAccountToken;
}

beforeAll(async () => {
  cluster = await startControlPlane();
  kubectl = kubectlFor(cluster);
  await cluster.createNodes(2);
  const allow = ['ns-limitrange', 'obs-scrape-orphan', 'sa-default-automount'];
  const namespaces = ['platform-*', 'shop*'];
  await install(cluster, { corrections: { allow, namespaces } });
  await cluster.apply(spaces.map((name) => namespaceManifest(name)));
  await cluster.apply(spaces.map((name) => deployment('web', name)));
  await installApi(createWorld(cluster), 'prometheuses', 'servicemonitors');
  await cluster.apply(copied.namespaces);
  await cluster.apply(copied.objects);
  const mutation = {
    patchType: 'ApplyConfiguration',
    applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"touched": "true"}}}' },
  };
  await cluster.apply([
    ...policy('Mutating', 'shop-mutated', { reinvocationPolicy: 'Never', mutations: [mutation] }, {}),
    ...policy('Mutating', 'platform-mutated', { reinvocationPolicy: 'Never', mutations: [mutation] }, {}),
    ...policy(
      'Validating',
      'platform-warned',
      { validations: [{ expression: 'false', message: 'somebody relies on this token' }] },
      { validationActions: ['Warn'] },
    ),
  ]);
  operator = await startOperator(cluster, {
    flags: [`--corrections-allow=${allow.join()}`, `--corrections-namespaces=${namespaces.join()}`],
  });
  // The window is over before this test is, and opens again long after it.
  await cluster.apply([coverage(-4), copying(-4)]);
  for (const name of ['corrected', 'copied']) {
    await kubectl.condition(name, 'Ready', 'True');
    await kubectl.approve(`${name}.local`);
    await kubectl.condition(name, 'Onboarded', 'True');
  }
}, 180_000);

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
}, 60_000);

it('outside the window each is suggested with its command, and nothing is changed', async () => {
  const expected = spaces.map((name) => `Suggested ServiceAccount/${name}/default`).sort();
  await waitFor('the suggestions', async (see) => see(await corrections()).join() === expected.join(), {
    deadlineMs: 60_000,
    intervalMs: 1_000,
  });
  const { corrections: all = [] } = (await kubectl.report('corrected.local'))?.status ?? {};
  expect(all.find(({ check }) => check === 'sa-default-automount')?.command).toBe(
    `kubectl patch serviceaccounts default -n ${spaces.toSorted()[0]} --type merge -p '${JSON.stringify(patchOf)}'`,
  );
  for (const name of spaces) expect(await automountOf(name)).toBeUndefined();
}, 90_000);

it('in the window it is made; refused where admission adds to it or warns of it', async () => {
  await cluster.apply(coverage(-1));
  await waitFor(
    'the window to be open',
    async (see) => see((await kubectl.coverage('corrected'))?.status?.windows)?.maintenance === 'Open',
    {
      deadlineMs: 60_000,
    },
  );
  expect((await corrections()).filter((line) => !line.startsWith('Suggested'))).toEqual([
    'Applied ServiceAccount/platform-plain/default The change was made and is there.',
    'Refused ServiceAccount/platform-mutated/default The dry-run gives another result than the change alone: an admission webhook or policy adds to it.',
    expect.stringMatching(
      /^Refused ServiceAccount\/platform-warned\/default The API server warns of the change: .*somebody relies on this token/,
    ),
  ]);
  expect(await automountOf('platform-plain')).toBe(false);
  for (const name of ['platform-mutated', 'platform-warned']) expect(await automountOf(name)).toBeUndefined();
}, 90_000);

it('each attempt is told in one Event and counted, and not made again', async () => {
  await corrections();
  const events = await kubectl.eventsAbout('SupportCoverage', 'corrected', namespace);
  expect(
    events.filter((event) => event.startsWith('Correction')).map((event) => event.replace(/: [^:]*: /, ': ').slice(0, 80)),
  ).toHaveLength(3);
  const count = (result: string) =>
    operator.metric(
      `supportcoverage_corrections_total{coverage="corrected",coverage_namespace="${namespace}",check="sa-default-automount",result="${result}"}`,
    );
  expect([await count('Applied'), await count('Refused'), await count('Failed')]).toEqual([1, 2, 0]);
}, 60_000);

it('what the approved baseline does not know is suggested and never changed', async () => {
  await cluster.apply([namespaceManifest('platform-late'), deployment('web', 'platform-late')]);
  await waitFor('the suggestion', async (see) => see(await corrections()).includes('Suggested ServiceAccount/platform-late/default'), {
    deadlineMs: 60_000,
    intervalMs: 1_000,
  });
  expect(await automountOf('platform-late')).toBeUndefined();
}, 90_000);

describe('copies of a template, and labels by which Prometheus selects', () => {
  const limitRange = (inNamespace: string) => `LimitRange/${inNamespace}/defaults`;
  const networkPolicy = (inNamespace: string) => `NetworkPolicy/${inNamespace}/default-deny`;
  const bare = `ServiceMonitor/${templates}/bare`;
  const until = (what: string, expected: string[]) =>
    waitFor(what, async (see) => see(await copies()).join() === expected.toSorted().join(), { deadlineMs: 60_000, intervalMs: 1_000 });

  it('outside the window are suggested, and not made', async () => {
    const expected = [...applications.flatMap((name) => [limitRange(name), networkPolicy(name)]), bare];
    await until(
      'the suggestions',
      expected.map((object) => `Suggested ${object}`),
    );
    for (const name of applications) expect(await objectIn('limitrange', 'defaults', name)).toBeUndefined();
  }, 90_000);

  it('are made by the commands of the suggestions as they are pasted, which change nothing of the template', async () => {
    const { corrections: all = [] } = (await kubectl.report('copied.local'))?.status ?? {};
    const before = await objectIn('networkpolicy', 'default-deny', templates);
    for (const name of applications) {
      const command = all.find(({ object }) => object === networkPolicy(name))?.command ?? '';
      expect(await paste(command)).toBe('networkpolicy.networking.k8s.io/default-deny created');
      expect((await objectIn('networkpolicy', 'default-deny', name))?.spec).toEqual(denying);
    }
    expect(await objectIn('networkpolicy', 'default-deny', templates)).toEqual(before);
    await until('them to be done', [...applications.map((name) => `Suggested ${limitRange(name)}`), `Suggested ${bare}`]);
    const without = all.find(({ object }) => object === limitRange('shop'))?.command.replace('limitranges defaults', 'limitranges gone');
    await expect(paste(without ?? '')).rejects.toThrow(/limitranges "gone" not found[\s\S]*no objects passed to create/);
  }, 90_000);

  it('in the window are made; refused where admission adds to them', async () => {
    await cluster.apply(copying(-1));
    const dryRun = 'The dry-run gives another result than the change alone: an admission webhook or policy adds to it.';
    await until('them to be made', [
      `Applied ${limitRange('shop')} It was made and is there.`,
      `Applied ${bare} The change was made and is there.`,
      `Refused ${limitRange('shop-mutated')} ${dryRun}`,
      `Suggested ${limitRange('shop-mutated')}`,
    ]);
    const template = await objectIn('limitrange', 'defaults', templates);
    expect(await objectIn('limitrange', 'defaults', 'shop')).toEqual({
      ...{ spec: template?.spec, labels: undefined },
      managers: ['support-coverage-operator'],
    });
    expect(await objectIn('limitrange', 'defaults', 'shop-mutated')).toBeUndefined();
    expect((await objectIn('servicemonitors.monitoring.coreos.com', 'bare', templates))?.labels).toEqual(release);
    const events = await kubectl.eventsAbout('SupportCoverage', 'copied', namespace);
    expect(
      events
        .filter((event) => event.startsWith('Correction'))
        .map((event) => event.split(/, as by| was not/)[0])
        .sort(),
    ).toEqual([
      `CorrectionApplied: ns-limitrange: corrected ${limitRange('shop')}`,
      `CorrectionApplied: obs-scrape-orphan: corrected ${bare}`,
      `CorrectionNotApplied: ns-limitrange: ${limitRange('shop-mutated')}`,
    ]);
  }, 90_000);

  it('are suggested and not made in a namespace that the approved baseline does not know', async () => {
    await cluster.apply([namespaceManifest('shop-late'), deployment('web', 'shop-late')]);
    await waitFor('the suggestion', async (see) => see(await copies()).includes(`Suggested ${limitRange('shop-late')}`), {
      deadlineMs: 60_000,
      intervalMs: 1_000,
    });
    expect(await objectIn('limitrange', 'defaults', 'shop-late')).toBeUndefined();
  }, 90_000);

  it('are refused where the object is there meanwhile', async () => {
    const other = { limits: [{ type: 'Pod', max: { cpu: '2' } }] };
    const metadata = { name: 'defaults', namespace: 'shop-late' };
    await cluster.apply({ apiVersion: 'v1', kind: 'LimitRange', metadata, spec: other });
    const transport = createTransport({ kubeConfig: loadKubeConfig(cluster.adminKubeconfig) });
    try {
      const target = { type: limitranges.type, name: 'defaults', namespace: 'shop-late' };
      const copy = { ...copyCorrection(target, { namespace: templates, name: 'defaults' }), check: 'ns-limitrange' };
      const { result, message } = await apply(transport, copy, Temporal.Now.instant(), new AbortController().signal);
      expect([result, message]).toEqual(['Refused', 'It is there already.']);
      expect((await objectIn('limitrange', 'defaults', 'shop-late'))?.spec).toEqual(other);
    } finally {
      await transport.close();
    }
  });

  it('need a template, else the API server refuses the coverage with what to write instead', async () => {
    const { corrections: _, ...spec } = copying(0).spec as Record<string, unknown>;
    const without = { ...spec, corrections: { mode: 'Suggest', allow: ['ns-limitrange'] } };
    await expect(cluster.apply({ ...copying(0), metadata: { name: 'bare', namespace }, spec: without })).rejects.toThrow(
      /ns-limitrange is corrected by copies of a template: name it in corrections.templates.limitRange, or take ns-limitrange out of allow/,
    );
  });
});

it('Apply without a window is refused by the API server, with what to write instead', async () => {
  const { maintenance: _, ...spec } = coverage(0).spec as Record<string, unknown>;
  await expect(cluster.apply({ ...coverage(0), metadata: { name: 'windowless', namespace }, spec })).rejects.toThrow(
    /corrections are applied in maintenance windows only: add maintenance.windows/,
  );
});
