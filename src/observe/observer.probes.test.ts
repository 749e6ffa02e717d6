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
    if (path !== '/apis') asked.push([server, path]);
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

describe('a probe that takes long', () => {
  const page = [
    'process_start_time_seconds 1.7e+09',
    'apiserver_requested_deprecated_apis{group="batch",version="v1beta1",removed_release="1.38"} 1',
  ];

  function setup(answers: (() => AsyncGenerator<Buffer>)[]) {
    const clock = createFakeClock();
    const asked: string[] = [];
    const lines = (request: KubeRequest) => {
      asked.push(request.path);
      return answers.shift()?.() ?? answer();
    };
    const unused = { server: 'memory://', text: async () => '', close: async () => {}, onRecovery: () => () => undefined };
    const transport: Transport = { ...unused, json: async <T>() => ({}) as T, lines };
    const observer = createObserver({
      ...{ clock, random: () => 0, logger: silentLogger, metrics: createRuntimeMetrics() },
      ...{ transport, features: [], operatorNamespace: 'ops', watch: [], ask: ['deprecated-apis'] },
    });
    const signal = new AbortController().signal;
    void observer.run(signal);
    const pass = async () => {
      await observer.refreshProbes(signal);
      return observer.view('local').knowledge('deprecated-apis').state;
    };
    return { clock, asked, pass };
  }

  async function* answer(): AsyncGenerator<Buffer> {
    for (const line of page) yield Buffer.from(line);
  }

  // biome-ignore lint/correctness/useYield: it ends before the first line
  async function* refusal(): AsyncGenerator<Buffer> {
    throw new Error('not now');
  }

  it('is asked when the watches begin, for the first pass; then once a pass', async () => {
    const { asked, pass } = setup([]);
    expect([asked.length, await pass(), asked.length]).toEqual([1, 'Current', 1]);
    expect([await pass(), asked.length]).toEqual(['Current', 2]);
  });

  it('is asked again by the first pass where it had no answer', async () => {
    const { asked, pass } = setup([refusal]);
    expect([await pass(), asked.length]).toEqual(['Current', 2]);
  });

  it('is asked again by a first pass that comes late, as that of a replica that becomes the leader', async () => {
    const { clock, asked, pass } = setup([]);
    await clock.advance(31_000);
    expect([await pass(), asked.length]).toEqual(['Current', 2]);
  });
});
