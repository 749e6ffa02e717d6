import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { podWithClaims } from '../../test/fixtures/capacity.ts';
import { node } from '../../test/fixtures/cluster.ts';
import type { KubeRequest, Transport } from '../kube/transport.ts';
import { silentLogger } from '../runtime/logger.ts';
import { createRuntimeMetrics } from '../runtime/metrics.ts';
import { createObserver } from './observer.ts';

const content: Record<string, object> = {
  nodes: {
    ...node('a'),
    status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }], daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } },
  },
  pods: podWithClaims('db', ['data'], { nodeName: 'a' }),
};

async function* watch({ path, signal }: KubeRequest): AsyncGenerator<Buffer> {
  const object = content[path.split('/').at(-1)!];
  const metadata = { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } };
  for (const event of [
    { type: 'ADDED', object },
    { type: 'BOOKMARK', object: { metadata } },
  ])
    yield Buffer.from(JSON.stringify(event));
  await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

it('a probe sees what is watched, and is asked only where its switch is on', async () => {
  const asked: unknown[] = [];
  const json = async <T>({ server, path }: KubeRequest) => {
    asked.push([server, path]);
    return {} as T;
  };
  const unused = { server: 'memory://', text: async () => '', close: async () => {}, onRecovery: () => () => undefined };
  const transport: Transport = { ...unused, json, lines: watch };
  const parts = { clock: createFakeClock(), random: () => 0, logger: silentLogger, metrics: createRuntimeMetrics() };
  const stop = new AbortController();
  const observe = async (features: ['kubelet-stats'] | []) => {
    const observer = createObserver({
      ...{ ...parts, transport, features, operatorNamespace: 'ops' },
      ...{ watch: ['nodes', 'pods'] as const, ask: ['kubelet-stats'] as const },
    });
    void observer.run(stop.signal);
    await observer.settled;
    await observer.refreshProbes(stop.signal);
    return observer.view('local').probe('kubelet-stats');
  };
  expect(await observe([])).toBeUndefined();
  expect(asked).toEqual([]);
  expect(await observe(['kubelet-stats'])).toMatchObject([{ node: 'a', volumes: [], problem: '' }]);
  expect(asked).toEqual([['https://10.0.0.1:10250', '/stats/summary']]);
  stop.abort(new Error('the test is over'));
});
