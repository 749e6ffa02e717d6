import { flood } from '../../test/fakes/contact-receiver.ts';
import { answer, hang, raw, refuse, reset, stream } from '../../test/fakes/fake-api-server.ts';
import { createConnections, until } from '../../test/fixtures/connection.ts';
import { version } from '../version.ts';

const connections = createConnections();
afterEach(() => connections.end());

const path = '/api/v1/nodes';

async function setup(options: Parameters<typeof connections.connect>[1] = {}) {
  const server = await connections.server();
  const answers: string[] = [];
  const transport = connections.connect(server, { ...options, onAnswer: (code, method) => void answers.push(`${method} ${code}`) });
  return { server, transport, answers };
}

describe('a request', () => {
  it('says who asks, and leaves out the parts of the query that are undefined', async () => {
    const { server, transport, answers } = await setup();
    server.on('GET', path, [answer({})]);
    await transport.json({ path, query: { limit: 500, continue: undefined, fieldSelector: 'metadata.name=a b', watch: true } });
    const [request] = server.requests;
    expect(request?.headers).toMatchObject({ 'user-agent': `support-coverage-operator/${version}`, accept: 'application/json' });
    expect(request?.query).toEqual({ limit: '500', fieldSelector: 'metadata.name=a b', watch: 'true' });
    expect(answers).toEqual(['GET 200']);
  });

  it('carries its body as JSON, of the content type asked for', async () => {
    const { server, transport } = await setup();
    server.on('POST', path, [answer({}, { status: 201 })]);
    server.on('PATCH', path, [answer({})]);
    await transport.json({ method: 'POST', path, body: { a: 'ü' } });
    await transport.json({ method: 'PATCH', path, body: { b: 1 }, contentType: 'application/apply-patch+yaml', accept: 'text/plain' });
    expect(server.requests.map(({ method, body, headers }) => [method, body, headers['content-type'], headers.accept])).toEqual([
      ['POST', '{"a":"ü"}', 'application/json', 'application/json'],
      ['PATCH', '{"b":1}', 'application/apply-patch+yaml', 'text/plain'],
    ]);
  });

  it('returns the answer as the server wrote it, with fields that no model knows', async () => {
    const { server, transport } = await setup();
    const object = {
      kind: 'NetworkPolicy',
      spec: { ingress: [{ from: [{ newerThanAllOfUs: 1 }] }] },
      metadata: { creationTimestamp: '2026-03-02T08:00:00Z' },
    };
    server.on('GET', path, [answer(object), answer('[+]ping ok\nreadyz check passed\n')]);
    await expect(transport.json({ path })).resolves.toEqual(object);
    await expect(transport.text({ path })).resolves.toBe('[+]ping ok\nreadyz check passed\n');
  });
});

describe('connections', () => {
  it('are shared by requests after each other, streams and refusals included', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [answer({ items: [] })]);
    server.on('GET', '/watch', [stream(raw('{}\n'), (exchange) => exchange.end())]);
    for (let call = 0; call < 50; call += 1) {
      await transport.json({ path });
      await Array.fromAsync(transport.lines({ path: '/watch' }));
      await transport.json({ path: '/missing' }).catch(() => undefined);
    }
    // Two, because undici lets a connection rest for one turn of the event loop, in which the next request may come.
    expect(server.requests).toHaveLength(150);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('are no more at once than allowed', async () => {
    const { server, transport } = await setup({ connections: 2 });
    server.on('GET', path, [hang]);
    const calls = Array.from({ length: 6 }, () => transport.json({ path }));
    await until('two requests', () => server.requests.length === 2);
    for (let done = 0; done < 6; done += 1) {
      await until('the next request', () => server.requests.length > done);
      await answer({ done })(server.requests[done]!);
    }
    await expect(Promise.all(calls)).resolves.toHaveLength(6);
    expect(server.connections).toBe(2);
  });

  it('are made anew after the server was away', async () => {
    const { server, transport, answers } = await setup();
    server.on('GET', path, [answer({ items: [] })]);
    await transport.json({ path });
    await server.stop();
    await expect(transport.json({ path })).rejects.toMatchObject({ kind: 'Transient', code: 0, reason: 'ECONNREFUSED' });
    await server.start();
    await expect(transport.json({ path })).resolves.toEqual({ items: [] });
    expect(answers).toEqual(['GET 200', 'GET <error>', 'GET 200']);
  });

  it('end, with whatever is under way on them, when the transport is closed', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [hang]);
    const call = transport.json({ path });
    const failed = expect(call).rejects.toMatchObject({ kind: 'Transient' });
    const request = await until('the request', () => server.requests[0]);
    await transport.close();
    await failed;
    await until('the connection to end', () => request.closed);
  });
});

describe('a failure', () => {
  it('is told by kind, in the server’s words', async () => {
    const { server, transport, answers } = await setup();
    const message = 'nodes is forbidden: User "system:serviceaccount:ops:scov" cannot list resource "nodes"';
    server.on('GET', path, [refuse(403, message, { reason: 'Forbidden' })]);
    await expect(transport.json({ path })).rejects.toMatchObject({
      name: 'KubeError',
      kind: 'Forbidden',
      code: 403,
      message,
      reason: 'Forbidden',
    });
    expect(answers).toEqual(['GET 403']);
  });

  it('is a redirect: nobody is followed to another address', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [answer('', { status: 302, headers: { location: `${server.url}/elsewhere` } })]);
    await expect(transport.text({ path })).rejects.toMatchObject({ kind: 'Invalid', code: 302 });
    expect(server.requests.map((request) => request.path)).toEqual([path]);
  });

  it('is an answer that is not JSON where JSON was asked for', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [answer('<html>Welcome</html>')]);
    await expect(transport.json({ path })).rejects.toMatchObject({
      kind: 'Transient',
      reason: 'BadAnswer',
      message: 'the answer is not JSON',
    });
  });

  it('may be tried again where the connection was reset before or in the middle of the answer', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [reset, stream(raw('{"items":['), reset)]);
    await expect(transport.json({ path })).rejects.toMatchObject({ kind: 'Transient', code: 0 });
    await expect(transport.json({ path })).rejects.toMatchObject({ kind: 'Transient', code: 0 });
  });

  it.each([
    ['says nothing', hang],
    ['stops in the middle of its answer', stream(raw('{"items":['))],
  ])('comes after the request’s time where the server %s', async (_, step) => {
    const { server, transport } = await setup();
    server.on('GET', path, [step]);
    const { signal } = new AbortController();
    await expect(transport.json({ path, timeoutMs: 100, signal })).rejects.toMatchObject({ kind: 'Transient', reason: 'TimeoutError' });
    await until('the request to be given up', () => server.requests[0]?.closed);
  });

  it('comes at once where the caller gives up, and the server sees it', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [hang]);
    const caller = new AbortController();
    const call = expect(transport.json({ path, signal: caller.signal })).rejects.toMatchObject({ kind: 'Transient', reason: 'AbortError' });
    const request = await until('the request', () => server.requests[0]);
    caller.abort();
    await call;
    await until('the connection to end', () => request.closed);
    await expect(transport.json({ path, signal: caller.signal })).rejects.toMatchObject({ reason: 'AbortError' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('throttling', () => {
  it.each([429, 503])('a %i with Retry-After is waited for and tried again', async (status) => {
    const { server, transport, answers } = await setup();
    server.on('GET', path, [refuse(status, 'later', { headers: { 'retry-after': '1' } }), answer({ items: [] })]);
    await expect(transport.json({ path })).resolves.toEqual({ items: [] });
    const [first, second] = server.requests;
    // Timers may fire a millisecond early.
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(999);
    expect(answers).toEqual([`GET ${status}`, 'GET 200']);
  });

  it('sends the body again with the new attempt', async () => {
    const { server, transport } = await setup();
    server.on('PUT', path, [refuse(429, 'later', { headers: { 'retry-after': '0' } }), answer({})]);
    await transport.json({ method: 'PUT', path, body: { a: 1 } });
    expect(server.requests.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
  });

  it('without Retry-After is the caller’s business', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [refuse(503, 'etcd is away')]);
    await expect(transport.json({ path })).rejects.toMatchObject({ kind: 'Transient', code: 503, message: 'etcd is away' });
    expect(server.requests).toHaveLength(1);
  });

  it('is believed for what can pass only: a conflict is not tried again', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [refuse(409, 'modified', { headers: { 'retry-after': '0' } })]);
    await expect(transport.json({ path })).rejects.toMatchObject({ kind: 'Conflict' });
    expect(server.requests).toHaveLength(1);
  });

  it('that does not end is reported after five more attempts', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [refuse(429, 'too many requests', { headers: { 'retry-after': '0' } })]);
    await expect(transport.json({ path })).rejects.toMatchObject({ code: 429, message: 'too many requests', retryAfterMs: 0 });
    expect(server.requests).toHaveLength(6);
  });

  it('for longer than the request’s time ends then, with the server’s words', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [refuse(429, 'too many requests', { headers: { 'retry-after': '600' } })]);
    await expect(transport.json({ path, timeoutMs: 200 })).rejects.toMatchObject({
      code: 429,
      message: 'too many requests',
      retryAfterMs: 60_000,
    });
  });

  it('is not waited out where the caller gives up', async () => {
    const { server, transport, answers } = await setup();
    server.on('GET', path, [refuse(429, 'too many requests', { headers: { 'retry-after': '600' } })]);
    const caller = new AbortController();
    const failed = expect(transport.json({ path, signal: caller.signal })).rejects.toMatchObject({ kind: 'Transient' });
    await until('the answer', () => answers.length === 1);
    caller.abort();
    await failed;
  });
});

describe('an answer without end', () => {
  const mib = 1024 * 1024;

  it('is read up to what one object may need, and its connection ended', async () => {
    const { server, transport } = await setup();
    let sent = 0;
    server.on('GET', path, [flood(100 * mib, (bytes) => (sent = bytes))]);
    await expect(transport.json({ path })).rejects.toMatchObject({ kind: 'Transient', reason: 'TooLarge' });
    expect(sent).toBeLessThan(50 * mib);
  });

  it('is read further where more was asked for, as of a list', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [flood(9 * mib)]);
    expect(await transport.text({ path, maxBytes: 10 * mib })).toHaveLength(9 * mib);
  });

  it('of a server that refuses is what it refused with', async () => {
    const { server, transport } = await setup();
    const refusal = refuse(403, 'x'.repeat(9 * mib));
    server.on('GET', path, [refusal]);
    await expect(transport.json({ path })).rejects.toMatchObject({ kind: 'Forbidden', code: 403, message: 'HTTP 403' });
  });
});
