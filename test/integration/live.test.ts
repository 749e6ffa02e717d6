import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { createTransport, type Transport } from '../../src/kube/transport.ts';
import { objectPath, type Pod } from '../../src/kube/types.ts';
import { resources } from '../../src/observe/catalogue.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';

const holdMs = 3_000;
const coverage = {
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name: 'live', namespace },
  spec: {
    tier: 'Level2',
    // Once a year: whatever is found meanwhile is found live.
    checks: { schedule: '0 0 1 1 *', settings: [{ check: 'pod-unschedulable', for: `${holdMs / 1000}s` }] },
  },
};
const poll = { deadlineMs: 20_000, intervalMs: 20 };

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;
let transport: Transport;

beforeAll(async () => {
  cluster = await startControlPlane({ kwok: false });
  kubectl = kubectlFor(cluster);
  transport = createTransport({ kubeConfig: loadKubeConfig(cluster.adminKubeconfig) });
  await install(cluster);
  operator = await startOperator(cluster);
  await cluster.apply([coverage]);
  await kubectl.condition('live', 'Ready', 'True');
}, 120_000);

afterAll(async () => {
  await operator?.stop();
  await transport?.close();
  await cluster?.stop();
}, 60_000);

const get = <T>(path: string) => transport.json<T>({ path });
/** A pod that asks for more than any node has. */
const pod = (name: string) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } },
  spec: { containers: [{ name: 'main', image: 'registry.example.com/app:1.0.0', resources: { requests: { cpu: '900' } } }] },
});

/** When the scheduler's word will have held for long enough, milliseconds since 1970. */
async function heldAt(name: string): Promise<number> {
  const since = await waitFor(
    `the scheduler's word about ${name}`,
    async () => {
      const found = await get<Pod>(objectPath(resources.pods.type, name, 'default'));
      return found.status?.conditions?.find(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable')
        ?.lastTransitionTime;
    },
    poll,
  );
  return Date.parse(since) + holdMs;
}

async function eventAbout(name: string, reason: string): Promise<boolean> {
  type Event = { reason: string; regarding: { name: string } };
  const { items } = await get<{ items: Event[] }>('/apis/events.k8s.io/v1/namespaces/default/events');
  return items.some((event) => event.reason === reason && event.regarding.name === name);
}

async function warnings(): Promise<number | undefined> {
  const path = `/apis/platformsupport.io/v1alpha1/namespaces/${namespace}/supportcoverages/live`;
  const { status } = await get<{ status?: { topFindings?: { check: string }[] } }>(path);
  return status?.topFindings?.filter(({ check }) => check === 'pod-unschedulable').length;
}

async function series(): Promise<number> {
  const lines = (await operator.metrics())
    .split('\n')
    .filter((line) => /^supportcoverage_findings\{.*check="pod-unschedulable"/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** How long after `from` each of them says so, milliseconds. */
async function latencies(from: number, name: string, reason: string, open: number): Promise<Record<'event' | 'status' | 'metric', number>> {
  const after = async (what: string, isSo: () => Promise<boolean>) => {
    await waitFor(`${what} about ${name}`, isSo, poll);
    return Date.now() - from;
  };
  const [event, status, metric] = await Promise.all([
    after('the Event', () => eventAbout(name, reason)),
    after('the status', async () => (await warnings()) === open),
    after('the series', async () => (await series()) === open),
  ]);
  return { event, status, metric };
}

it('a fault is in Event, status and series once its `for` has ended, and so is its end, without the schedule', async () => {
  const before = (await kubectl.coverage('live'))?.status?.history;
  const measured: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    await cluster.apply([pod(name)]);
    const opened = await latencies(await heldAt(name), name, 'FindingOpened', 1);
    const mendedAt = Date.now();
    await transport.json({ method: 'DELETE', path: objectPath(resources.pods.type, name, 'default') });
    const resolved = await latencies(mendedAt, name, 'FindingResolved', 0);
    measured.push(`${name}: opened ${JSON.stringify(opened)}, resolved ${JSON.stringify(resolved)}`);
    // Not before its time; how soon after it is printed, since a busy machine decides that too.
    for (const ms of Object.values(opened)) expect(ms).toBeGreaterThanOrEqual(0);
  }
  process.stdout.write(`milliseconds\n${measured.join('\n')}\n`);
  expect((await kubectl.coverage('live'))?.status?.history).toEqual(before);
}, 120_000);
