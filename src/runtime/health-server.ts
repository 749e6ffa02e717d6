import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** As a namespace of an ES module it would ask for every export, of which some load Node's client for HTTP: 15 MB and 40 ms (measured on 26.10). */
const { createServer } = process.getBuiltinModule('node:http');

/** A heartbeat each second; one that comes 30 s late means that nothing else was served either. */
const heartbeatMs = 1_000;
const stuckMs = 30_000;

export interface HealthCheck {
  /** As in `?verbose` and `?exclude=`; `ping` is taken. */
  name: string;
  /** true, or in one line why not. One that throws counts as failed. It is called at each request, so it answers from what is known. */
  check(): true | string;
}

export interface HttpListener {
  /** Resolves to the port once connections are accepted, or to undefined where the server is disabled. Rejects where the address cannot be bound. */
  listen(): Promise<number | undefined>;
  /** Ends at once, with connections that are open. */
  close(): Promise<void>;
}

export interface HealthServer extends HttpListener {
  /** Served at `/livez` and `/healthz`: a failure asks for a restart. */
  addLiveCheck(check: HealthCheck): void;
  /** Served at `/readyz`. */
  addReadyCheck(check: HealthCheck): void;
}

/**
 * Health in the format of the Kubernetes components: 200 `ok`, or 500 with one line a check; `?verbose` lists them also when all is
 * well, `?exclude=name` (repeatable) leaves one out. Needs no authentication: a reason must not say anything confidential.
 * Throws where the bind address cannot be read.
 */
export function createHealthServer(options: { bindAddress: string; logger: Logger }): HealthServer {
  const ping: HealthCheck = { name: 'ping', check: () => true };
  const live = [ping];
  const ready = [ping];
  const endpoints = new Map([
    ['/healthz', live],
    ['/livez', live],
    ['/readyz', ready],
  ]);
  const listener = createHttpListener(options.bindAddress, (request, response) => {
    const { path, query } = target(request);
    const checks = endpoints.get(path);
    if (!checks) return answer(request, response, 404, 'not found\n');
    const { healthy, failed, report } = examine(path.slice(1), checks, new Set(query.getAll('exclude')));
    if (!healthy) options.logger.info('health check failed', { endpoint: path, checks: failed.join(',') });
    answer(request, response, healthy ? 200 : 500, healthy && !query.has('verbose') ? 'ok' : report);
  });
  return { ...listener, addLiveCheck: (check) => void live.push(check), addReadyCheck: (check) => void ready.push(check) };
}

function examine(endpoint: string, checks: HealthCheck[], excluded: Set<string>) {
  const failed: string[] = [];
  const lines = checks.map((check) => {
    if (excluded.delete(check.name)) return `[+]${check.name} excluded: ok`;
    const result = resultOf(check);
    if (result === true) return `[+]${check.name} ok`;
    failed.push(check.name);
    return `[-]${check.name} failed: ${result.replace(/\s+/g, ' ')}`;
  });
  if (excluded.size > 0)
    lines.push(`warn: some health checks cannot be excluded: no matches for ${JSON.stringify([...excluded].join(','))}`);
  const healthy = failed.length === 0;
  return { healthy, failed, report: `${lines.join('\n')}\n${endpoint} check ${healthy ? 'passed' : 'failed'}\n` };
}

function resultOf(check: HealthCheck): true | string {
  try {
    return check.check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * A live check that fails when the event loop was stuck: a heartbeat is, or within the last 30 s was, more than 30 s late. (While it is
 * stuck nothing is answered at all; it is afterwards that the answer tells why.) `stop` ends the heartbeat.
 */
export function eventLoopCheck(clock: Clock): HealthCheck & { stop(): void } {
  let due = clock.monotonic() + heartbeatMs;
  let cancel = clock.after(heartbeatMs, beat);
  let stuck: { forMs: number; until: number } | undefined;

  function beat(): void {
    const now = clock.monotonic();
    if (now - due > stuckMs) stuck = { forMs: now - due, until: now + stuckMs };
    due = now + heartbeatMs;
    cancel = clock.after(heartbeatMs, beat);
  }

  return {
    name: 'event-loop',
    check: () => {
      const now = clock.monotonic();
      const recent = stuck && now < stuck.until ? stuck.forMs : 0;
      const forMs = Math.max(now - due, recent);
      return forMs <= stuckMs || `the event loop was stuck for ${Math.round(forMs / 1000)} s`;
    },
    stop: () => cancel(),
  };
}

/**
 * Where to listen: `:8081` on every address, `127.0.0.1:8081` or `[::1]:8081` on one, port 0 on any free port; undefined for `0` and
 * ``, which disable the server, as in controller-runtime. Throws with the reason for anything else.
 */
export function parseBindAddress(text: string): { host?: string; port: number } | undefined {
  if (text === '' || text === '0') return undefined;
  const [, ipv6, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) {
    throw new Error(`"${text}" is no address to listen on: write ":8081", "127.0.0.1:8081", "[::1]:8081", or "0" for none`);
  }
  const host = ipv6 ?? name;
  return host ? { host, port } : { port };
}

/** An HTTP server for a few small GET requests. The handler must answer each request; what it throws is answered with 500. */
export function createHttpListener(bindAddress: string, handler: RequestListener): HttpListener {
  const address = parseBindAddress(bindAddress);
  // A probe or a scrape sends its whole request at once; whoever is slower holds a connection for nothing.
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(request, response, 405, 'only GET is allowed\n', { allow: 'GET, HEAD' });
      return;
    }
    try {
      handler(request, response);
    } catch {
      answer(request, response, 500, 'internal error\n');
    }
  });
  server.maxConnections = 256;
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        if (!address) return resolve(undefined);
        server.once('error', reject);
        server.listen(address, () => {
          const bound = server.address();
          resolve(typeof bound === 'object' && bound ? bound.port : undefined);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Path and query of a request, also of one that is not a valid URL. */
export function target(request: IncomingMessage): { path: string; query: URLSearchParams } {
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  return { path, query: new URLSearchParams(query) };
}

/** Answers with plain text, or with the content type among `headers`. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent) return;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
