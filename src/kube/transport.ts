import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { KubeConfig, type User } from '@kubernetes/client-node';
import { load } from 'js-yaml';
import { Agent, request as undiciRequest } from 'undici';
import { version } from '../version.ts';
import { errorFromResponse, errorFromTransport, isKubeError, KubeError } from './errors.ts';

export interface KubeRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the server's URL, such as `/api/v1/nodes`. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  contentType?: 'application/json' | 'application/merge-patch+json' | 'application/apply-patch+yaml';
  accept?: string;
  /** Whole request with its retries, in milliseconds; default 30,000. For a stream: until the answer's head. */
  timeoutMs?: number;
  signal?: AbortSignal;
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
  close(): Promise<void>;
}

export interface TransportOptions {
  kubeConfig: KubeConfig;
  /** Told of every answer: its status code (`<error>` where none came) and the method. */
  onAnswer?: (code: string, method: string) => void;
  /** Connections kept to the server. A watch holds one for itself; default 64. */
  connections?: number;
}

interface Credentials {
  dispatcher: Agent;
  headers: Record<string, string>;
}

const defaultTimeoutMs = 30_000;
/** Requests that the server turns away with Retry-After are tried again this often, as client-go does (its maximum is 10; ours ends with the timeout). */
const maxThrottledRetries = 5;

/** A transport with credentials of the kubeconfig's current context. They are read again after a 401, and the request tried once more. */
export function createTransport(options: TransportOptions): Transport {
  const cluster = options.kubeConfig.getCurrentCluster();
  if (!cluster) throw new KubeError('Invalid', 'the kubeconfig has no current cluster');
  const server = cluster.server.replace(/\/+$/, '');
  let credentials: Promise<Credentials> | undefined;
  let previous: Promise<Credentials> | undefined;

  const current = () => {
    credentials ??= readCredentials(options.kubeConfig, options.connections ?? 64).catch((error: unknown) => {
      credentials = undefined;
      const message = `the credentials cannot be read: ${errorFromTransport(error).message}`;
      throw new KubeError('Transient', message, { reason: 'NoCredentials', cause: error });
    });
    return credentials;
  };
  /** Of several requests refused with the same credentials only the first has them read again. */
  const renew = (refused: Promise<Credentials>) => {
    if (credentials !== refused) return;
    credentials = undefined;
    previous?.then(({ dispatcher }) => dispatcher.close()).catch(() => undefined);
    previous = refused;
  };

  async function once(request: KubeRequest, { dispatcher, headers }: Credentials, signal: AbortSignal) {
    const method = request.method ?? 'GET';
    try {
      const answer = await undiciRequest(server + request.path + queryString(request.query), {
        dispatcher,
        method,
        signal,
        headers: {
          ...headers,
          'user-agent': `support-coverage-operator/${version}`,
          accept: request.accept ?? 'application/json',
          ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      options.onAnswer?.(String(answer.statusCode), method);
      return answer;
    } catch (error) {
      options.onAnswer?.('<error>', method);
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
      const error = errorFromResponse(answer.statusCode, await bodyText(answer.body), firstHeader(answer.headers['retry-after']));
      if (error.code === 401 && !renewed) {
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
    return bodyText(answer.body);
  }

  async function* lines(request: KubeRequest): AsyncGenerator<Buffer> {
    const head = new AbortController();
    const late = new KubeError('Transient', 'timed out waiting for the answer', { reason: 'TimeoutError' });
    const timer = setTimeout(() => head.abort(late), request.timeoutMs ?? defaultTimeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, head.signal]) : head.signal;
    try {
      const answer = await open(request, signal).finally(() => clearTimeout(timer));
      yield* splitLines(answer.body);
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
    json: async <T>(request: KubeRequest) => parseJson<T>(await text(request)),
    close: async () => {
      const agents = await Promise.allSettled([credentials, previous]);
      await Promise.all(agents.map((agent) => agent.status === 'fulfilled' && agent.value?.dispatcher.destroy()));
    },
  };
}

/** Yields each line of a byte stream. Bytes are copied once per line, however the chunks fall. */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let partial: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const tail = chunk.subarray(start, end);
      const line = partial.length > 0 ? Buffer.concat([...partial, tail]) : tail;
      partial = [];
      start = end + 1;
      if (line.length > 0) yield line;
    }
    if (start < chunk.length) partial.push(chunk.subarray(start));
  }
  if (partial.length > 0) throw new KubeError('Transient', 'the stream ended in the middle of a line', { reason: 'UnexpectedEOF' });
}

async function readCredentials(kubeConfig: KubeConfig, connections: number): Promise<Credentials> {
  const tls: {
    ca?: string | Buffer;
    cert?: string | Buffer;
    key?: string | Buffer;
    headers?: Record<string, string>;
    rejectUnauthorized?: boolean;
    servername?: string;
    auth?: string;
  } = {};
  // A copy, because client-node keeps a token for a minute or for as long as it says it lives: too long after a 401.
  const fresh = new KubeConfig();
  fresh.loadFromOptions(kubeConfig);
  await fresh.applyToHTTPSOptions(tls as Parameters<KubeConfig['applyToHTTPSOptions']>[0]);
  const { ca, cert, key, rejectUnauthorized, servername } = tls;
  // A token file may end in a line end, which no header can hold.
  const headers = Object.fromEntries(Object.entries(tls.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value.trim()]));
  if (tls.auth) headers.authorization ??= `Basic ${Buffer.from(tls.auth).toString('base64')}`;
  return {
    headers,
    dispatcher: new Agent({
      connections,
      // HTTP/1.1: one connection a watch, none behind another's window.
      allowH2: false,
      keepAliveTimeout: 60_000,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        ...(ca ? { ca } : {}),
        ...(cert ? { cert } : {}),
        ...(key ? { key } : {}),
        ...(servername ? { servername } : {}),
        ...(rejectUnauthorized === false ? { rejectUnauthorized } : {}),
        timeout: 10_000,
      },
    }),
  };
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

async function bodyText(body: { text(): Promise<string> }): Promise<string> {
  try {
    return await body.text();
  } catch (error) {
    throw errorFromTransport(error);
  }
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

function firstHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/**
 * The kubeconfig of the given file or list of files, else of the Pod the operator runs in, else the user's default (`KUBECONFIG`,
 * `~/.kube/config`). Of a list the first file that names something wins, as with kubectl. Throws where a file is missing or unreadable.
 */
export function loadKubeConfig(file: string | undefined): KubeConfig {
  const kubeConfig = new KubeConfig();
  if (!file && process.env.KUBERNETES_SERVICE_HOST) {
    kubeConfig.loadFromCluster();
    return kubeConfig;
  }
  const files = file || process.env.KUBECONFIG || join(homedir(), '.kube', 'config');
  const configs = files.split(delimiter).filter(Boolean).map(readKubeConfig);
  kubeConfig.loadFromOptions({
    clusters: configs.flatMap(({ clusters }) => clusters),
    users: configs.flatMap(({ users }) => users),
    contexts: configs.flatMap(({ contexts }) => contexts),
    currentContext: configs.find(({ currentContext }) => currentContext)?.currentContext,
  });
  return kubeConfig;
}

/** client-node does not know `tokenFile`; it becomes the provider that reads a Pod's token, and wins over `token` as with kubectl. */
function readKubeConfig(file: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(file);
  const { users } = load(readFileSync(file, 'utf8')) as { users?: { name: string; user?: { tokenFile?: string } }[] };
  const tokenFiles = new Map(users?.map(({ name, user }) => [name, user?.tokenFile]));
  kubeConfig.users = kubeConfig.users.map((user): User => {
    const tokenFile = tokenFiles.get(user.name);
    if (!tokenFile) return user;
    const { token: _, ...rest } = user;
    return { ...rest, authProvider: { name: 'tokenFile', config: { tokenFile: resolve(dirname(file), tokenFile) } } };
  });
  return kubeConfig;
}
