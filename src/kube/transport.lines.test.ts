import fc from 'fast-check';
import { drip, end, hang, raw, refuse, reset, stream } from '../../test/fakes/fake-api-server.ts';
import { createConnections, until } from '../../test/fixtures/connection.ts';
import { splitLines, type Transport } from './transport.ts';

const connections = createConnections();
afterEach(() => connections.end());

const path = '/api/v1/pods';

async function setup() {
  const server = await connections.server();
  return { server, transport: connections.connect(server) };
}

/** The lines until the stream ends or fails, and how it failed. */
async function read(lines: AsyncIterable<Buffer>) {
  const seen: string[] = [];
  try {
    for await (const line of lines) seen.push(line.toString('utf8'));
  } catch (error) {
    return { seen, error };
  }
  return { seen };
}

const open = (transport: Transport, signal?: AbortSignal) => read(transport.lines({ path, ...(signal ? { signal } : {}) }));

async function* chunksOf(...chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

describe('splitting bytes into lines', () => {
  it('gives the same lines however the bytes are cut', async () => {
    const text = fc.array(fc.string({ unit: fc.constantFrom('a', '{', 'ü', '€', '😀', '\r', '\u2028'), maxLength: 8 }), { maxLength: 12 });
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(text, cuts, async (lines, fractions) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const at = [0, ...fractions.map((fraction) => Math.floor(fraction * bytes.length)).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(await read(splitLines(chunksOf(...chunks)))).toEqual({ seen: lines.filter((line) => line !== '') });
      }),
      { numRuns: 300 },
    );
  });

  it('fails on half a line at the end, after the whole ones', async () => {
    const { seen, error } = await read(splitLines(chunksOf('a\nb', 'c\nhal', 'f')));
    expect(seen).toEqual(['a', 'bc']);
    expect(error).toMatchObject({ name: 'KubeError', kind: 'Transient', reason: 'UnexpectedEOF' });
  });

  it('gives only those that begin as is asked for, wherever they are cut', async () => {
    const chunks = chunksOf('ab', 'c 1\na', 'b\nabd\n abc\nx', 'y 2\nabc', '\n');
    expect(await read(splitLines(chunks, ['abc', 'xy ']))).toEqual({ seen: ['abc 1', 'xy 2', 'abc'] });
  });

  it('waits for the end of a line only as long as an object could be', async () => {
    let given = 0;
    async function* endless() {
      while (given < 100) {
        given += 1;
        yield Buffer.alloc(1024 * 1024, 'x');
      }
    }
    const { error } = await read(splitLines(endless()));
    expect(error).toMatchObject({ kind: 'Transient', reason: 'TooLarge' });
    expect(given).toBeLessThan(10);
  });

  it('finds no line in nothing', async () => {
    expect(await read(splitLines(chunksOf()))).toEqual({ seen: [] });
    expect(await read(splitLines(chunksOf('', '\n\n', '')))).toEqual({ seen: [] });
  });
});

describe('a stream', () => {
  it('gives each line when it arrives, not when the stream ends', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [stream()]);
    const lines = transport.lines({ path });
    const first = lines.next();
    const exchange = await until('the request', () => server.requests[0]);
    await exchange.write('{"n":1}\n{"n"');
    expect((await first).value?.toString()).toBe('{"n":1}');
    const second = lines.next();
    await exchange.write(':2}\n');
    expect((await second).value?.toString()).toBe('{"n":2}');
    exchange.end();
    expect(await lines.next()).toEqual({ done: true, value: undefined });
  });

  it('keeps characters whole that arrive byte by byte', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [stream(drip('{"name":"größer 😀"}\n{"name":"€"}\n', 1), end)]);
    expect(await open(transport)).toEqual({ seen: ['{"name":"größer 😀"}', '{"name":"€"}'] });
  });

  it.each([
    ['ends in the middle of a line', end],
    ['is reset', reset],
  ])('that %s gives its whole lines and then fails as one that may be tried again', async (_, ending) => {
    const { server, transport } = await setup();
    server.on('GET', path, [stream(raw('{"n":1}\n'))]);
    const lines = transport.lines({ path });
    const first = lines.next();
    const exchange = await until('the request', () => server.requests[0]);
    expect((await first).value?.toString()).toBe('{"n":1}');
    await exchange.write('{"n":');
    await ending(exchange);
    await expect(lines.next()).rejects.toMatchObject({ name: 'KubeError', kind: 'Transient', code: 0 });
  });

  it('that is refused fails in the server’s words', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [refuse(410, 'too old resource version: 1 (9)', { reason: 'Expired' })]);
    expect(await open(transport)).toMatchObject({ seen: [], error: { kind: 'Gone', code: 410, reason: 'Expired' } });
  });

  it('that the server turns away with Retry-After is asked for again', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [refuse(429, 'too many requests', { headers: { 'retry-after': '0' } }), stream(raw('{"n":1}\n'), end)]);
    expect(await open(transport)).toEqual({ seen: ['{"n":1}'] });
  });

  it('has its time limit only until the head of the answer: afterwards it may be silent for as long as the caller likes', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [stream()]);
    const lines = transport.lines({ path, timeoutMs: 100 });
    const line = lines.next();
    const exchange = await until('the request', () => server.requests[0]);
    // Three times the limit on the server's own clock.
    await until('the limit to be over', () => performance.now() - exchange.at > 300);
    await exchange.write('{"late":true}\n');
    expect((await line).value?.toString()).toBe('{"late":true}');
    await lines.return(undefined);
  });

  it('fails where the head does not come in time', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [hang]);
    await expect(transport.lines({ path, timeoutMs: 100 }).next()).rejects.toMatchObject({ kind: 'Transient', reason: 'TimeoutError' });
    await until('the request to be given up', () => server.requests[0]?.closed);
  });

  it('ends its connection when the reader leaves', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [stream(raw('{"n":1}\n'))]);
    for await (const line of transport.lines({ path })) {
      expect(line.toString()).toBe('{"n":1}');
      break;
    }
    await until('the connection to end', () => server.requests[0]?.closed);
  });

  it('fails with the reason for which the caller aborted, and ends its connection', async () => {
    const { server, transport } = await setup();
    server.on('GET', path, [stream(raw('{"n":1}\n'))]);
    const caller = new AbortController();
    const result = open(transport, caller.signal);
    const exchange = await until('the request', () => server.requests[0]);
    caller.abort();
    expect(await result).toMatchObject({ error: { kind: 'Transient', reason: 'AbortError' } });
    await until('the connection to end', () => exchange.closed);
  });
});
