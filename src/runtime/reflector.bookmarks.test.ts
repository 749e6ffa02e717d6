import { type Exchange, end, event, initialEnd, list, refuse, type Step, stream } from '../../test/fakes/fake-api-server.ts';
import { until } from '../../test/fixtures/connection.ts';
import { createReflectorBenches, pod, podsPath } from '../../test/fixtures/reflector.ts';

const benches = createReflectorBenches();
afterEach(() => benches.end());

const synced = stream(event('ADDED', pod('a', '3')), initialEnd('5'), end);

/** A watch that says what it is told to and then nothing, until the test ends it. */
function silent(...parts: Step[]) {
  let open: Exchange | undefined;
  const step: Step = async (exchange) => {
    await stream(...parts)(exchange);
    open = exchange;
  };
  return { step, open: () => open, end: () => open?.end() };
}

async function start(...steps: [Step, ...Step[]]) {
  const { server, start } = await benches.prepare({ bookmarks: false });
  server.on('GET', podsPath, steps);
  const bench = start();
  const request = (index: number) => until(`request ${index}`, () => server.requests[index]);
  return { ...bench, request };
}

describe('a resource of which the server sends no bookmarks', () => {
  it('is asked for its version before each watch, which ends before anybody would doubt it', async () => {
    const { request } = await start(synced, list('40', [pod('a', '3')]), stream());
    expect((await request(0)).query).toMatchObject({ sendInitialEvents: 'true', timeoutSeconds: '60' });
    expect((await request(1)).query).toEqual({ limit: '1' });
    expect((await request(2)).query).toMatchObject({ watch: '1', resourceVersion: '5', timeoutSeconds: '60' });
  });

  it('is current for as long as its watches end in their time, though nothing is said', async () => {
    const watches = [silent(), silent(), silent(), silent()];
    const { request, reflector, clock } = await start(
      synced,
      ...watches.flatMap(({ step }, index) => [list(String(40 + index), []), step]),
      list('50', []),
      stream(),
    );
    for (const [index, watch] of watches.entries()) {
      await request(2 + index * 2);
      await until('the watch to be open', watch.open);
      await clock.advance(60_000);
      expect(reflector.status()).toMatchObject({ phase: 'Synced', silentMs: 60_000 });
      watch.end();
    }
    expect((await request(10)).query).toMatchObject({ resourceVersion: '43' });
    expect(reflector.status()).toMatchObject({ phase: 'Synced', silentMs: 0 });
  });

  it('goes on from the last event where there was one', async () => {
    const watch = silent(event('MODIFIED', pod('a', '30', 'Failed')));
    const { request, clock, stored } = await start(synced, list('40', []), watch.step, list('41', []), stream());
    await until('the event', () => stored().includes('a Failed'));
    await clock.advance(60_000);
    watch.end();
    expect((await request(4)).query).toMatchObject({ resourceVersion: '30' });
  });

  it('goes on from where it was after a watch that ended early, which may not have told all', async () => {
    const watch = silent();
    const { request, clock } = await start(synced, list('40', []), watch.step, list('41', []), stream());
    await until('the watch to be open', watch.open);
    await clock.advance(29_999);
    watch.end();
    expect((await request(4)).query).toMatchObject({ resourceVersion: '5' });
  });

  it('is tried again where its version cannot be read', async () => {
    const bench = await start(synced, refuse(503, 'etcdserver: leader changed'), list('40', []), stream());
    expect(await bench.retry()).toBe(800);
    expect((await bench.request(3)).query).toMatchObject({ resourceVersion: '5' });
  });
});
