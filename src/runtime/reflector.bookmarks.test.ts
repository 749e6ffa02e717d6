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
  it('is watched for a minute at a time, and asked for its version once that is four minutes old', async () => {
    const watches = [silent(), silent(), silent(), silent(), silent()];
    const [first, second, third, fourth, fifth] = watches.map(({ step }) => step);
    const { request, reflector, clock } = await start(synced, first!, second!, third!, fourth!, list('40', []), fifth!, stream());
    expect((await request(0)).query).toMatchObject({ sendInitialEvents: 'true', timeoutSeconds: '60' });
    for (const [index, watch] of watches.entries()) {
      const { query } = await request(index < 4 ? 1 + index : 2 + index);
      expect(query).toMatchObject({ watch: '1', resourceVersion: '5', timeoutSeconds: '60' });
      await until('the watch to be open', watch.open);
      await clock.advance(60_000);
      expect(reflector.status()).toMatchObject({ phase: 'Synced', silentMs: 60_000 });
      watch.end();
    }
    expect((await request(5)).query).toEqual({ limit: '1' });
    expect((await request(7)).query).toMatchObject({ watch: '1', resourceVersion: '40' });
    expect(reflector.status()).toMatchObject({ phase: 'Synced', silentMs: 0 });
  });

  it('goes on from the last event where there was one, which is as good as being asked', async () => {
    const watch = silent(event('MODIFIED', pod('a', '30', 'Failed')));
    const { request, clock, stored } = await start(synced, watch.step, stream());
    await until('the event', () => stored().includes('a Failed'));
    await clock.advance(300_000 - 240_001);
    watch.end();
    expect((await request(2)).query).toMatchObject({ watch: '1', resourceVersion: '30' });
  });

  it('goes on from where it was after a watch that ended early, which may not have told all', async () => {
    const quiet = [silent(), silent(), silent(), silent()];
    const last = silent();
    const { request, clock } = await start(synced, ...quiet.map(({ step }) => step), list('40', []), last.step, list('41', []), stream());
    for (const watch of quiet) {
      await until('the watch to be open', watch.open);
      await clock.advance(60_000);
      watch.end();
    }
    await until('the last watch to be open', last.open);
    await clock.advance(29_999);
    last.end();
    expect((await request(8)).query).toMatchObject({ watch: '1', resourceVersion: '5' });
  });

  it('is tried again where its version cannot be read', async () => {
    const quiet = [silent(), silent(), silent(), silent()];
    const refused = refuse(503, 'etcdserver: leader changed');
    const bench = await start(synced, ...quiet.map(({ step }) => step), refused, list('40', []), stream());
    for (const watch of quiet) {
      await until('the watch to be open', watch.open);
      await bench.clock.advance(60_000);
      watch.end();
    }
    expect(await bench.retry()).toBe(800);
    expect((await bench.request(7)).query).toMatchObject({ watch: '1', resourceVersion: '5' });
  });
});
