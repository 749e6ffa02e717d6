import {
  answer,
  bookmark,
  end,
  errorEvent,
  event,
  hang,
  initialEnd,
  list,
  raw,
  refuse,
  reset,
  type Step,
  stream,
} from '../../test/fakes/fake-api-server.ts';
import { until } from '../../test/fixtures/connection.ts';
import { createReflectorBenches, pod, podsPath } from '../../test/fixtures/reflector.ts';

const benches = createReflectorBenches();
afterEach(() => benches.end());

const synced = stream(event('ADDED', pod('a', '3')), event('ADDED', pod('b', '4')), initialEnd('5'), end);
const nextEvent = stream(event('MODIFIED', pod('a', '8', 'Failed')));

const passing: [string, Step][] = [
  ['503', refuse(503, 'etcdserver: leader changed')],
  ['500', refuse(500, 'panic')],
  ['429 without a time', refuse(429, 'too many requests')],
  ['an answer that is no JSON', answer('<html>Bad gateway</html>\n')],
  ['a line that is no event', stream(raw('null\n'))],
  ['an event without an object', stream(raw('{"type":"ADDED"}\n'))],
  ['half a line', stream(raw('{"type":"MODIFIED","obj'), end)],
  ['a reset before the answer', reset],
  ['a reset in the middle of a line', stream(raw('{"type":"MODIFIED","obj'), reset)],
  ['an ERROR event', stream(errorEvent(500, 'etcd event received with PrevKv=nil', 'InternalError'))],
  ['an ERROR event that says nothing', stream(raw('{"type":"ERROR"}\n'))],
];

describe('what passes by itself', () => {
  it.each(passing)('%s during the watch: the watch goes on from where it was', async (_, fault) => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, fault, nextEvent]);
    const bench = start();
    expect(await bench.retry()).toBe(800);
    await until('the next event', () => bench.stored().includes('a Failed'));
    expect(server.requests.map(({ query }) => query.resourceVersion)).toEqual([undefined, '5', '5']);
    expect(bench.changes).toEqual(['added shop/a Running', 'added shop/b Running', 'updated shop/a Failed']);
    expect(bench.reflector.status()).toMatchObject({ phase: 'Synced', message: '' });
  });

  it.each(passing)('%s at the start: the first state is asked for again', async (_, fault) => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [fault, fault, stream(event('ADDED', pod('a', '3')), initialEnd('5'))]);
    const bench = start();
    expect(await bench.retry()).toBe(800);
    expect(bench.reflector.status()).toMatchObject({ phase: 'Starting', message: expect.stringMatching(/\S/) });
    expect(await bench.retry()).toBe(1_600);
    await bench.reflector.synced;
    expect(server.requests.map(({ query }) => query.sendInitialEvents)).toEqual(['true', 'true', 'true']);
    expect(bench.stored()).toEqual(['a Running']);
  });

  it('a server that is back, by the first good answer that anybody gets from it: the wait ends', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, stream(), nextEvent]);
    server.on('GET', '/version', [refuse(403, 'not yet synced'), answer({})]);
    server.on('GET', '/readyz', [refuse(500, 'starting')]);
    const transport = benches.connect(server, { recoveryMs: 20 });
    const bench = start({ transport });
    await until('the watch', () => server.requests.length === 2);
    await server.stop();
    for (let attempt = 0; attempt < 5; attempt += 1) await bench.retry();
    await until('the next wait', () => bench.waiting());
    await server.start();
    await until('two bad answers', () => server.requests.filter(({ path }) => path === '/readyz').length === 2);
    await expect(transport.json({ path: '/version' })).rejects.toMatchObject({ code: 403 });
    expect(bench.waiting()).toBe(true);
    await transport.json({ path: '/version' });
    expect(await bench.retry()).toBe(0);
    await until('the next event', () => bench.stored().includes('a Failed'));
  });

  it('a server that is back and ready: the wait ends, though nobody asks it for anything', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, stream(), refuse(410, 'too old resource version', { reason: 'Expired' }), synced]);
    server.on('GET', '/readyz', [refuse(500, 'poststarthook/rbac/bootstrap-roles failed'), answer('ok')]);
    const bench = start({ transport: benches.connect(server, { recoveryMs: 20 }) });
    await until('the watch', () => server.requests.length === 2);
    await server.stop();
    for (let attempt = 0; attempt < 5; attempt += 1) await bench.retry();
    await until('the next wait', () => bench.waiting());
    await server.start();
    await until('the watch to be tried again', async () => {
      await bench.clock.advance(0);
      return server.requests.filter(({ path }) => path === podsPath).length === 3;
    });
    expect(server.requests.filter(({ path }) => path === '/readyz')).toHaveLength(2);
    // History was lost with the server; that costs no long wait more.
    expect(await bench.retry()).toBe(800);
  });

  it('a watch that alone fails, of a server that answers others: keeps its own waits', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, reset]);
    server.on('GET', '/version', [answer({})]);
    server.on('GET', '/readyz', [answer('ok')]);
    const transport = benches.connect(server, { recoveryMs: 20 });
    const bench = start({ transport });
    const waits: number[] = [];
    while (waits.length < 6) {
      await until('the failure', () => server.requests.filter(({ path }) => path === podsPath).length === waits.length + 2);
      await until('the next wait', () => bench.waiting());
      await transport.json({ path: '/version' });
      waits.push(await bench.retry());
    }
    expect(waits).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600]);
  });

  it('a watch that gets no answer from a server that is back: is tried again at once, and then keeps its own waits', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, stream(), reset, nextEvent]);
    server.on('GET', '/readyz', [refuse(500, 'starting'), answer('ok')]);
    const bench = start({ transport: benches.connect(server, { recoveryMs: 20 }) });
    await until('the watch', () => server.requests.length === 2);
    await server.stop();
    for (let attempt = 0; attempt < 5; attempt += 1) await bench.retry();
    await until('the next wait', () => bench.waiting());
    await server.start();
    await until('the watch to be tried again', async () => {
      await bench.clock.advance(0);
      return server.requests.filter(({ path }) => path === podsPath).length === 3;
    });
    expect(await bench.retry()).toBe(30_000);
    await until('the next event', () => bench.stored().includes('a Failed'));
  });

  it('a server that is away: tried until it is back, with half a minute between attempts in the end', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, stream(), nextEvent]);
    const bench = start();
    await until('the watch', () => server.requests.length === 2);
    await server.stop();
    const waits: number[] = [];
    while (waits.length < 8) waits.push(await bench.retry());
    expect(waits).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
    expect(bench.reflector.status()).toMatchObject({ phase: 'Synced', message: expect.stringContaining('ECONNREFUSED') });
    await until('another attempt to fail', () => bench.reflector.status().silentMs > 100_000);
    await server.start();
    await bench.retry();
    await until('the next event', () => bench.stored().includes('a Failed'));
    expect(server.requests.at(-1)?.query.resourceVersion).toBe('5');
    expect(bench.reflector.status()).toMatchObject({ message: '', silentMs: 0 });
  });

  it('a watch that is closed at once, again and again: counts as a failure and backs off', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, stream(end)]);
    const bench = start();
    const waits: number[] = [];
    while (waits.length < 4) waits.push(await bench.retry());
    expect(waits).toEqual([800, 1_600, 3_200, 6_400]);
    expect(bench.reflector.status().message).toBe('the watch was closed at once');
  });

  it('a watch without an event that ends after a second is none', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, stream()]);
    const bench = start();
    const quiet = await until('the watch', () => server.requests[1]);
    await bench.clock.advance(1_000);
    quiet.end();
    await until('the next watch', () => server.requests.length === 3);
    expect(bench.reflector.status().message).toBe('');
  });

  it('the server’s own time to come back: it is waited for', async () => {
    const { server, start } = await benches.prepare();
    const throttled = { type: 'ERROR', object: { kind: 'Status', code: 429, message: 'slow down', details: { retryAfterSeconds: 12 } } };
    server.on('GET', podsPath, [synced, stream(raw(`${JSON.stringify(throttled)}\n`)), nextEvent]);
    const bench = start();
    expect(await bench.retry()).toBe(12_000);
    await until('the next event', () => bench.stored().includes('a Failed'));
  });

  it('after two minutes of health the next failure is waited for as the first', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, refuse(503, 'away'), refuse(503, 'away'), stream(bookmark('6')), refuse(503, 'away'), nextEvent]);
    const bench = start();
    expect([await bench.retry(), await bench.retry()]).toEqual([800, 1_600]);
    const healthy = await until('the healthy watch', () => server.requests[3]);
    for (let minute = 0; minute < 3; minute += 1) {
      await bench.clock.advance(60_000);
      const before = await bench.metric('supportcoverage_reflector_events_total', 'BOOKMARK');
      await bookmark(`${7 + minute}`)(healthy);
      await until('the bookmark', async () => (await bench.metric('supportcoverage_reflector_events_total', 'BOOKMARK')) > before);
    }
    healthy.end();
    await until('the failure', () => bench.reflector.status().message === 'away');
    expect(await bench.retry()).toBe(800);
  });
});

describe('silence', () => {
  it('of 90 s ends the watch, which goes on from where it was', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, stream(), nextEvent]);
    const bench = start();
    const silent = await until('the watch', () => server.requests[1]);
    await bench.clock.advance(89_999);
    expect(silent.closed).toBe(false);
    await bench.clock.advance(1);
    await until('the watch to be given up', () => silent.closed);
    expect(await bench.retry()).toBe(800);
    await until('the next event', () => bench.stored().includes('a Failed'));
    expect(server.requests[2]?.query.resourceVersion).toBe('5');
  });

  it('is broken by a bookmark', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, stream(), nextEvent]);
    const bench = start();
    const watch = await until('the watch', () => server.requests[1]);
    await bench.clock.advance(60_000);
    expect(bench.reflector.status().silentMs).toBe(60_000);
    await bookmark('6')(watch);
    await until('the bookmark', () => bench.reflector.status().silentMs === 0);
    await bench.clock.advance(89_999);
    expect([watch.closed, bench.reflector.status().silentMs]).toEqual([false, 89_999]);
    await bench.clock.advance(1);
    await until('the watch to be given up', () => watch.closed);
    expect(bench.reflector.status().message).toBe('nothing was heard for 90 s');
  });

  it('before the first state is complete makes the reflector read it in pages', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [stream(event('ADDED', pod('a', '1'))), list('5', [pod('a', '1')]), stream()]);
    const bench = start();
    await until('the pod', () => bench.reflector.status().silentMs === 0);
    await bench.clock.advance(90_000);
    await bench.retry();
    await bench.reflector.synced;
    expect(server.requests[1]?.query).toEqual({ limit: '500' });
  });

  it('of a server that takes the request and never answers ends as well', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, hang, nextEvent]);
    const bench = start();
    await until('the watch', () => server.requests.length === 2);
    await bench.clock.advance(90_000);
    await bench.retry();
    await until('the next event', () => bench.stored().includes('a Failed'));
  });
});

describe('a state that the server cannot continue from', () => {
  const changed = stream(event('ADDED', pod('b', '40', 'Failed')), event('ADDED', pod('c', '41')), initialEnd('50'));
  const gone = 'too old resource version: 5 (40)';

  it.each<[string, Step, string]>([
    ['410 in the stream', stream(errorEvent(410, gone, 'Expired')), 'expired'],
    ['410 to the request', refuse(410, gone, { reason: 'Expired' }), 'expired'],
    ['a resourceVersion from its future', stream(errorEvent(504, 'Too large resource version: 5, current: 3', 'Timeout')), 'rewound'],
    ['a resourceVersion that it does not understand', refuse(400, 'Invalid resource version: "5"', { reason: 'BadRequest' }), 'refused'],
  ])('%s: a new state replaces the old one, and what vanished is deleted as it was last known', async (_, fault, cause) => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [synced, fault, changed]);
    const bench = start();
    await bench.retry();
    await until('the new state', () => bench.stored().includes('c Running'));
    expect(bench.changes.slice(2)).toEqual(['deleted shop/a Running', 'updated shop/b Failed', 'added shop/c Running']);
    expect(bench.stored()).toEqual(['b Failed', 'c Running']);
    expect(server.requests.map(({ query }) => query.sendInitialEvents)).toEqual(['true', undefined, 'true']);
    expect(await bench.metric('supportcoverage_reflector_relists_total', cause)).toBe(1);
    expect(await bench.metric('supportcoverage_reflector_items')).toBe(2);
  });

  it('keeps the old state until the new one is complete', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [
      synced,
      refuse(410, gone),
      stream(event('ADDED', pod('c', '41')), reset),
      stream(event('ADDED', pod('c', '41')), initialEnd('50')),
    ]);
    const bench = start();
    await bench.retry();
    await until('the broken state', () => server.requests[2]?.closed);
    expect(bench.stored()).toEqual(['a Running', 'b Running']);
    await bench.retry();
    await until('the new state', () => bench.stored().includes('c Running'));
    expect(bench.stored()).toEqual(['c Running']);
  });
});
