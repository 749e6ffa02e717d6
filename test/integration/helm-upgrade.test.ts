import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { chart } from '../../tools/render-manifests.ts';
import { binary } from '../controlplane/binaries.ts';
import type { Manifest } from '../controlplane/cluster-handle.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';

/** What Helm itself makes of the chart in a cluster, from the first install to the uninstall. Nothing runs the Pods here. */

const release = 'support-coverage-operator';
const namespace = 'platform-support';
const definition = 'supportcoverages.platformsupport.io';
const coverage = (spec: object) => ({
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name: 'production', namespace },
  spec: { tier: 'Level1', ...spec },
});
/** Whatever the chart makes on request of the kinds that every cluster has. */
const everything = {
  replicas: 2,
  commonLabels: { team: 'support' },
  commonAnnotations: { owner: 'platform' },
  networkPolicy: {
    enabled: true,
    metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    egress: [{ to: [{ ipBlock: { cidr: '192.0.2.10/32' } }], ports: [{ port: 6443, protocol: 'TCP' }] }],
  },
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }],
};

let cluster: ControlPlane;

beforeAll(async () => {
  cluster = await startControlPlane({ kwok: false });
}, 180_000);
afterAll(() => cluster?.stop());

function helm(...args: string[]): string {
  const environment = { HOME: cluster.dir, KUBECONFIG: cluster.adminKubeconfig };
  return execFileSync(binary('helm'), [...args, '--namespace', namespace], { encoding: 'utf8', env: environment, stdio: 'pipe' });
}

function valuesFile(values: object): string {
  const file = join(cluster.dir, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  return file;
}

/** The chart as it would have been before coverages could be suspended. */
function olderChart(): string {
  const folder = join(cluster.dir, 'older-chart');
  cpSync(chart, folder, { recursive: true });
  const file = join(folder, 'generated', 'crds', 'platformsupport.io_supportcoverages.yaml');
  const older = load(readFileSync(file, 'utf8')) as {
    spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: { properties: Record<string, unknown> } } } } }[] };
  };
  delete older.spec.versions[0]!.schema.openAPIV3Schema.properties.spec.properties.suspend;
  writeFileSync(file, dump(older));
  return folder;
}

const suspendOf = async () =>
  (await cluster.kubectlJson<{ spec: { suspend?: boolean } }>(['get', '-n', namespace, 'supportcoverage', 'production'])).spec.suspend;
const exists = async (...what: string[]) => (await cluster.kubectl(['get', '-n', namespace, ...what], { allowFailure: true })).code === 0;
/** An API server serves a changed definition a moment after it took it. */
const untilTaken = (manifest: Manifest) =>
  waitFor('the definition to take the object', async () => cluster.apply(manifest).then(() => true));
const established = () => cluster.kubectl(['wait', '--for=condition=Established', 'crd', definition, '--timeout=30s']);

it('an upgrade brings new fields of the custom resources, a rollback takes them back, and what was there stays through uninstall and a new install', async () => {
  helm('install', release, olderChart(), '--create-namespace');
  await established();
  await cluster.apply(coverage({}));
  const unknown = await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], {
    input: JSON.stringify(coverage({ suspend: true })),
    allowFailure: true,
  });
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('.spec.suspend') });

  const notes = helm('upgrade', release, chart, '--values', valuesFile(everything));
  expect(notes).toContain(`helm test ${release} --namespace ${namespace}`);
  await untilTaken(coverage({ suspend: true }));
  expect(await suspendOf()).toBe(true);
  for (const kind of ['deployment', 'poddisruptionbudget', 'networkpolicy']) expect(await exists(kind, release)).toBe(true);

  helm('rollback', release, '1');
  await waitFor('the older definition to leave the field out', async () => (await suspendOf()) === undefined);
  helm('rollback', release, '2');
  await waitFor('the newer definition to show the field', async () => (await suspendOf()) === true);

  helm('uninstall', release);
  expect(await exists('deployment', release)).toBe(false);
  expect(await suspendOf()).toBe(true);

  helm('install', release, chart);
  helm('upgrade', release, chart, '--set', 'crds.install=false');
  expect(await suspendOf()).toBe(true);
}, 120_000);

it('without crds.keep the definitions go with the release, and the notes said so', async () => {
  const notes = helm(
    'upgrade',
    '--install',
    '--create-namespace',
    release,
    chart,
    '--set',
    'crds.install=true',
    '--set',
    'crds.keep=false',
  );
  expect(notes).toContain('WARNING: uninstalling this release deletes the custom resources');
  helm('uninstall', release);
  await cluster.kubectl(['wait', '--for=delete', `crd/${definition}`, '--timeout=30s']);
}, 120_000);
