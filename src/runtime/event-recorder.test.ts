import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { createMemoryApi } from '../../test/fakes/memory-api.ts';
import { KubeError } from '../kube/errors.ts';
import { createEventRecorder, type EventInput } from './event-recorder.ts';
import { silentLogger } from './logger.ts';
import { createRuntimeMetrics } from './metrics.ts';

interface StoredEvent {
  metadata: { name: string; namespace: string };
  note: string;
  eventTime: string;
  series?: { count: number; lastObservedTime: string };
  [field: string]: unknown;
}

const pod: EventInput['regarding'] = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'cart-1', uid: 'u1' };
const opened: EventInput = { regarding: pod, type: 'Warning', reason: 'Opened', action: 'Observe', note: 'the pod cannot be scheduled' };

function setup(overrides: { mayWrite?: () => boolean } = {}) {
  const clock = createFakeClock('2026-03-02T08:00:00.25Z');
  const api = createMemoryApi({ clock });
  const metrics = createRuntimeMetrics();
  const recorder = createEventRecorder({
    ...{ transport: api, clock, random: () => 0, identity: 'pod-1_uuid', metrics, logger: silentLogger },
    mayWrite: overrides.mayWrite ?? (() => true),
  });
  const events = async (namespace = 'shop') =>
    (await api.json<{ items: StoredEvent[] }>({ path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events` })).items;
  const counted = async () =>
    Object.fromEntries((await metrics.eventsEmitted.get()).values.map((each) => [each.labels.result, each.value])) as Record<
      string,
      number
    >;
  const writes = () => api.requests.filter((request) => (request.method ?? 'GET') !== 'GET');
  return { clock, api, recorder, events, counted, writes };
}

function failing(kind: KubeError['kind']) {
  return () => {
    throw new KubeError(kind, 'refused', { code: kind === 'Transient' ? 503 : 403 });
  };
}

describe('an Event', () => {
  it('says what was seen, where, when and by whom in the fields of events.k8s.io/v1', async () => {
    const { clock, recorder, events } = setup();
    const related = { apiVersion: 'example.io/v1', kind: 'Agreement', namespace: 'team', name: 'gold' };
    recorder.recordEvent({ ...opened, related });
    await clock.settle();
    const [event] = await events();
    expect(event).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: expect.objectContaining({ namespace: 'shop', name: expect.stringMatching(/^cart-1\.[0-9a-f]+$/) }),
      eventTime: '2026-03-02T08:00:00.250000Z',
      reportingController: 'platformsupport.io/support-coverage-operator',
      reportingInstance: 'pod-1_uuid',
      regarding: pod,
      related,
      ...{ type: 'Warning', reason: 'Opened', action: 'Observe', note: 'the pod cannot be scheduled' },
    });
  });

  it('has the uid of its object, which is read once, as it is sent, and may be missing', async () => {
    const { clock, recorder, events } = setup();
    const asked: unknown[] = [];
    const findUid = async (limits: object) => {
      asked.push(limits);
      return 'uid-of-cart-1';
    };
    recorder.recordEvent({ ...opened, regarding: { kind: 'Pod', namespace: 'shop', name: 'cart-1' }, findUid });
    recorder.recordEvent({ ...opened, regarding: { kind: 'Pod', namespace: 'shop', name: 'gone' }, findUid: async () => undefined });
    expect(asked).toHaveLength(1);
    await clock.settle();
    expect((await events()).map(({ regarding }) => regarding)).toEqual([
      { kind: 'Pod', namespace: 'shop', name: 'cart-1', uid: 'uid-of-cart-1' },
      { kind: 'Pod', namespace: 'shop', name: 'gone' },
    ]);
    expect(asked).toEqual([{ timeoutMs: 10_000, signal: expect.any(AbortSignal) }]);
  });

  it('on a cluster-scoped object is kept in the namespace default, under a name that is allowed there', async () => {
    const { clock, recorder, events } = setup();
    recorder.recordEvent({ ...opened, regarding: { kind: 'Node', name: 'node-1' } });
    recorder.recordEvent({ ...opened, regarding: { kind: 'ClusterRoleBinding', name: 'system:masters/A' } });
    recorder.recordEvent({ ...opened, regarding: { kind: 'ClusterRoleBinding', name: 'a..b' } });
    await clock.settle();
    expect((await events('default')).map((event) => event.metadata.name)).toEqual([
      expect.stringMatching(/^node-1\.[0-9a-f]+$/),
      expect.stringMatching(/^event\.[0-9a-f]+$/),
      expect.stringMatching(/^event\.[0-9a-f]+$/),
    ]);
  });

  it('keeps its own name beside another Event on the same object at the same moment', async () => {
    const { clock, recorder, events } = setup();
    recorder.recordEvent(opened);
    recorder.recordEvent({ ...opened, note: 'another' });
    await clock.settle();
    expect((await events()).map((event) => event.note)).toEqual(['the pod cannot be scheduled', 'another']);
  });

  it.each(['x'.repeat(2_000), 'é'.repeat(1_000), '🙂'.repeat(300), `x${'🙂'.repeat(300)}`])(
    'has its note cut to the 1,024 bytes that the API server accepts, never within a character (%#)',
    async (note) => {
      const { clock, recorder, events } = setup();
      recorder.recordEvent({ ...opened, note });
      await clock.settle();
      const written = (await events())[0]?.note ?? '';
      expect(Buffer.byteLength(written)).toBeLessThanOrEqual(1_024);
      expect(Buffer.byteLength(written)).toBeGreaterThan(1_016);
      expect(written.endsWith('…')).toBe(true);
      expect(note.startsWith(written.slice(0, -1))).toBe(true);
    },
  );
});

describe('the same again', () => {
  it('within 6 minutes becomes a series that counts, not another Event', async () => {
    const { clock, recorder, events } = setup();
    for (let time = 0; time < 3; time += 1) {
      recorder.recordEvent(opened);
      await clock.advance(5 * 60_000);
    }
    const all = await events();
    expect(all).toHaveLength(1);
    expect(all[0]?.series).toEqual({ count: 3, lastObservedTime: '2026-03-02T08:10:00.250000Z' });
    expect(all[0]?.eventTime).toBe('2026-03-02T08:00:00.250000Z');
  });

  it('after more than 6 minutes is an Event of its own', async () => {
    const { clock, recorder, events } = setup();
    recorder.recordEvent(opened);
    await clock.advance(6 * 60_000 + 1);
    recorder.recordEvent(opened);
    await clock.settle();
    expect((await events()).map((event) => event.series)).toEqual([undefined, undefined]);
  });

  it('is not taken for what differs in object, type, reason, action or note', async () => {
    const { clock, recorder, events } = setup();
    const others: Partial<EventInput>[] = [
      { regarding: { ...pod, name: 'cart-2' } },
      { regarding: { ...pod, uid: 'u2' } },
      { type: 'Normal' },
      { reason: 'Resolved' },
      { action: 'Correct' },
      { note: 'no' },
    ];
    for (const other of [{}, ...others]) recorder.recordEvent({ ...opened, ...other });
    await clock.settle();
    expect(await events()).toHaveLength(7);
  });

  it('is created anew with its count when the Event was deleted meanwhile', async () => {
    const { clock, api, recorder, events } = setup();
    recorder.recordEvent(opened);
    await clock.settle();
    api.remove(`/apis/events.k8s.io/v1/namespaces/shop/events/${(await events())[0]?.metadata.name}`);
    recorder.recordEvent(opened);
    await clock.settle();
    expect((await events()).map((event) => event.series?.count)).toEqual([2]);
  });

  it('while the first still waits goes with it in one request', async () => {
    const { clock, recorder, events, writes } = setup();
    recorder.recordEvent({ ...opened, note: 'first in the queue' });
    for (let time = 0; time < 10; time += 1) recorder.recordEvent(opened);
    await clock.settle();
    expect(writes()).toHaveLength(2);
    expect((await events()).map((event) => event.series?.count)).toEqual([undefined, 10]);
  });
});

describe('too much', () => {
  it('about one object is limited to 25, then one each 5 minutes, without silencing other objects', async () => {
    const { clock, recorder, events, counted } = setup();
    for (let number = 0; number < 40; number += 1) recorder.recordEvent({ ...opened, note: `note ${number}` });
    recorder.recordEvent({ ...opened, regarding: { ...pod, name: 'cart-2' } });
    await clock.settle();
    expect(await events()).toHaveLength(26);
    expect(await counted()).toEqual({ sent: 26, failed: 0, dropped: 15 });
    await clock.advance(5 * 60_000);
    recorder.recordEvent({ ...opened, note: 'later' });
    recorder.recordEvent({ ...opened, note: 'and later' });
    await clock.settle();
    expect((await events()).map((event) => event.note).slice(26)).toEqual(['later']);
  });

  it('never loses the count of a series that was limited', async () => {
    const { clock, recorder, events } = setup();
    for (let number = 0; number < 25; number += 1) {
      recorder.recordEvent(opened);
      await clock.settle();
    }
    for (let number = 0; number < 5; number += 1) recorder.recordEvent(opened);
    await clock.advance(5 * 60_000);
    expect((await events())[0]?.series?.count).toBe(25);
    recorder.recordEvent(opened);
    await clock.settle();
    expect((await events())[0]?.series?.count).toBe(31);
  });

  it('for the queue is dropped and counted, and nobody waits', async () => {
    const { clock, api, recorder, counted } = setup();
    api.intercept(() => new Promise(() => {}));
    for (let number = 0; number < 1_200; number += 1) recorder.recordEvent({ ...opened, regarding: { ...pod, name: `pod-${number}` } });
    await clock.settle();
    // One is on its way and 1,000 wait.
    expect((await counted()).dropped).toBe(199);
  });
});

describe('an API server that fails', () => {
  it('gets the Event after a while when it recovers, and once only', async () => {
    const { clock, api, recorder, events, counted } = setup();
    api.intercept(failing('Transient'));
    recorder.recordEvent(opened);
    await clock.advance(2_000);
    api.intercept(undefined);
    await clock.advance(5_000);
    expect(await events()).toHaveLength(1);
    expect(await counted()).toEqual({ sent: 1, failed: 0, dropped: 0 });
  });

  it('for too long loses the Event, which is counted, and goes on with the next', async () => {
    const { clock, api, recorder, events, counted, writes } = setup();
    api.intercept(failing('Transient'));
    recorder.recordEvent(opened);
    await clock.advance(20_000);
    expect(writes()).toHaveLength(5);
    expect(await counted()).toEqual({ sent: 0, failed: 1, dropped: 0 });
    api.intercept(undefined);
    recorder.recordEvent({ ...opened, note: 'next' });
    await clock.settle();
    expect((await events()).map((event) => event.note)).toEqual(['next']);
  });

  it('by refusing is not asked again', async () => {
    const { clock, api, recorder, counted, writes } = setup();
    api.intercept(failing('Forbidden'));
    recorder.recordEvent(opened);
    await clock.advance(60_000);
    expect(writes()).toHaveLength(1);
    expect((await counted()).failed).toBe(1);
  });

  it('by losing the answer does not get the Event twice', async () => {
    const { clock, api, recorder, events, counted } = setup();
    api.intercept((_request, proceed) => {
      proceed();
      api.intercept(undefined);
      return failing('Transient')();
    });
    recorder.recordEvent(opened);
    await clock.advance(2_000);
    expect(await events()).toHaveLength(1);
    expect((await counted()).sent).toBe(1);
    recorder.recordEvent(opened);
    await clock.settle();
    expect((await events()).map((event) => event.series?.count)).toEqual([2]);
  });
});

describe('a process that does not lead', () => {
  it('writes no Event', async () => {
    const { clock, recorder, counted, writes } = setup({ mayWrite: () => false });
    recorder.recordEvent(opened);
    await clock.advance(1_000);
    expect(writes()).toEqual([]);
    expect((await counted()).dropped).toBe(1);
  });

  it('stops sending what waited when it lost the lease', async () => {
    let leads = true;
    const { clock, api, recorder, counted, writes } = setup({ mayWrite: () => leads });
    api.intercept(failing('Transient'));
    recorder.recordEvent(opened);
    recorder.recordEvent({ ...opened, note: 'second' });
    await clock.settle();
    leads = false;
    await clock.advance(60_000);
    expect(writes()).toHaveLength(1);
    expect((await counted()).dropped).toBe(2);
  });
});

describe('shutdown', () => {
  it('sends what waits and takes nothing more', async () => {
    const { clock, recorder, events, counted } = setup();
    for (let number = 0; number < 10; number += 1) recorder.recordEvent({ ...opened, note: `note ${number}` });
    await recorder.flush(5_000);
    recorder.recordEvent({ ...opened, note: 'too late' });
    await clock.settle();
    expect(await events()).toHaveLength(10);
    expect(await counted()).toEqual({ sent: 10, failed: 0, dropped: 1 });
    expect(clock.pending).toBe(0);
  });

  it('ends at its deadline when the API server does not answer', async () => {
    const { clock, api, recorder, counted } = setup();
    api.intercept(() => new Promise(() => {}));
    for (let number = 0; number < 10; number += 1) recorder.recordEvent({ ...opened, note: `note ${number}` });
    let done = false;
    void recorder.flush(5_000).then(() => {
      done = true;
    });
    await clock.advance(4_900);
    expect(done).toBe(false);
    await clock.advance(200);
    expect(done).toBe(true);
    expect((await counted()).dropped).toBe(10);
  });
});

it('never throws at whoever records, whatever it is given', async () => {
  const { recorder, counted } = setup({
    mayWrite: () => {
      throw new Error('no lease');
    },
  });
  expect(() => recorder.recordEvent(opened)).not.toThrow();
  expect(() => recorder.recordEvent({} as EventInput)).not.toThrow();
  expect((await counted()).failed).toBe(2);
});
