import { bookmark, end, event, hang, initialEnd, list, refuse, stream } from '../../test/fakes/fake-api-server.ts';
import { until } from '../../test/fixtures/connection.ts';
import { createReflectorBenches, pod, podsPath } from '../../test/fixtures/reflector.ts';

const benches = createReflectorBenches();
afterEach(() => benches.end());

const forbidden = refuse(403, 'pods is forbidden: User "scov" cannot watch resource "pods"', { reason: 'Forbidden' });
const missing = refuse(404, 'the server could not find the requested resource', { reason: 'NotFound' });

describe('a resource that may not be read', () => {
  it('is NotPermitted, in the server’s words, and read half a minute after it is permitted', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [forbidden, forbidden, stream(event('ADDED', pod('a', '1')), initialEnd('2'))]);
    const bench = start();
    expect(await bench.retry()).toBe(30_000);
    expect(bench.reflector.status()).toEqual({
      ...{
        phase: 'NotPermitted',
        message: 'pods is forbidden: User "scov" cannot watch resource "pods"',
        silentMs: Number.POSITIVE_INFINITY,
        unreadable: new Map(),
      },
    });
    expect(await bench.retry()).toBe(30_000);
    await bench.reflector.synced;
    expect(bench.reflector.status()).toMatchObject({ phase: 'Synced', message: '' });
  });

  it('any more keeps what was known, and goes on from there when it is permitted again', async () => {
    const { server, start } = await benches.prepare();
    const state = stream(event('ADDED', pod('a', '1')), initialEnd('2'), end);
    server.on('GET', podsPath, [state, ...Array.from({ length: 5 }, () => forbidden), stream(bookmark('9'))]);
    const bench = start();
    // Not believed for ten seconds.
    expect([await bench.retry(), await bench.retry(), await bench.retry(), await bench.retry()]).toEqual([800, 1_600, 3_200, 6_400]);
    await until('the refusal', () => bench.reflector.status().phase === 'NotPermitted');
    expect(bench.stored()).toEqual(['a Running']);
    expect(await bench.retry()).toBe(30_000);
    await until('the watch to go on', () => bench.reflector.status().phase === 'Synced');
    expect(server.requests[6]?.query.resourceVersion).toBe('2');
    expect(bench.changes).toEqual(['added shop/a Running']);
  });

  it('for a moment, as while an API server starts, stays as it was', async () => {
    const { server, start } = await benches.prepare();
    const state = stream(event('ADDED', pod('a', '1')), initialEnd('2'), end);
    server.on('GET', podsPath, [state, forbidden, forbidden, stream(event('MODIFIED', pod('a', '8', 'Failed')))]);
    const bench = start();
    const phases = [await bench.retry(), await bench.retry()].map(() => bench.reflector.status().phase);
    await until('the next event', () => bench.stored().includes('a Failed'));
    expect(phases).toEqual(['Synced', 'Synced']);
  });

  it('is asked for a little later than half a minute by some reflectors than by others', async () => {
    const { server, start } = await benches.prepare({ random: () => 0.5 });
    server.on('GET', podsPath, [forbidden]);
    expect(await start().retry()).toBe(31_500);
  });

  it('does not make the next failure of another kind wait longer', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [forbidden, refuse(503, 'away'), stream(initialEnd('2'))]);
    const bench = start();
    expect([await bench.retry(), await bench.retry()]).toEqual([30_000, 800]);
    await bench.reflector.synced;
  });
});

describe('a resource that is not installed', () => {
  it('is NotInstalled and picked up when it is, after the time set for it', async () => {
    const { server, start } = await benches.prepare({ slowRetryMs: 5_000 });
    server.on('GET', podsPath, [missing, missing, stream(event('ADDED', pod('a', '1')), initialEnd('2'))]);
    const bench = start();
    expect(await bench.retry()).toBe(5_000);
    expect(bench.reflector.status()).toMatchObject({ phase: 'NotInstalled', message: 'the server could not find the requested resource' });
    await bench.retry();
    await bench.reflector.synced;
    expect([bench.reflector.status().phase, bench.stored()]).toEqual(['Synced', ['a Running']]);
  });

  it('any more leaves nothing behind: every object is deleted, and a later installation is read from its start', async () => {
    const { server, start } = await benches.prepare();
    const objects = [event('ADDED', pod('a', '1')), event('ADDED', pod('b', '2'))];
    server.on('GET', podsPath, [stream(...objects, initialEnd('5'), end), missing, stream(event('ADDED', pod('a', '1')), initialEnd('3'))]);
    const bench = start();
    await until('the refusal', () => bench.reflector.status().phase === 'NotInstalled');
    expect(bench.changes.slice(2)).toEqual(['deleted shop/a Running', 'deleted shop/b Running']);
    expect([bench.stored(), await bench.metric('supportcoverage_reflector_items')]).toEqual([[], 0]);
    await bench.retry();
    await until('the new state', () => bench.stored().length === 1);
    expect(server.requests[2]?.query).toMatchObject({ sendInitialEvents: 'true' });
  });
});

describe('code that fails', () => {
  it('as a handler is counted, and neither the store nor later changes suffer', async () => {
    const { server, start } = await benches.prepare({
      onChange: ({ object }) => {
        if (object.name === 'a') throw new Error('handler broken');
      },
    });
    const later = [event('MODIFIED', pod('a', '4', 'Failed')), event('ADDED', pod('c', '5'))];
    server.on('GET', podsPath, [stream(event('ADDED', pod('a', '1')), event('ADDED', pod('b', '2')), initialEnd('3'), ...later)]);
    const bench = start();
    await until('the last change', () => bench.changes.includes('added shop/c Running'));
    expect(bench.stored()).toEqual(['a Failed', 'b Running', 'c Running']);
    expect(await bench.metric('supportcoverage_reflector_handler_errors_total')).toBe(2);
    expect(server.requests).toHaveLength(1);
  });

  it('on one object of a stream, page or watch is counted, and the others go on', async () => {
    const { server, start } = await benches.prepare();
    const broken = pod('broken', '2', 'Broken');
    server.on('GET', podsPath, [
      stream(
        event('ADDED', broken),
        event('ADDED', pod('a', '1')),
        initialEnd('3'),
        event('MODIFIED', broken),
        event('ADDED', pod('b', '4')),
        end,
      ),
      refuse(410, 'too old'),
      refuse(422, 'no streams'),
      list('9', [broken, pod('c', '5')]),
      stream(event('MODIFIED', pod('broken', '10'))),
    ]);
    const bench = start();
    await bench.retry();
    expect([...bench.reflector.status().unreadable]).toEqual([['shop/broken', 'no such phase']]);
    await bench.retry();
    await until('the list', () => bench.stored().includes('c Running'));
    expect(bench.changes.slice(0, 2)).toEqual(['added shop/a Running', 'added shop/b Running']);
    await until('the object to be mended', () => bench.stored().includes('broken Running'));
    expect(bench.reflector.status().unreadable.size).toBe(0);
    expect(await bench.metric('supportcoverage_reflector_handler_errors_total')).toBe(3);
  });
});

describe('stopping', () => {
  it.each([
    ['while it waits for an answer', [hang], (requests: number) => requests === 1],
    ['while it reads a stream', [stream(event('ADDED', pod('a', '1')))], (requests: number) => requests === 1],
    ['while it waits for a page', [refuse(422, 'no'), list('1', [], 'token'), hang], (requests: number) => requests === 3],
  ] as const)('%s is prompt and ends the request', async (_, steps, ready) => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [...steps]);
    const bench = start();
    if (steps.length > 1) await bench.retry();
    await until('the request', () => ready(server.requests.length));
    await bench.stop();
    await until('the request to end', () => server.requests.at(-1)?.closed);
    expect(bench.clock.pending).toBe(0);
  });

  it('while it waits for its next attempt is prompt', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [forbidden]);
    const bench = start();
    await until('the refusal', () => bench.reflector.status().phase === 'NotPermitted');
    await bench.stop();
    expect([bench.clock.pending, server.requests.length]).toEqual([0, 1]);
  });
});
