import { answer, bookmark, event, initialEnd, refuse, reset, stream } from '../../test/fakes/fake-api-server.ts';
import { node } from '../../test/fixtures/cluster.ts';
import { createConnections, until } from '../../test/fixtures/connection.ts';
import { facts } from '../baseline/catalogue.ts';
import { checks } from '../checks/catalogue.ts';
import { systemClock } from '../runtime/clock.ts';
import { silentLogger } from '../runtime/logger.ts';
import { createRuntimeMetrics } from '../runtime/metrics.ts';
import { createRemoteConnector } from './connect-remote.ts';
import type { RemoteCluster } from './remote.ts';

const connections = createConnections();
const stop = new AbortController();
const running: Promise<void>[] = [];
const opened: RemoteCluster[] = [];
afterAll(async () => {
  stop.abort();
  await Promise.all(running);
  await Promise.all(opened.map((cluster) => cluster.close()));
  await connections.end();
});

async function connect() {
  const [home, server] = [await connections.server(), await connections.server()];
  const metrics = createRuntimeMetrics();
  const tokens = ['old'];
  const troubles: string[] = [];
  const connector = createRemoteConnector({
    ...{ home: connections.connect(home), operatorNamespace: 'support', checks, facts, features: [], clock: systemClock },
    ...{ random: () => 0, logger: silentLogger, metrics },
  });
  const cluster = connector({
    cluster: 'support/us/kubeconfig',
    tier: 'Level1',
    connection: {
      server: server.url,
      rotates: false,
      credentials: async () => ({ tls: {}, headers: { authorization: `Bearer ${tokens.at(-1)}` } }),
    },
    onTrouble: () => void troubles.push('trouble'),
  });
  opened.push(cluster);
  return { home, server, metrics, tokens, troubles, cluster };
}

it('another cluster is read by the same watches, counted under its own name; the operator’s own ConfigMap is read at home', async () => {
  const { home, server, metrics, cluster } = await connect();
  server.on('GET', '/api/v1/nodes', [
    stream(event('ADDED', { ...node('a'), metadata: { name: 'a', resourceVersion: '3' } }), initialEnd('4'), bookmark('5')),
  ]);
  running.push(cluster.run(stop.signal));
  await until('every watch to settle', () => cluster.observer.isSettled());
  expect([...cluster.observer.view('prod-us').list('nodes')].map(({ name }) => name)).toEqual(['a']);
  expect(await metrics.registry.metrics()).toContain('supportcoverage_reflector_items{cluster="support/us/kubeconfig",resource="nodes"} 1');
  const calendars = (requests: typeof home.requests) =>
    requests.filter(({ path, query }) => /configmaps$/.test(path) && query.fieldSelector?.includes('support-calendar'));
  expect(home.requests.map(({ path }) => path)).toEqual(calendars(home.requests).map(() => '/api/v1/namespaces/support/configmaps'));
  expect([calendars(home.requests).length > 0, calendars(server.requests)]).toEqual([true, []]);
});

it('a token that is refused is read again, and used at once; that and a lost connection are told', async () => {
  const { server, tokens, troubles, cluster } = await connect();
  const path = '/version';
  server.on('GET', path, [answer({}), refuse(401, 'Unauthorized'), answer({}), reset]);
  await cluster.transport.json({ path });
  tokens.push('new');
  await cluster.transport.json({ path });
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  expect(troubles).toHaveLength(1);
  await expect(cluster.transport.json({ path })).rejects.toMatchObject({ kind: 'Transient' });
  expect(troubles).toHaveLength(2);
});
