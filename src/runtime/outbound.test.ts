import { waitFor } from '../../test/controlplane/wait.ts';
import { flood, redirectTo, status, taken } from '../../test/fakes/contact-receiver.ts';
import { answer, createFakeApiServer, type FakeApiServer, hang, reset, stream } from '../../test/fakes/fake-api-server.ts';
import { createOutbound, type Outbound, OutboundError, type OutboundOptions } from './outbound.ts';

const loopback = ['127.0.0.0/8'];
let server: FakeApiServer;
let port: string;
let open: Outbound[] = [];

beforeAll(async () => {
  server = await createFakeApiServer();
  ({ port } = new URL(server.url));
});

afterEach(async () => {
  await Promise.all(open.map((outbound) => outbound.close()));
  open = [];
});

afterAll(() => server.stop());

function create(options: Partial<OutboundOptions> = {}): Outbound {
  const outbound = createOutbound({ allow: loopback, apiServers: () => [], ...options });
  open.push(outbound);
  return outbound;
}

const request = { body: '{"a":1}', headers: { 'content-type': 'application/json', 'idempotency-key': 'k' } };

/** How a request fails. */
async function failure(outbound: Outbound, address: string): Promise<OutboundError> {
  const error = await outbound.post(address, request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OutboundError);
  return error as OutboundError;
}

describe('what is taken', () => {
  it('arrives with its body and headers', async () => {
    server.on('POST', '/taken', [taken]);
    await create().post(`${server.url}/taken?x=1`, request);
    const { body, headers, query } = server.requests.at(-1)!;
    expect({ body, query }).toEqual({ body: '{"a":1}', query: { x: '1' } });
    expect(headers).toMatchObject({ ...request.headers, 'user-agent': expect.stringMatching(/^support-coverage-operator\//) });
  });

  it('carries the user name and password of the address as basic authentication', async () => {
    server.on('POST', '/taken', [taken]);
    await create().post(`http://hook:p%40ss@127.0.0.1:${port}/taken`, request);
    expect(server.requests.at(-1)!.headers.authorization).toBe(`Basic ${Buffer.from('hook:p@ss').toString('base64')}`);
  });

  it('goes over one connection, one after another', async () => {
    server.on('POST', '/taken', [taken]);
    const outbound = create();
    const before = server.connections;
    for (let times = 0; times < 5; times += 1) {
      await outbound.post(`${server.url}/taken`, request);
      // A connection is free again a turn after its answer.
      await new Promise(setImmediate);
    }
    expect(server.connections - before).toBe(1);
  });

  it('is taken when the head of the answer says so, however long the rest is; no more than a little of it is read', async () => {
    let sent = 0;
    server.on('POST', '/flood', [flood(10 * 1024 * 1024, (bytes) => (sent = bytes))]);
    await create().post(`${server.url}/flood`, request);
    await waitFor('the connection to end', () => server.requests.at(-1)!.closed, { intervalMs: 5 });
    // What fits in the buffers of two sockets has been sent when the client turns away.
    expect(sent).toBeLessThan(8 * 1024 * 1024);
  });

  it('is taken also where the answer never ends', async () => {
    server.on('POST', '/endless', [stream()]);
    await create({ timeoutMs: 200 }).post(`${server.url}/endless`, request);
  });
});

describe('what is not taken is an error of a closed set, with the host and nothing else of the address', () => {
  const secret = '/services/T0P/S3CRET?token=S3CRET';
  it.each<[string, () => Parameters<FakeApiServer['on']>[2], Partial<OutboundError>]>([
    ['500', () => [status(500)], { kind: 'StatusCode', status: 500, message: '127.0.0.1:PORT answered 500' }],
    ['404', () => [status(404)], { kind: 'StatusCode', status: 404, message: '127.0.0.1:PORT answered 404' }],
    ['429', () => [status(429, { 'retry-after': '7' })], { kind: 'StatusCode', status: 429, retryAfter: '7' }],
    [
      'a redirect',
      () => [redirectTo('/services/T0P/elsewhere')],
      {
        kind: 'Redirect',
        status: 302,
        message: '127.0.0.1:PORT answered 302, a redirect, and none is followed: write the address it leads to',
      },
    ],
    ['silence', () => [hang], { kind: 'Timeout', message: '127.0.0.1:PORT gave no answer in 0.2 s' }],
    ['a reset', () => [reset], { kind: 'Network', message: expect.stringMatching(/^127.0.0.1:PORT cannot be reached: [A-Z_]+$/) }],
  ])('%s', async (_, script, expected) => {
    server.on('POST', '/services/T0P/S3CRET', script());
    server.on('POST', '/services/T0P/elsewhere', [taken]);
    const before = server.requests.length;
    const error = await failure(create({ timeoutMs: 200 }), `http://user:S3CRET@127.0.0.1:${port}${secret}`);
    expect({ ...error, message: error.message.replace(port, 'PORT') }).toMatchObject(expected);
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toMatch(/S3CRET|T0P|user/);
    expect(server.requests.length - before).toBe(1);
  });

  it('a port on which nobody listens', async () => {
    const gone = await createFakeApiServer();
    await gone.stop();
    const error = await failure(create(), `${gone.url}${secret}`);
    expect(error).toMatchObject({ kind: 'Network', message: `${new URL(gone.url).host} cannot be reached: ECONNREFUSED` });
  });

  it('a name that nobody knows', async () => {
    const lookup = async () => {
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND hooks.example`), { code: 'ENOTFOUND' });
    };
    expect(await failure(create({ lookup }), `http://hooks.example${secret}`)).toMatchObject({
      kind: 'Network',
      message: 'hooks.example cannot be reached: ENOTFOUND',
    });
    expect((await failure(create({ lookup: async () => [] }), 'http://hooks.example')).message).toBe(
      'hooks.example cannot be reached: ENOTFOUND',
    );
  });

  it.each(['ftp://127.0.0.1/x', 'file:///etc/passwd', 'hooks.example.com', '', 'http://'])('%j is no address', async (address) => {
    expect(await failure(create(), address)).toMatchObject({
      kind: 'RefusedAddress',
      message: 'what is written is no address of http or https',
    });
  });

  it.each([
    ['http://alertmanager:99999/path-secret', 'alertmanager:99999'],
    ['https://[fd00::1/', '[fd00::1'],
    ['http://am.example:port?token=secret', 'am.example:port'],
  ])('%s leads nowhere, and its host is said', async (address, host) => {
    expect(await failure(create(), address)).toMatchObject({
      kind: 'RefusedAddress',
      message: `"${host}" is not a host with a port up to 65535`,
    });
  });

  it.each(['http://user:pass@alertmanager:99999', 'http://user:pa/ss@alertmanager'])('%s says nothing of it', async (address) => {
    expect((await failure(create(), address)).message).toBe('what is written is no address of http or https');
  });

  it('a request that its sender gives up', async () => {
    server.on('POST', '/silent', [hang]);
    const giveUp = new AbortController();
    const sent = create().post(`${server.url}/silent`, { ...request, signal: giveUp.signal });
    await waitFor('the request', () => server.requests.at(-1)?.path === '/silent', { intervalMs: 5 });
    giveUp.abort();
    await expect(sent).rejects.toMatchObject({ kind: 'Network' });
  });
});

describe('addresses that are refused', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', 'loopback'],
    ['[::1]', '::1', 'loopback'],
    ['0x7f.1', '127.0.0.1', 'loopback'],
    ['2130706433', '127.0.0.1', 'loopback'],
    ['[::ffff:127.0.0.1]', '::ffff:7f00:1', 'loopback'],
    ['0.0.0.0', '0.0.0.0', 'unspecified'],
    ['169.254.169.254', '169.254.169.254', 'link-local'],
  ])('%s', async (host, address, why) => {
    server.on('POST', '/taken', [taken]);
    const before = server.connections;
    for (const scheme of ['http', 'https']) {
      const error = await failure(create({ allow: [] }), `${scheme}://${host}:${port}/taken`);
      expect(error).toMatchObject({
        kind: 'RefusedAddress',
        message: `${address} is refused (${why}); the flag --allow-addresses makes exceptions`,
      });
    }
    expect(server.connections).toBe(before);
  });

  it('are refused by what a name resolves to when the connection is made, not before', async () => {
    server.on('POST', '/taken', [taken]);
    let asked = 0;
    const lookup = async () => {
      asked += 1;
      return ['169.254.169.254'];
    };
    const before = server.connections;
    expect(await failure(create({ allow: loopback, lookup }), `http://rebound.example:${port}/taken`)).toMatchObject({
      kind: 'RefusedAddress',
      message: 'rebound.example is at 169.254.169.254, which is refused (link-local); the flag --allow-addresses makes exceptions',
    });
    expect([asked, server.connections]).toEqual([1, before]);
  });

  it('are not called where a name has others beside them, and those are', async () => {
    server.on('POST', '/taken', [taken]);
    await create({ lookup: async () => ['169.254.169.254', '127.0.0.1'] }).post(`http://both.example:${port}/taken`, request);
  });

  it('include those of API servers, by address and by name', async () => {
    const lookup = async (name: string) => (name === 'api.example' ? ['10.96.0.1', 'fd00:1::1'] : ['fd00:1::1']);
    const outbound = create({ allow: [], apiServers: () => ['10.0.0.7', '[fd00:1::7]', 'api.example'], lookup });
    for (const host of ['10.0.0.7', '[fd00:1::7]', '10.96.0.1', 'alias.example'])
      expect(await failure(outbound, `https://${host}/x`)).toMatchObject({
        kind: 'RefusedAddress',
        message: expect.stringContaining('(the API server)'),
      });
  });
});

describe('what is asked for', () => {
  const maxBytes = 1024 * 1024;
  const ask = (path: string, options: Partial<OutboundOptions> = {}) =>
    create({ timeoutMs: 200, ...options }).get(`${server.url}${path}`, { maxBytes });

  it('is the whole body of the answer', async () => {
    server.on('GET', '/asked', [answer('{"é":1}')]);
    expect(await ask('/asked?active=true')).toBe('{"é":1}');
    expect(server.requests.at(-1)).toMatchObject({ query: { active: 'true' }, body: '', headers: { accept: 'application/json' } });
  });

  it.each<[string, Parameters<FakeApiServer['on']>[2], string, string]>([
    ['an answer that is longer than may be read', [flood(10 * maxBytes)], 'TooLarge', '127.0.0.1:PORT answered with more than 1 MiB'],
    ['a body that never ends', [stream()], 'Timeout', '127.0.0.1:PORT gave no answer in 0.2 s'],
    ['silence', [hang], 'Timeout', '127.0.0.1:PORT gave no answer in 0.2 s'],
    ['401', [status(401)], 'StatusCode', '127.0.0.1:PORT answered 401'],
    [
      'a redirect',
      [redirectTo('/asked')],
      'Redirect',
      '127.0.0.1:PORT answered 302, a redirect, and none is followed: write the address it leads to',
    ],
  ])('%s is none', async (_, script, kind, message) => {
    server.on('GET', '/none', script);
    const error = (await ask('/none').catch((reason: unknown) => reason)) as OutboundError;
    expect([error.kind, error.message.replace(port, 'PORT')]).toEqual([kind, message]);
    await waitFor('the connection to end', () => server.requests.at(-1)!.closed, { intervalMs: 5 });
  });

  it('is asked at no address that is refused', async () => {
    server.on('GET', '/asked', [answer('{}')]);
    const before = server.connections;
    await expect(ask('/asked', { allow: [] })).rejects.toMatchObject({ kind: 'RefusedAddress' });
    expect(server.connections).toBe(before);
  });
});
