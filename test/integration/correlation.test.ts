import type { Finding } from '../../src/api/v1alpha1/coveragereport.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { taken } from '../fakes/contact-receiver.ts';
import { createFakeApiServer, type FakeApiServer } from '../fakes/fake-api-server.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;
let desk: FakeApiServer;
let workers: string[];

const name = 'correlation';
/** Of the checks that see the outage; without their waits, which would be minutes. */
const settings = ['node-unreachable', 'node-not-ready', 'pod-unschedulable'].map((check) => ({ check, for: '0s' }));
const seen = new Set(settings.map(({ check }) => check));

async function findings(): Promise<Finding[]> {
  await kubectl.runNow(name);
  const all = (await kubectl.report(`${name}.local`))?.status?.findings ?? [];
  return all.filter(({ check }) => seen.has(check));
}

/** Runs passes until what was found is as it should be, and returns it. */
const until = (what: string, done: (found: readonly Finding[]) => boolean) =>
  waitFor(
    what,
    async (see) => {
      const found = await findings();
      see(found.map(({ check, object, rootCause }) => `${check} ${object} ${rootCause ?? ''}`));
      return done(found) && found;
    },
    { deadlineMs: 120_000, intervalMs: 1_000 },
  );

/** What the desk was told of the checks that see the outage, in order. */
const told = () =>
  desk.requests.flatMap(({ body }) => {
    const { data } = JSON.parse(body) as {
      data: Record<'opened' | 'resolved', { check: string; object: string; consequences?: number }[]>;
    };
    return (['opened', 'resolved'] as const).flatMap((kind) =>
      (data[kind] ?? []).filter(({ check }) => seen.has(check)).map(({ check, object, ...rest }) => ({ kind, check, object, ...rest })),
    );
  });

/** One pod fills a node, so that none of a lost node finds room elsewhere; they are given up at once. */
const full = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 6,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'main', image: 'registry.example.com/web:1', resources: { requests: { cpu: '3' } } }],
        tolerations: ['unreachable', 'not-ready'].map((taint) => ({
          ...{ key: `node.kubernetes.io/${taint}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 },
        })),
      },
    },
  },
};

beforeAll(async () => {
  desk = await createFakeApiServer();
  desk.on('POST', '/desk', [taken]);
  cluster = await startControlPlane();
  kubectl = kubectlFor(cluster);
  workers = await cluster.createNodes(6, { prefix: 'worker' });
  await install(cluster);
  await cluster.apply([
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hooks', namespace }, stringData: { desk: `${desk.url}/desk` } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    full,
  ]);
  await cluster.kubectl(['wait', '--for=condition=Available', 'deployment/web', '-n', 'shop', '--timeout=60s']);
  operator = await startOperator(cluster, { flags: ['--allow-addresses', '127.0.0.0/8'] });
  await cluster.apply({
    apiVersion: 'platformsupport.io/v1alpha1',
    kind: 'SupportCoverage',
    metadata: { name, namespace },
    spec: {
      ...{ tier: 'Level1', checks: { schedule: '0 0 1 1 *', settings } },
      contacts: [{ name: 'desk', party: 'Support', notify: { webhook: { urlSecretRef: { name: 'hooks', key: 'desk' } } } }],
      escalation: [{ contact: 'desk' }],
    },
  });
  await kubectl.condition(name, 'Ready', 'True');
}, 240_000);

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
  await desk?.stop();
}, 60_000);

it('a third of the nodes lost, with the pods on them, is one finding that is told; when they are back all is over', async () => {
  expect(await findings()).toEqual([]);
  const lost = workers.slice(0, 2);
  // Together: a pass in between would find one of them alone.
  const silenced = Promise.all(lost.map((worker) => cluster.silenceNode(worker)));
  await silenced;
  await waitFor(
    'the pods that find no room',
    async () => {
      const { stdout } = await cluster.kubectl(['get', 'pods', '-n', 'shop', '--field-selector=status.phase=Pending', '-o', 'name']);
      return stdout.trim().split('\n').filter(Boolean).length === 2;
    },
    { deadlineMs: 120_000 },
  );
  const found = await until('the outage', (all) => all.length === 3 && all.filter(({ rootCause }) => rootCause !== undefined).length === 2);
  const [root, ...consequences] = found;
  expect(root).toMatchObject({ check: 'node-unreachable', severity: 'critical', notified: ['desk@0s'] });
  expect(consequences.map(({ check, object }) => [check, object]).sort()).toEqual([
    ['node-unreachable', `Node/${lost.find((worker) => `Node/${worker}` !== root!.object)}`],
    ['pod-unschedulable', 'Deployment/shop/web'],
  ]);
  expect(consequences.map(({ rootCause, notified }) => [rootCause, notified])).toEqual([
    [root!.id, undefined],
    [root!.id, undefined],
  ]);
  await waitFor('the message', () => told().length > 0);
  expect(told()).toEqual([expect.objectContaining({ kind: 'opened', object: root!.object, consequences: 2 })]);
  for (const worker of lost)
    expect((await kubectl.eventsAbout('Node', worker)).map((event) => event.split(':')[0])).toEqual(
      `Node/${worker}` === root!.object ? ['FindingOpened'] : [],
    );
  expect(await kubectl.eventsAbout('Deployment', 'web', 'shop')).toEqual([]);

  await Promise.all(lost.map((worker) => cluster.unsilenceNode(worker)));
  await cluster.kubectl(['wait', '--for=condition=Available', 'deployment/web', '-n', 'shop', '--timeout=90s']);
  expect(await until('everything to be over', (all) => all.length === 0)).toEqual([]);
  await waitFor('the end to be told', () => told().some(({ kind, object }) => kind === 'resolved' && object === root!.object));
}, 400_000);
