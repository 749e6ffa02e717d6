import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { createHealthServer, eventLoopCheck, type HealthServer, parseBindAddress } from './health-server.ts';
import { silentLogger } from './logger.ts';

describe('a bind address', () => {
  it.each([
    [':8081', { port: 8081 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:8081', { host: '::1', port: 8081 }],
    ['localhost:65535', { host: 'localhost', port: 65535 }],
    ['0', undefined],
    ['', undefined],
  ])('%p is understood', (text, address) => {
    expect(parseBindAddress(text)).toEqual(address);
  });

  it.each(['8081', ':', ':http', ':65536', '::1:8081', '1.2.3.4', 'http://x:80', ' :8081', ':8081/', '[::1]', '[x]:80', ':-1'])(
    '%p is refused with what to write instead',
    (text) => {
      expect(() => parseBindAddress(text)).toThrow('write ":8081"');
    },
  );
});

describe('the health server', () => {
  let server: HealthServer;
  let port: number | undefined;

  beforeEach(async () => {
    server = createHealthServer({ bindAddress: '127.0.0.1:0', logger: silentLogger });
    port = await server.listen();
  });
  afterEach(() => server.close());

  async function get(path: string, method = 'GET') {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return { status: response.status, body: await response.text() };
  }

  it.each(['/healthz', '/livez', '/readyz'])('answers ok at %s when every check passes', async (path) => {
    server.addLiveCheck({ name: 'lease', check: () => true });
    server.addReadyCheck({ name: 'caches', check: () => true });
    expect(await get(path)).toEqual({ status: 200, body: 'ok' });
  });

  it('lists the checks with ?verbose', async () => {
    server.addReadyCheck({ name: 'caches', check: () => true });
    expect(await get('/readyz?verbose')).toEqual({ status: 200, body: '[+]ping ok\n[+]caches ok\nreadyz check passed\n' });
    expect((await get('/livez?verbose=1')).body).toBe('[+]ping ok\nlivez check passed\n');
  });

  it('fails with the name and the reason of what failed, also without ?verbose', async () => {
    server.addReadyCheck({ name: 'caches', check: () => 'pods are\nnot synced' });
    server.addReadyCheck({ name: 'config', check: () => true });
    const body = '[+]ping ok\n[-]caches failed: pods are not synced\n[+]config ok\nreadyz check failed\n';
    expect(await get('/readyz')).toEqual({ status: 500, body });
    expect(await get('/readyz?verbose')).toEqual({ status: 500, body });
  });

  it('counts a check that throws as failed and goes on serving', async () => {
    server.addLiveCheck({
      name: 'broken',
      check: () => {
        throw new Error('a bug');
      },
    });
    expect((await get('/livez')).body).toContain('[-]broken failed: a bug\n');
    expect((await get('/readyz')).status).toBe(200);
  });

  it('keeps being ready and being alive apart', async () => {
    server.addReadyCheck({ name: 'caches', check: () => 'not yet' });
    expect([(await get('/livez')).status, (await get('/healthz')).status, (await get('/readyz')).status]).toEqual([200, 200, 500]);
    server.addLiveCheck({ name: 'lease', check: () => 'stale' });
    expect((await get('/livez')).status).toBe(500);
    expect((await get('/healthz')).status).toBe(500);
  });

  it('leaves out what ?exclude names, and says so of a name that it does not know', async () => {
    server.addReadyCheck({ name: 'a', check: () => 'bad' });
    server.addReadyCheck({ name: 'b', check: () => 'bad' });
    expect(await get('/readyz?exclude=a&exclude=b')).toEqual({ status: 200, body: 'ok' });
    expect((await get('/readyz?exclude=a')).status).toBe(500);
    expect((await get('/readyz?verbose&exclude=a&exclude=b&exclude=c')).body).toBe(
      '[+]ping ok\n[+]a excluded: ok\n[+]b excluded: ok\nwarn: some health checks cannot be excluded: no matches for "c"\nreadyz check passed\n',
    );
  });

  it('answers HEAD without a body, refuses other methods, and knows no other path', async () => {
    expect(await get('/readyz', 'HEAD')).toEqual({ status: 200, body: '' });
    expect((await get('/readyz', 'POST')).status).toBe(405);
    expect((await get('/metrics')).status).toBe(404);
    expect((await get('//')).status).toBe(404);
  });
});

it.each(['', '0'])('opens no port with the bind address %p', async (bindAddress) => {
  const server = createHealthServer({ bindAddress, logger: silentLogger });
  expect(await server.listen()).toBeUndefined();
  await server.close();
});

it('says at the start when its port is taken', async () => {
  const first = createHealthServer({ bindAddress: '127.0.0.1:0', logger: silentLogger });
  const port = await first.listen();
  const second = createHealthServer({ bindAddress: `127.0.0.1:${port}`, logger: silentLogger });
  await expect(second.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
});

describe('the event loop check', () => {
  it('passes as long as the heartbeat comes, and shortly late', async () => {
    const clock = createFakeClock();
    const check = eventLoopCheck(clock);
    await clock.advance(3_600_000);
    expect(check.check()).toBe(true);
    clock.freeze(30_000);
    expect(check.check()).toBe(true);
    check.stop();
    expect(clock.pending).toBe(0);
  });

  it('fails while and for 30 s after the event loop was stuck for more than 30 s', async () => {
    const clock = createFakeClock();
    const check = eventLoopCheck(clock);
    clock.freeze(41_000);
    expect(check.check()).toBe('the event loop was stuck for 40 s');
    await clock.advance(29_000);
    expect(check.check()).toBe('the event loop was stuck for 40 s');
    await clock.advance(2_000);
    expect(check.check()).toBe(true);
    check.stop();
  });
});
