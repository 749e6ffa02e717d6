import { waitFor } from '../controlplane/wait.ts';
import { type ChaosWorld, coverageName, createChaosWorld, lasting } from './world.ts';

/** What becomes of the operator when its API server does. */

let world: ChaosWorld;
const server = () => world.cluster.components['kube-apiserver'];

beforeAll(async () => {
  world = await createChaosWorld();
}, 120_000);
afterAll(async () => world?.stop(), 60_000);

/** What somebody who scrapes the operator sees of the cluster. */
const said = async () => `NodesHealthy=${await world.conditionMetric('NodesHealthy')}`;

async function outage(ms: number): Promise<string> {
  await server().stop({ graceMs: 0 });
  await lasting(ms);
  const meanwhile = await said();
  await server().start();
  return meanwhile;
}

it('the API server is gone for a second', async () => {
  await world.survive('API server gone for 1 s', () => outage(1_000));
}, 420_000);

it('the API server is gone for 30 seconds', async () => {
  await world.survive('API server gone for 30 s', () => outage(30_000));
}, 420_000);

it('the API server is gone until what is known is stale: Unknown in the metrics, and as before when it is back', async () => {
  await world.survive('API server gone for over 3 min', async () => {
    await server().stop({ graceMs: 0 });
    await waitFor(
      'NodesHealthy to be Unknown in the metrics',
      async (see) => see(await world.conditionMetric('NodesHealthy')) === 'Unknown',
      {
        deadlineMs: 300_000,
        intervalMs: 1_000,
      },
    );
    expect(await world.conditionMetric('Healthy')).toBe('Unknown');
    const meanwhile = await said();
    await server().start();
    return meanwhile;
  });
  expect(await world.conditionMetric('NodesHealthy')).toBe('True');
}, 600_000);

it('the API server freezes with its connections open', async () => {
  await world.survive('API server frozen for 20 s', async () => {
    await server().pause();
    await lasting(20_000);
    const meanwhile = await said();
    await server().resume();
    return meanwhile;
  });
}, 420_000);

it('the API server comes back with an empty watch cache and history compacted', async () => {
  await world.survive('restarted, etcd compacted (410)', async () => {
    await server().stop({ graceMs: 0 });
    await server().start();
    // Something happens that the operator misses while it waits to reconnect, and history is thrown away.
    await world.cluster.kubectl(['create', 'configmap', 'noise', '-n', 'default']);
    await world.cluster.compact();
    await server().stop({ graceMs: 0 });
    await server().start();
    return said();
  });
}, 420_000);

it('the API server is gone while a run is asked for: the run is made up for when it is back', async () => {
  await world.survive('gone right after a run was asked for', async () => {
    await world.cluster.kubectl([
      ...['annotate', 'supportcoverage', coverageName, '-n', 'platform-support'],
      ...['--overwrite', 'platformsupport.io/run-at=before-the-outage'],
    ]);
    await server().stop({ graceMs: 0 });
    await lasting(3_000);
    const meanwhile = await said();
    await server().start();
    await waitFor(
      'the run',
      async (see) => see((await world.kubectl.coverage(coverageName))?.status?.lastHandledRunAt) === 'before-the-outage',
      { deadlineMs: 120_000 },
    );
    return meanwhile;
  });
}, 420_000);
