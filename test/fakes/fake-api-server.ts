import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { freePorts } from '../controlplane/ports.ts';

/** One request and the answer to it, which a test may carry on with after its step has run. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** The body as received; '' where there was none. */
  readonly body: string;
  /** Milliseconds of `performance.now()` at its arrival. */
  readonly at: number;
  /** Number of the TCP connection it came by, from 1. */
  readonly connection: number;
  /** True once the answer is complete or its connection is gone, whoever ended it. */
  readonly closed: boolean;
  head(status: number, headers?: Record<string, string>): void;
  /** Resolves when the bytes have left for the client. */
  write(bytes: string | Buffer): Promise<void>;
  end(): void;
  /** Ends the connection with a TCP reset, whatever was being sent. */
  reset(): void;
}

/** What the server does with one request. Steps are also the parts of a `stream`. */
export type Step = (exchange: Exchange) => void | Promise<void>;

/** An API server on a loopback port that says what the test scripted, faults included, and remembers what it was asked. */
export interface FakeApiServer {
  readonly url: string;
  readonly requests: readonly Exchange[];
  /** TCP connections accepted so far. */
  readonly connections: number;
  /** Answers to a method and path, one a request in this order; the last one is repeated. What has no script is answered with 404. */
  on(method: string, path: string, steps: readonly [Step, ...Step[]]): void;
  /** Resets all connections and refuses new ones until `start`, which listens on the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface Script {
  steps: readonly [Step, ...Step[]];
  used: number;
}

export async function createFakeApiServer(): Promise<FakeApiServer> {
  const scripts = new Map<string, Script>();
  const requests: Exchange[] = [];
  const connectionOf = new WeakMap<object, number>();
  let connections = 0;

  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, async (request, response) => {
    const exchange = await receive(request, response, connectionOf.get(request.socket) ?? 0);
    requests.push(exchange);
    await stepFor(scripts.get(`${exchange.method} ${exchange.path}`))(exchange);
  });
  server.on('connection', (socket) => {
    connections += 1;
    connectionOf.set(socket, connections);
    // A client that goes away in the middle is what many tests are about.
    socket.on('error', () => {});
  });
  const port = await listen(server);

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections;
    },
    on: (method, path, steps) => void scripts.set(`${method} ${path}`, { steps, used: 0 }),
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    start: () => listenOn(server, port),
  };
}

function stepFor(script: Script | undefined): Step {
  if (!script) return refuse(404, 'the server could not find the requested resource', { reason: 'NotFound' });
  const step = script.steps[script.used] ?? script.steps.at(-1) ?? script.steps[0];
  script.used += 1;
  return step;
}

async function receive(request: IncomingMessage, response: ServerResponse, connection: number): Promise<Exchange> {
  const at = performance.now();
  const url = new URL(request.url ?? '/', 'http://server');
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  let closed = false;
  response.once('close', () => {
    closed = true;
  });
  const head = (status: number, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.flushHeaders();
  };
  return {
    ...{ at, body, connection, head, method: request.method ?? '', path: url.pathname, headers: request.headers },
    query: Object.fromEntries(url.searchParams),
    get closed() {
      return closed;
    },
    // What cannot be written because the client is gone is lost, as on any server.
    write: (bytes) => new Promise((resolve) => (closed ? resolve() : response.write(bytes, () => resolve()))),
    end: () => void response.end(),
    reset: () => void request.socket.resetAndDestroy(),
  };
}

async function listen(server: Server): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const [port = 0] = await freePorts(1);
    try {
      await listenOn(server, port);
      return port;
    } catch (error) {
      // Another process took the port in between.
      if (attempt === 5 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

async function listenOn(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

/** A whole answer: text as it is, anything else as JSON. */
export function answer(body: unknown, options: { status?: number; headers?: Record<string, string> } = {}): Step {
  return async (exchange) => {
    exchange.head(options.status ?? 200, options.headers);
    await exchange.write(typeof body === 'string' ? body : JSON.stringify(body));
    exchange.end();
  };
}

/** A refusal as Kubernetes writes it: a Status object. */
export function refuse(status: number, message: string, options: { reason?: string; headers?: Record<string, string> } = {}): Step {
  return answer(statusObject(status, message, options.reason), { status, ...(options.headers ? { headers: options.headers } : {}) });
}

/** A list's page, or the whole of it. */
export function list(resourceVersion: string, items: object[], next?: string): Step {
  return answer({ kind: 'List', metadata: { resourceVersion, ...(next ? { continue: next } : {}) }, items });
}

/** The head of a good answer, then the parts in order. Stays open and silent unless a part ends it. */
export function stream(...parts: Step[]): Step {
  return async (exchange) => {
    exchange.head(200);
    for (const part of parts) await part(exchange);
  };
}

/** A line of a watch. */
export function event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: object): Step {
  return raw(`${JSON.stringify({ type, object })}\n`);
}

export function bookmark(resourceVersion: string): Step {
  return raw(`${JSON.stringify({ type: 'BOOKMARK', object: { kind: 'Pod', metadata: { resourceVersion } } })}\n`);
}

/** The bookmark that ends the initial state of a WatchList. */
export function initialEnd(resourceVersion: string): Step {
  const metadata = { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } };
  return raw(`${JSON.stringify({ type: 'BOOKMARK', object: { kind: 'Pod', metadata } })}\n`);
}

export function errorEvent(code: number, message: string, reason?: string): Step {
  return raw(`${JSON.stringify({ type: 'ERROR', object: statusObject(code, message, reason) })}\n`);
}

/** Text as it is: half a line, or nonsense. */
export function raw(text: string): Step {
  return (exchange) => exchange.write(text);
}

/** The text in pieces of so many bytes, each its own write and chunk. */
export function drip(text: string, bytes: number): Step {
  return async (exchange) => {
    const all = Buffer.from(text);
    for (let start = 0; start < all.length; start += bytes) {
      await exchange.write(all.subarray(start, start + bytes));
      await new Promise(setImmediate);
    }
  };
}

export const end: Step = (exchange) => exchange.end();

export const reset: Step = (exchange) => exchange.reset();

/** Takes the request and never says anything. */
export const hang: Step = () => {};

function statusObject(code: number, message: string, reason?: string) {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code, ...(reason ? { reason } : {}) };
}
