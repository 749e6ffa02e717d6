import { createFakeClock, type FakeClock } from '../../test/fakes/fake-clock.ts';
import { node } from '../../test/fixtures/cluster.ts';
import { KubeError } from '../kube/errors.ts';
import type { KubeRequest, Transport } from '../kube/transport.ts';
import { delay } from '../runtime/clock.ts';
import { silentLogger } from '../runtime/logger.ts';
import { createRuntimeMetrics } from '../runtime/metrics.ts';
import { createObserver, type Observer } from './observer.ts';

const forbidden = () => new KubeError('Forbidden', 'nodes is forbidden: User "operator" cannot list resource "nodes"', { code: 403 });
const unavailable = () => new KubeError('Transient', 'etcd has no leader', { code: 503 });

/** What the API server answers: to a watch with objects, which then stays open and silent, or with an error. */
interface Answers {
  watch: Record<string, readonly object[] | (() => Error) | 'never'>;
  /** What comes after the first state, one object a millisecond. */
  later: Record<string, readonly object[]>;
  json: (request: KubeRequest) => unknown;
  /** API groups that the server has, besides the core; absent: it does not say. */
  groups: string[] | undefined;
}

const line = (event: object) => Buffer.from(JSON.stringify(event));
const bookmark = line({
  type: 'BOOKMARK',
  object: { metadata: { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } } },
});

async function* watch(
  answer: Answers['watch'][string] | undefined,
  later: readonly object[],
  clock: FakeClock,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  if (typeof answer === 'function') throw answer();
  if (answer !== 'never') {
    for (const object of answer ?? []) yield line({ type: 'ADDED', object });
    yield bookmark;
    for (const object of later) {
      await delay(clock, 1, signal);
      yield line({ type: 'MODIFIED', object });
    }
  }
  await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort(new Error('the test is over'));
});

function setup(answers: Partial<Answers> & { resources?: Parameters<typeof createObserver>[0]['watch'] } = {}) {
  const clock: FakeClock = createFakeClock();
  const state: Answers = {
    watch: answers.watch ?? {},
    later: answers.later ?? {},
    json: answers.json ?? (() => ({ gitVersion: 'v1.37.2' })),
    groups: answers.groups,
  };
  const requests: KubeRequest[] = [];
  const transport: Transport = {
    server: 'memory://',
    json: async <T>(request: KubeRequest) => {
      if (request.path === '/apis') {
        if (!state.groups) throw unavailable();
        return { groups: state.groups.map((name) => ({ name })) } as T;
      }
      requests.push(request);
      return state.json(request) as T;
    },
    text: async () => '',
    lines: (request) => {
      requests.push(request);
      const resource = request.path.split('/').at(-1)!;
      return watch(state.watch[resource], state.later[resource] ?? [], clock, request.signal);
    },
    close: async () => {},
    onRecovery: () => () => undefined,
  };
  const parts = { transport, clock, random: () => 0, logger: silentLogger, metrics: createRuntimeMetrics() };
  const observer = createObserver({
    ...parts,
    watch: answers.resources ?? ['nodes'],
    ask: ['version'],
    features: [],
    operatorNamespace: 'operator-home',
  });
  const stop = new AbortController();
  stops.push(stop);
  void observer.run(stop.signal);
  return { clock, observer, requests, state };
}
const knowledge = (observer: Observer, name: 'nodes' | 'version' | 'pods' | 'storageclasses' = 'nodes') =>
  observer.view('local').knowledge(name);
const probe = (observer: Observer) => observer.refreshProbes(new AbortController().signal);

describe('what is watched', () => {
  it('is current once its first state is complete, and can be read as its projection', async () => {
    const { clock, observer } = setup({ watch: { nodes: [node('a'), node('b', { cordoned: true })] } });
    const told: string[] = [];
    void observer.settled.then(() => told.push('settled'));
    expect([observer.isSettled(), told]).toEqual([false, []]);
    await clock.settle();
    expect([observer.isSettled(), told]).toEqual([true, ['settled']]);
    expect(knowledge(observer)).toEqual({ state: 'Current' });
    const view = observer.view('prod-eu');
    expect(view.cluster).toBe('prod-eu');
    expect([view.count('nodes'), view.get('nodes', 'b')?.unschedulable]).toEqual([2, true]);
  });

  it('is not settled before every watch has a state or a reason', async () => {
    const { clock, observer } = setup({ resources: ['nodes', 'pods'], watch: { nodes: forbidden, pods: 'never' } });
    const told: string[] = [];
    void observer.settled.then(() => told.push('settled'));
    await clock.settle();
    expect([observer.isSettled(), told]).toEqual([false, []]);
    expect(knowledge(observer, 'pods')).toEqual({ state: 'Stale', message: 'pods could not be read yet: the first list has not ended' });
  });

  it('and may not be read is said with verbs, resource and the API server’s words, and is no reason to wait', async () => {
    const { clock, observer } = setup({ watch: { nodes: forbidden } });
    await Promise.all([clock.settle(), observer.settled]);
    expect(observer.isSettled()).toBe(true);
    const message = `the operator may not list and watch nodes: ${forbidden().message}`;
    expect(knowledge(observer)).toEqual({ state: 'NotPermitted', message });
    expect(observer.notPermitted()).toEqual([message]);
  });

  it('and is not installed is said with its group, and asks for no permission', async () => {
    const notFound = () => new KubeError('NotFound', 'the server could not find the requested resource', { code: 404 });
    const { clock, observer } = setup({ resources: ['storageclasses'], watch: { storageclasses: notFound } });
    await clock.settle();
    expect(knowledge(observer, 'storageclasses')).toEqual({
      state: 'NotInstalled',
      message: 'the cluster does not serve storageclasses.storage.k8s.io',
    });
    expect(observer.notPermitted()).toEqual([]);
  });

  it('and falls silent is stale after three minutes, though the last state is still there', async () => {
    const { clock, observer, state } = setup({ watch: { nodes: [node('a')] } });
    await clock.settle();
    state.watch.nodes = unavailable;
    await clock.advance(179_000);
    expect(knowledge(observer)).toEqual({ state: 'Current' });
    await clock.advance(2_000);
    expect(knowledge(observer)).toEqual({
      state: 'Stale',
      message: 'nothing was heard about nodes for more than 3 minutes: etcd has no leader',
    });
    expect(observer.view('local').count('nodes')).toBe(1);
  });

  it('and holds an object that cannot be read is current, and says which and why', async () => {
    const broken = { metadata: { name: 'x' }, status: { conditions: 'nonsense' } };
    const { clock, observer } = setup({ watch: { nodes: [node('a'), broken, { ...broken, metadata: { name: 'y' } }] } });
    await clock.settle();
    expect(knowledge(observer)).toEqual({
      state: 'Current',
      unreadable: expect.stringMatching(/^Node\/x could not be read: .*not a function.* \(and 1 more\)$/),
    });
    expect(observer.view('local').count('nodes')).toBe(1);
  });

  it('is permitted again without a restart', async () => {
    const { clock, observer, state } = setup({ watch: { nodes: forbidden } });
    await clock.settle();
    state.watch.nodes = [node('a')];
    await clock.advance(40_000);
    expect([knowledge(observer), observer.notPermitted()]).toEqual([{ state: 'Current' }, []]);
  });

  it('and is not installed is asked for every five minutes where CRDs are watched, and at once when its CRD appears', async () => {
    const notFound = () => new KubeError('NotFound', 'the server could not find the requested resource', { code: 404 });
    const name = 'certificates.cert-manager.io';
    const crd = { type: 'ADDED', object: { metadata: { name, resourceVersion: '10' } } };
    const { clock, observer, requests, state } = setup({
      resources: ['certificates', 'customresourcedefinitions'],
      watch: { certificates: notFound, customresourcedefinitions: [] },
    });
    await clock.settle();
    const asked = () => requests.filter(({ path }) => path.endsWith('/certificates')).length;
    await clock.advance(290_000);
    expect(asked()).toBe(1);
    state.watch.customresourcedefinitions = [crd.object];
    // The silence of the watch of CRDs ends it every 90 seconds here, and the next one brings the CRD; its resource is not served yet.
    await clock.advance(90_000);
    expect(asked()).toBeGreaterThan(2);
    state.watch.certificates = [];
    await clock.advance(5_000);
    expect(observer.view('local').knowledge('certificates')).toEqual({ state: 'Current' });
  });

  it('and is of an API group that the server does not have is not asked for before its CRD appears', async () => {
    const crd = { metadata: { name: 'certificates.cert-manager.io' }, spec: { group: 'cert-manager.io', names: { kind: 'Certificate' } } };
    const resources = ['certificates', 'customresourcedefinitions', 'storageclasses'] as const;
    const groups = ['apiextensions.k8s.io', 'storage.k8s.io'];
    const { clock, observer, requests, state } = setup({ resources, groups, watch: { certificates: [], storageclasses: [] } });
    await clock.settle();
    const asked = (resource: string) => requests.filter(({ path }) => path.endsWith(`/${resource}`)).length;
    expect([asked('certificates'), asked('storageclasses')]).toEqual([0, 1]);
    expect(observer.isSettled()).toBe(true);
    const message = 'the cluster does not serve certificates.cert-manager.io';
    expect(observer.view('local').knowledge('certificates')).toEqual({ state: 'NotInstalled', message });
    state.watch.customresourcedefinitions = [crd];
    await clock.advance(95_000);
    expect(observer.view('local').knowledge('certificates')).toEqual({ state: 'Current' });
  });

  it('and whose CRD is known is asked for, whatever the server says of its group', async () => {
    const crd = { metadata: { name: 'certificates.cert-manager.io' }, spec: { group: 'cert-manager.io', names: { kind: 'Certificate' } } };
    const resources = ['certificates', 'customresourcedefinitions'] as const;
    const { clock, observer } = setup({ resources, groups: ['apiextensions.k8s.io'], watch: { customresourcedefinitions: [crd] } });
    await clock.settle();
    expect(observer.view('local').knowledge('certificates')).toEqual({ state: 'Current' });
  });

  it('as a single object is watched by its name, in whichever namespace it is or in the operator’s own', async () => {
    const { clock, requests } = setup({ resources: ['cluster-autoscaler-status', 'support-calendar'] });
    await clock.settle();
    expect(requests.map(({ path, query }) => [path, query?.fieldSelector])).toEqual([
      ['/api/v1/configmaps', 'metadata.name=cluster-autoscaler-status'],
      ['/api/v1/namespaces/operator-home/configmaps', 'metadata.name=support-calendar'],
    ]);
  });

  it('is only what was asked for: a check that reads something else is told so', () => {
    const { observer } = setup({ resources: ['nodes'] });
    expect(() => observer.view('local').count('pods')).toThrow('pods is read by a check that does not declare it in its needs');
  });
});

describe('a probe', () => {
  it('is not current before it was answered', () => {
    const { observer } = setup();
    expect(knowledge(observer, 'version')).toEqual({ state: 'Stale', message: 'the probe version has not been answered yet' });
    expect(observer.view('local').probe('version')).toBeUndefined();
  });

  it('that is answered is current', async () => {
    const { observer } = setup({ json: () => ({ gitVersion: 'v1.36.3-eks-3025e55' }) });
    await probe(observer);
    expect(knowledge(observer, 'version')).toEqual({ state: 'Current' });
    expect(observer.view('local').probe('version')).toMatchObject({ major: 1, minor: 36, patch: 3 });
  });

  it.each<[string, () => unknown, string, string]>([
    ['fails', () => unavailable(), 'Stale', 'the probe version failed: etcd has no leader'],
    ['is refused', () => forbidden(), 'NotPermitted', `the probe version failed: ${forbidden().message}`],
    [
      'is answered with nonsense',
      () => ({ gitVersion: 'latest' }),
      'Stale',
      'the probe version failed: the API server names its version as "latest", which is not vMAJOR.MINOR.PATCH',
    ],
  ])('that %s takes its former answer with it, until it is answered again', async (_, answer, state, message) => {
    const { observer, state: server } = setup();
    await probe(observer);
    server.json = () => {
      const given = answer();
      if (given instanceof Error) throw given;
      return given;
    };
    await probe(observer);
    expect(knowledge(observer, 'version')).toEqual({ state, message });
    expect(observer.view('local').probe('version')).toBeUndefined();
    server.json = () => ({ gitVersion: 'v1.37.2' });
    await probe(observer);
    expect(knowledge(observer, 'version')).toEqual({ state: 'Current' });
  });
});

describe('a change', () => {
  const heartbeat = { ...node('a'), metadata: { ...node('a').metadata, resourceVersion: '12' } };

  it('is told with its resource, until the listener has heard enough, and can be counted', async () => {
    const { clock, observer } = setup({ watch: { nodes: [node('a')] }, later: { nodes: [node('a', { cordoned: true }), node('a')] } });
    await clock.settle();
    const told: string[] = [];
    const before = observer.revision('nodes');
    const end = observer.onChange((resource) => told.push(resource));
    await clock.advance(1);
    expect([told, observer.revision('nodes') - before]).toEqual([['nodes'], 1]);
    end();
    await clock.advance(1);
    expect([told, observer.revision('nodes') - before]).toEqual([['nodes'], 2]);
  });

  it('of what is not kept, such as a heartbeat, is none', async () => {
    const { clock, observer } = setup({ watch: { nodes: [node('a')] }, later: { nodes: [heartbeat, heartbeat] } });
    await clock.settle();
    const told: string[] = [];
    const before = observer.revision('nodes');
    observer.onChange((resource) => told.push(resource));
    await clock.advance(2);
    expect([told, observer.revision('nodes')]).toEqual([[], before]);
  });
});

describe('who wrote an object', () => {
  const type = { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses', kind: 'StorageClass', namespaced: false };

  it('is read from that object alone, as metadata only', async () => {
    const managedFields = [{ manager: 'kubectl-edit', operation: 'Update' }];
    const { observer, requests } = setup({ resources: [], json: () => ({ metadata: { managedFields } }) });
    expect(await observer.managedFields(type, 'fast')).toEqual(managedFields);
    expect(requests[0]).toMatchObject({
      path: '/apis/storage.k8s.io/v1/storageclasses/fast',
      accept: expect.stringContaining('PartialObjectMetadata'),
    });
  });

  it('is nobody where the object names none, and not known where it cannot be read', async () => {
    const { observer, state } = setup({ resources: [], json: () => ({ metadata: {} }) });
    expect(await observer.managedFields(type, 'fast')).toEqual([]);
    state.json = () => {
      throw forbidden();
    };
    expect(await observer.managedFields(type, 'fast')).toBeUndefined();
  });
});
