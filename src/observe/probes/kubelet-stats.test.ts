import { podWithClaims } from '../../../test/fixtures/capacity.ts';
import { clusterOf, node, now, pod } from '../../../test/fixtures/cluster.ts';
import { createTlsServer } from '../../../test/fixtures/tls-server.ts';
import { KubeError } from '../../kube/errors.ts';
import { createTransport, type KubeRequest, type Transport } from '../../kube/transport.ts';
import { type KubeletAnswer, kubeletStats } from './kubelet-stats.ts';

/** A node whose kubelet listens there; by default at an address of its own. */
const listening = (name: string, address = `10.0.0.${name}`, port = 10250) => ({
  ...node(name),
  status: {
    allocatable: { cpu: '4', memory: '16Gi' },
    addresses: [{ type: 'InternalIP', address }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  },
});
const claiming = (...names: string[]) => names.map((nodeName) => podWithClaims(`pod-${nodeName}`, ['data'], { nodeName }));
const text = (instant: Temporal.Instant | undefined) => instant?.toString();

const measuredVolume = {
  ...{ name: 'data', pvcRef: { name: 'data', namespace: 'shop' } },
  ...{ capacityBytes: 1000, availableBytes: 400, usedBytes: 550, inodes: 100, inodesFree: 90, inodesUsed: 10 },
};
const summary = (...volume: object[]) => ({ node: { nodeName: 'a' }, pods: [{ podRef: { name: 'p' }, volume }] });

type Answer = (request: KubeRequest) => unknown;

function setup(answer: Answer, names: string[]) {
  const requests: KubeRequest[] = [];
  const stop = new AbortController();
  const json = async (request: KubeRequest) => {
    requests.push(request);
    return answer(request);
  };
  const view = clusterOf({ nodes: names.map((name) => listening(name)), pods: claiming(...names) });
  const ask = (options: { before?: readonly KubeletAnswer[]; at?: Temporal.Instant } = {}) =>
    kubeletStats.ask({
      ...{ transport: { json } as unknown as Transport, signal: stop.signal },
      ...{ now: options.at ?? now, list: view.list, before: options.before },
    });
  return { ask, requests, stop };
}
const asked = (requests: KubeRequest[]) => requests.map(({ server }) => server);
const outcomes = (answers: readonly KubeletAnswer[]) => answers.map(({ node, volumes, problem }) => [node, volumes.length, problem]);

/** As the transport does: rejects when the request is given up. */
const never: Answer = ({ signal }) =>
  new Promise((_, reject) =>
    signal?.addEventListener('abort', () => reject(new KubeError('Transient', 'aborted', { reason: 'TimeoutError' }))),
  );

describe('a kubelet that answers', () => {
  it('is asked directly, with five seconds to answer, and says how full the volumes of claims are', async () => {
    const { ask, requests } = setup(() => summary(measuredVolume), ['1']);
    expect(await ask()).toEqual([
      {
        ...{ node: '1', askedAt: now, answeredAt: now, memoryStall: undefined, most: [], problem: '' },
        volumes: [{ namespace: 'shop', pvc: 'data', capacityBytes: 1000, availableBytes: 400, inodes: 100, inodesFree: 90 }],
      },
    ]);
    expect(requests).toMatchObject([{ server: 'https://10.0.0.1:10250', path: '/stats/summary', timeoutMs: 5_000 }]);
    expect(requests[0]?.method).toBeUndefined();
    expect(kubeletStats).toMatchObject({
      rules: [{ apiGroups: [''], resources: ['nodes/stats'], verbs: ['get'] }],
      feature: 'kubelet-stats',
    });
  });

  it.each<[string, object]>([
    ['of no claim, such as a ConfigMap', { ...measuredVolume, pvcRef: undefined }],
    ['that its driver does not measure', { ...measuredVolume, usedBytes: 0 }],
    ['without a file system', { ...measuredVolume, usedBytes: undefined, availableBytes: undefined }],
    ['of no size', { ...measuredVolume, capacityBytes: 0 }],
  ])('says nothing about a volume %s', async (_, volume) => {
    const { ask } = setup(() => summary(volume, measuredVolume), ['1']);
    expect(outcomes(await ask())).toEqual([['1', 1, '']]);
  });

  it.each<[string, unknown, number]>([
    ['pods without volumes', { pods: [{}] }, 0],
    ['no pods', {}, 0],
    ['a volume whose inodes are not counted', summary({ ...measuredVolume, inodes: undefined, inodesFree: undefined }), 1],
  ])('may know of %s', async (_, answer, volumes) => {
    const { ask } = setup(() => answer, ['1']);
    expect(outcomes(await ask())).toEqual([['1', volumes, '']]);
  });
});

describe('a kubelet that answers about what pods use', () => {
  const Gi = 2 ** 30;
  const psi = (avg300: number) => ({ psi: { some: { avg300: 99 }, full: { avg300, avg10: 99 } } });
  const used = (name: string, cores: number, memory: number) => ({
    ...{ podRef: { namespace: 'shop', name }, volume: [] },
    ...{ cpu: { usageNanoCores: cores * 1e9 }, memory: { workingSetBytes: memory * Gi } },
  });
  const pods = [used('idle', 0, 0), used('a', 3, 1), used('b', 0.1, 9), used('c', 0.5, 2), used('d', 0.4, 3), used('e', 0.3, 4)];
  const first = ['shop/b', 'shop/e', 'shop/d', 'shop/a', 'shop/c'];
  const stats = async (node: object) => {
    const [answer] = await setup(() => ({ node, pods }), ['1']).ask();
    return { stall: answer?.memoryStall, most: answer?.most.map(({ pod }) => pod) };
  };

  it('names those that use most where the node is busy, as its own usage says', async () => {
    expect(await stats({ cpu: { usageNanoCores: 3.2e9 } })).toEqual({ stall: undefined, most: first });
    expect(await stats({ memory: { workingSetBytes: 12.8 * Gi } })).toEqual({ stall: undefined, most: first });
  });

  it('names them where work waits for memory, in what share of the time', async () => {
    expect(await stats({ memory: psi(5) })).toEqual({ stall: 0.05, most: first });
  });

  it('names nobody where the node has room', async () => {
    expect(await stats({ cpu: { usageNanoCores: 3.1e9 }, memory: { workingSetBytes: 12.7 * Gi, ...psi(4.9) } })).toEqual({
      stall: 0.049,
      most: [],
    });
  });

  it('knows of each what it uses', async () => {
    const [answer] = await setup(() => ({ node: { memory: psi(50) }, pods: [used('a', 0.25, 2)] }), ['1']).ask();
    expect(answer?.most).toEqual([{ pod: 'shop/a', cpu: 0.25, memory: 2 * Gi }]);
  });
});

describe('who is asked', () => {
  it('is also the kubelet of a node that is short of something', async () => {
    const requests: KubeRequest[] = [];
    const json = async (request: KubeRequest) => requests.push(request) && {};
    const short = { ...listening('1'), status: { ...listening('1').status, conditions: [{ type: 'PIDPressure', status: 'True' }] } };
    const view = clusterOf({ nodes: [short, listening('2')] });
    const transport = { json } as unknown as Transport;
    await kubeletStats.ask({ transport, signal: new AbortController().signal, now, list: view.list, before: undefined });
    expect(asked(requests)).toEqual(['https://10.0.0.1:10250']);
  });

  it('is the kubelet of every node with a pod that mounts a claim, and nobody else', async () => {
    const requests: KubeRequest[] = [];
    const json = async (request: KubeRequest) => requests.push(request) && {};
    const view = clusterOf({
      nodes: [listening('1'), listening('2'), listening('3', 'fd00::3')],
      pods: [...claiming('1', '3', 'gone'), pod('plain', { nodeName: '2' }), podWithClaims('waiting', ['more'])],
    });
    const transport = { json } as unknown as Transport;
    await kubeletStats.ask({ transport, signal: new AbortController().signal, now, list: view.list, before: undefined });
    expect(asked(requests)).toEqual(['https://10.0.0.1:10250', 'https://[fd00::3]:10250']);
  });

  it('are eight at a time', async () => {
    const names = Array.from({ length: 20 }, (_, index) => String(index));
    let [now, most] = [0, 0];
    const { ask } = setup(async () => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now -= 1;
      return {};
    }, names);
    expect(await ask()).toHaveLength(20);
    expect(most).toBe(8);
  });
});

describe('a kubelet that does not answer', () => {
  it('is named with why, and the others’ answers stand', async () => {
    const failure: Record<string, Error> = {
      '1': new KubeError('Transient', 'self-signed certificate', { reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      '2': new KubeError('Forbidden', 'Forbidden (verb=get, resource=nodes, subresource=stats)', { code: 403 }),
    };
    const { ask } = setup(
      ({ server }) => {
        const error = failure[/10\.0\.0\.(\d+)/.exec(server ?? '')?.[1] ?? ''];
        if (error) throw error;
        return summary(measuredVolume);
      },
      ['1', '2', '3'],
    );
    expect(outcomes(await ask())).toEqual([
      ['1', 0, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      ['2', 0, 'Forbidden (verb=get, resource=nodes, subresource=stats)'],
      ['3', 1, ''],
    ]);
  });

  it('may answer with nonsense, or have no address', async () => {
    const { ask } = setup(() => ({ pods: 'none' }), ['1']);
    expect(outcomes(await ask())).toEqual([['1', 0, expect.stringContaining('is not a function')]]);
    const view = clusterOf({ nodes: [node('1')], pods: claiming('1') });
    const transport = { json: async () => ({}) } as unknown as Transport;
    const answers = await kubeletStats.ask({ transport, signal: new AbortController().signal, now, list: view.list, before: undefined });
    expect(outcomes(answers)).toEqual([['1', 0, 'the node names no address of its kubelet']]);
  });

  it('keeps what it said before, with the time of that', async () => {
    let up = true;
    const { ask } = setup(() => {
      if (!up) throw new KubeError('Transient', 'refused', { reason: 'ECONNREFUSED' });
      return summary(measuredVolume);
    }, ['1']);
    const before = await ask();
    up = false;
    const at = now.add({ minutes: 5 });
    const [answer] = await ask({ before, at });
    expect([answer?.volumes.length, text(answer?.answeredAt), text(answer?.askedAt)]).toEqual([1, text(now), text(at)]);
  });

  it('holds nobody up longer than the probe has: what has come is the answer, and who is missing is named', async () => {
    const names = Array.from({ length: 12 }, (_, index) => String(index));
    const { ask, requests, stop } = setup((request) => (request.server?.endsWith('.0:10250') ? {} : never(request)), names);
    const answer = ask();
    await new Promise(setImmediate);
    stop.abort();
    const problems = (await answer).map(({ problem }) => problem);
    expect(requests).toHaveLength(9);
    expect(problems).toEqual(['', ...Array(8).fill('TimeoutError'), ...Array(3).fill('no time was left to ask')]);
  });

  it('is asked after those for whom there was no time', async () => {
    const names = Array.from({ length: 12 }, (_, index) => String(index));
    const first = setup(never, names);
    const answer = first.ask();
    first.stop.abort();
    const before = await answer;
    const { ask, requests } = setup(() => ({}), names);
    await ask({ before, at: now.add({ minutes: 1 }) });
    const order = asked(requests).map((server) => server?.slice('https://10.0.0.'.length, -':10250'.length));
    expect(order.slice(0, 4)).toEqual(['8', '9', '10', '11']);
    expect(order).toHaveLength(12);
  });

  it('and whose node is gone is forgotten', async () => {
    const before = await setup(() => ({}), ['1', '2']).ask();
    expect(outcomes(await setup(() => ({}), ['2']).ask({ before }))).toEqual([['2', 0, '']]);
  });
});

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((opened) => opened.close()));
});

it('the kubelet’s certificate is verified with the authority of the cluster, and the token is the operator’s own', async () => {
  const kubelet = await createTlsServer(summary(measuredVolume));
  const [, port] = kubelet.address.split(':');
  const view = clusterOf({ nodes: [listening('a', '127.0.0.1', Number(port))], pods: claiming('a') });
  const trust = (certificate: string | undefined) =>
    createTransport({
      kubeConfig: {
        'current-context': 'c',
        clusters: [
          {
            name: 'c',
            cluster: {
              server: 'https://api.example.com',
              ...(certificate ? { 'certificate-authority-data': Buffer.from(certificate).toString('base64') } : {}),
            },
          },
        ],
        users: [{ name: 'u', user: { token: 'secret' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      },
    });
  const [trusting, wary] = [trust(kubelet.certificate), trust(undefined)];
  closing.push(trusting, wary, kubelet);
  const ask = (transport: Transport) =>
    kubeletStats.ask({ transport, signal: new AbortController().signal, now, list: view.list, before: undefined });
  expect(outcomes(await ask(wary))).toEqual([['a', 0, 'DEPTH_ZERO_SELF_SIGNED_CERT']]);
  expect(kubelet.requests).toEqual([]);
  expect(outcomes(await ask(trusting))).toEqual([['a', 1, '']]);
  expect(kubelet.requests).toEqual([{ authorization: 'Bearer secret', path: '/stats/summary' }]);
});
