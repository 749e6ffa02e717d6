import type { Manifest } from '../controlplane/cluster-handle.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';
import { deployment, namespace as namespaceManifest } from './scenarios/scenario.ts';

/** Small changes that the operator makes in a maintenance window, on the real API server, with the permission that the chart grants. */

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;

const spaces = ['plain', 'mutated', 'warned'].map((name) => `platform-${name}`);
const patchOf = { automountServiceAccountToken: false };

/** A daily window that begins so many hours from now, or began before. */
function windowFrom(hours: number) {
  const start = new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  return [{ name: 'daily', days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'], start, duration: '3h' }];
}

const coverage = (hours: number): Manifest => ({
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name: 'corrected', namespace },
  spec: {
    tier: 'Level1',
    checks: { schedule: '0 0 1 1 *', settings: [{ check: 'sa-default-automount', for: '0s' }] },
    maintenance: { windows: windowFrom(hours) },
    corrections: { mode: 'Apply', allow: ['sa-default-automount'] },
  },
});

/** Admission that touches ServiceAccounts of one namespace. */
function policy(kind: 'Mutating' | 'Validating', inNamespace: string, spec: object, binding: object): Manifest[] {
  const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['serviceaccounts'] }];
  const matchConstraints = { resourceRules, namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': inNamespace } } };
  const metadata = { name: inNamespace };
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}AdmissionPolicy`,
      metadata,
      spec: { failurePolicy: 'Fail', matchConstraints, ...spec },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}AdmissionPolicyBinding`,
      metadata,
      spec: { policyName: inNamespace, ...binding },
    },
  ];
}

async function corrections(): Promise<string[]> {
  await kubectl.runNow('corrected');
  const { corrections: all = [] } = (await kubectl.report('corrected.local'))?.status ?? {};
  return all.map(({ object, result, message = '' }) => `${result} ${object} ${message}`.trim()).sort();
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
  await install(cluster, { corrections: { allow: ['sa-default-automount'], namespaces: ['platform-*'] } });
  await cluster.apply(spaces.map((name) => namespaceManifest(name)));
  await cluster.apply(spaces.map((name) => deployment('web', name)));
  const mutation = {
    patchType: 'ApplyConfiguration',
    applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"touched": "true"}}}' },
  };
  await cluster.apply([
    ...policy('Mutating', 'platform-mutated', { reinvocationPolicy: 'Never', mutations: [mutation] }, {}),
    ...policy(
      'Validating',
      'platform-warned',
      { validations: [{ expression: 'false', message: 'somebody relies on this token' }] },
      { validationActions: ['Warn'] },
    ),
  ]);
  operator = await startOperator(cluster, {
    flags: ['--corrections-allow=sa-default-automount', '--corrections-namespaces=platform-*'],
  });
  // The window is over before this test is, and opens again long after it.
  await cluster.apply(coverage(-4));
  await kubectl.condition('corrected', 'Ready', 'True');
  await kubectl.approve('corrected.local');
  await kubectl.condition('corrected', 'Onboarded', 'True');
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
  expect(all[0]?.command).toBe(
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

it('Apply without a window is refused by the API server, with what to write instead', async () => {
  const { maintenance: _, ...spec } = coverage(0).spec as Record<string, unknown>;
  await expect(cluster.apply({ ...coverage(0), metadata: { name: 'windowless', namespace }, spec })).rejects.toThrow(
    /corrections are applied in maintenance windows only: add maintenance.windows/,
  );
});
