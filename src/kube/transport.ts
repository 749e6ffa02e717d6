import type { LookupFunction } from 'node:net';
import { createSecureContext } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { version } from '../version.ts';
import { type AddressGuard, checkAddress } from './address-guard.ts';
import { textOf } from './body.ts';
import { errorFromResponse, errorFromTransport, isKubeError, KubeError } from './errors.ts';
import { type Connection, type Credentials, connectionOf, type KubeConfig } from './kubeconfig.ts';
import { Agent, request as send } from './undici.ts';

export interface KubeRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the server's URL, such as `/api/v1/nodes`. */
  path: string;
  /**
   * The URL of another server that knows the same credentials, such as a kubelet. Its certificate is verified like the API server's. Each
   * request has a connection of its own, and how it ends says nothing about the API server.
   */
  server?: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  contentType?: 'application/json' | 'application/merge-patch+json' | 'application/apply-patch+yaml';
  accept?: string;
  /** Whole request with its retries, in milliseconds; default 30,000. For a stream: until the answer's head. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Of the answer; one that is longer is Transient. Default: what one object may need. A stream may be of any length, its lines have the default. */
  maxBytes?: number;
  /** Of a stream: only lines that begin with one of these are of interest. */
  lineStarts?: readonly string[];
  /** Told of every warning that comes with a good answer, as kubectl prints them. */
  onWarning?: (text: string) => void;
}

/** One API server. Everything in the operator that speaks HTTP to a cluster goes through here. */
export interface Transport {
  readonly server: string;
  /** The answer's JSON. Throws KubeError. */
  json<T>(request: KubeRequest): Promise<T>;
  /** The answer's text, for what is not JSON (`/readyz`, `/metrics`). Throws KubeError. */
  text(request: KubeRequest): Promise<string>;
  /** The answer's lines as they arrive, without their line ends; half a line at the end of a broken stream is an error. Throws KubeError. */
  lines(request: KubeRequest): AsyncGenerator<Buffer>;
  /**
   * Calls back whenever the server does what it is asked after it could not be reached at all; that one request fails while others are
   * answered is no such thing. Returns how to stop that.
   */
  onRecovery(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface TransportOptions {
  /** Its current context; or a connection whose credentials come from elsewhere. */
  kubeConfig: KubeConfig | Connection;
  /** For an address that somebody else wrote; absent: every address may be connected to. */
  guard?: AddressGuard | undefined;
  /** Told of every answer: its status code (`<error>` where none came) and the method. */
  onAnswer?: (code: string, method: string) => void;
  /** Connections kept to the server. A watch holds one for itself; default 128. */
  connections?: number;
  /** Monotonic milliseconds. */
  now?: () => number;
  /** How long after a request without an answer, and how often from then on, the server is asked whether it is there, milliseconds; default 2,000. */
  recoveryMs?: number;
}

interface Session extends Credentials {
  dispatcher: Agent;
  /** Milliseconds of `now`. */
  readAt: number;
}

const defaultTimeoutMs = 30_000;
/** etcd takes 1.5 MiB for an object, in a form that may be some times shorter than JSON. */
const maxObjectBytes = 8 * 1024 * 1024;
/** Of a list or one page of it, 500 objects: some hundred KiB for each would be much. */
export const maxListBytes = 64 * 1024 * 1024;
/** Requests that the server turns away with Retry-After are tried again this often, as client-go does (its maximum is 10; ours ends with the timeout). */
const maxThrottledRetries = 5;
/** Files with credentials are read again this often, as client-go does, so that a token is not used to its very end. */
const rereadMs = 60_000;
const recoveryMs = 2_000;

/**
 * A transport with credentials of the kubeconfig's current context. They are read again after a 401, and the request tried once
 * more; those that are in files also once a minute.
 */
export function createTransport(options: TransportOptions): Transport {
  const { guard } = options;
  const { server, credentials, rotates } = 'credentials' in options.kubeConfig ? options.kubeConfig : connectionOf(options.kubeConfig);
  const now = options.now ?? (() => performance.now());
  let session: Promise<Session> | undefined;
  let last: Session | undefined;
  /** The newest first. The one before it serves the requests that were about to use it. */
  let agents: Agent[] = [];
  let closed = false;
  const listeners = new Set<() => void>();

  /** Runs from a request that got no answer until the next good answer to any. */
  let recovery: NodeJS.Timeout | undefined;
  /** Asked whether it is there, the server gave no good answer either: more is wrong than one request, or one of several replicas. */
  let lost = false;

  /** A server that starts up refuses what it does not know yet, so only a good answer counts. */
  function noteAnswer(good: boolean): void {
    if (!recovery || !good) return;
    clearTimeout(recovery);
    recovery = undefined;
    if (!lost) return;
    lost = false;
    for (const listener of listeners) listener();
  }

  function noteFailure(): void {
    if (!recovery && !closed) awaitRecovery();
  }

  /** Whoever waits with a growing pause is told at once when the server is ready again. */
  function awaitRecovery(): void {
    const ask = () => text({ path: '/readyz', timeoutMs: 5_000 }).catch(() => undefined);
    const timer = setTimeout(async () => {
      await ask();
      if (recovery !== timer) return;
      lost = true;
      awaitRecovery();
    }, options.recoveryMs ?? recoveryMs).unref();
    recovery = timer;
  }

  /** Connections stay where the certificates are the same. `fallback` serves on where nothing newer can be read. */
  async function begin(fallback?: Session): Promise<Session> {
    try {
      const fresh = await credentials();
      const dispatcher = last && isDeepStrictEqual(last.tls, fresh.tls) ? last.dispatcher : openAgent(fresh);
      last = { ...fresh, dispatcher, readAt: now() };
    } catch (error) {
      if (!fallback) {
        session = undefined;
        const message = `the credentials cannot be read: ${errorFromTransport(error).message}`;
        throw new KubeError('Transient', message, { reason: 'NoCredentials', cause: error });
      }
      last = { ...fallback, readAt: now() };
    }
    return last;
  }
  function openAgent(fresh: Credentials): Agent {
    const [newest, ...old] = agents;
    for (const agent of old) agent.close().catch(() => undefined);
    agents = [createAgent(fresh, options.connections ?? 128, guard?.lookup), ...(newest ? [newest] : [])];
    return agents[0] as Agent;
  }
  function current(): Promise<Session> {
    if (session === undefined) session = begin();
    else if (rotates && last && now() - last.readAt >= rereadMs) {
      last = { ...last, readAt: now() };
      session = begin(last);
    }
    return session;
  }
  /** Of several requests refused with the same credentials only the first has them read again. */
  function renew(refused: Promise<Session>): void {
    if (session === refused) session = undefined;
  }

  async function once(request: KubeRequest, { dispatcher, headers }: Session, signal: AbortSignal) {
    const method = request.method ?? 'GET';
    const elsewhere = request.server !== undefined;
    if (guard) checkAddress(request.server ?? server, guard);
    try {
      const answer = await send(dispatcher, (request.server ?? server) + request.path + queryString(request.query), {
        method,
        signal,
        reset: elsewhere,
        headers: {
          ...headers,
          'user-agent': `support-coverage-operator/${version}`,
          accept: request.accept ?? 'application/json',
          ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      if (elsewhere) return answer;
      options.onAnswer?.(String(answer.statusCode), method);
      noteAnswer(answer.statusCode < 300);
      return answer;
    } catch (error) {
      if (elsewhere) throw errorFromTransport(error);
      options.onAnswer?.('<error>', method);
      if (!request.signal?.aborted) noteFailure();
      throw errorFromTransport(error);
    }
  }

  /** The head of a good answer; credentials and throttling are dealt with here. */
  async function open(request: KubeRequest, signal: AbortSignal) {
    let renewed = false;
    for (let throttled = 0; ; ) {
      const used = current();
      const answer = await once(request, await used, signal);
      if (answer.statusCode < 300) return answer;
      const error = errorFromResponse(answer.statusCode, await refusalText(answer.body), firstHeader(answer.headers['retry-after']));
      // Where the API server takes the credentials, newer ones do not help with a server that does not.
      if (error.code === 401 && !renewed && request.server === undefined) {
        renewed = true;
        renew(used);
      } else if (error.retryAfterMs !== undefined && isKubeError(error, 'Transient') && throttled < maxThrottledRetries) {
        throttled += 1;
        await pause(error.retryAfterMs, signal, error);
      } else {
        throw error;
      }
    }
  }

  async function text(request: KubeRequest): Promise<string> {
    const signal = deadline(request);
    const answer = await open(request, signal);
    if (request.onWarning) for (const warning of warningsOf(answer.headers.warning)) request.onWarning(warning);
    return bodyText(answer.body, request.maxBytes);
  }

  async function* lines(request: KubeRequest): AsyncGenerator<Buffer> {
    const head = new AbortController();
    const late = new KubeError('Transient', 'timed out waiting for the answer', { reason: 'TimeoutError' });
    const timer = setTimeout(() => head.abort(late), request.timeoutMs ?? defaultTimeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, head.signal]) : head.signal;
    try {
      const answer = await open(request, signal).finally(() => clearTimeout(timer));
      yield* splitLines(answer.body, request.lineStarts);
    } catch (error) {
      throw errorFromTransport(error);
    } finally {
      head.abort();
    }
  }

  return {
    server,
    text,
    lines,
    onRecovery: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    json: async <T>(request: KubeRequest) => parseJson<T>(await text(request)),
    close: async () => {
      closed = true;
      clearTimeout(recovery);
      recovery = undefined;
      await session?.catch(() => undefined);
      await Promise.all(agents.map((agent) => agent.destroy()));
    },
  };
}

/** Most lines differ at the head's end already: the comparison itself is what takes time. */
function beginsWith(line: Buffer, head: Buffer): boolean {
  const last = head.length - 1;
  return line[last] === head[last] && line.subarray(0, head.length).equals(head);
}

/** Yields each line of a byte stream; of those that begin in certain ways, where any are named. Bytes are copied once per line, however the chunks fall. */
export async function* splitLines(chunks: AsyncIterable<Buffer>, starts: readonly string[] = []): AsyncGenerator<Buffer> {
  const heads = starts.map((start) => Buffer.from(start));
  const isWanted = (line: Buffer) => heads.length === 0 || heads.some((head) => beginsWith(line, head));
  let partial: Buffer[] = [];
  let waiting = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const tail = chunk.subarray(start, end);
      const line = partial.length > 0 ? Buffer.concat([...partial, tail]) : tail;
      partial = [];
      waiting = 0;
      start = end + 1;
      if (line.length > 0 && isWanted(line)) yield line;
    }
    if (start === chunk.length) continue;
    partial.push(chunk.subarray(start));
    waiting += chunk.length - start;
    if (waiting > maxObjectBytes) throw tooLarge('line', maxObjectBytes);
  }
  if (partial.length > 0) throw new KubeError('Transient', 'the stream ended in the middle of a line', { reason: 'UnexpectedEOF' });
}

function createAgent({ tls }: Credentials, connections: number, lookup?: LookupFunction): Agent {
  return new Agent({
    connections,
    // HTTP/1.1: one connection a watch, none behind another's window.
    allowH2: false,
    keepAliveTimeout: 60_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { ...tls, secureContext: createSecureContext(tls), ...(lookup ? { lookup } : {}), timeout: 10_000 },
  });
}

function deadline(request: KubeRequest): AbortSignal {
  const timeout = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs);
  return request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
}

function pause(ms: number, signal: AbortSignal, error: KubeError): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

async function bodyText(body: AsyncIterable<Buffer>, maxBytes = maxObjectBytes): Promise<string> {
  try {
    return await textOf(body, maxBytes, () => tooLarge('answer', maxBytes));
  } catch (error) {
    throw errorFromTransport(error);
  }
}

/** Why a request was refused; of a text that is too long the status code is enough. */
async function refusalText(body: AsyncIterable<Buffer>): Promise<string> {
  return bodyText(body).catch((error: unknown) => {
    if (isKubeError(error) && error.reason === 'TooLarge') return '';
    throw error;
  });
}

function tooLarge(what: string, maxBytes: number): KubeError {
  return new KubeError('Transient', `the ${what} is longer than ${maxBytes / 1024 / 1024} MiB`, { reason: 'TooLarge' });
}

function parseJson<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new KubeError('Transient', 'the answer is not JSON', { reason: 'BadAnswer', cause: error });
  }
}

function queryString(query: KubeRequest['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : '';
}

/** Kubernetes writes `299 - "text"`, one header a warning. */
function warningsOf(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((value) => [...value.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1')));
}

function firstHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
