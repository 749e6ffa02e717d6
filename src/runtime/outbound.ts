import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import querystring from 'node:querystring';
import { textOf } from '../kube/body.ts';
import { Agent, type BuildConnector, buildConnector, type Dispatcher, request } from '../kube/undici.ts';
import { version } from '../version.ts';
import { type AddressRule, addressProblem, createAddressRule } from './addresses.ts';

/**
 * What became of a request that was not taken. `RefusedAddress`: it is no address of http or https, or leads where nothing may be sent.
 * `Redirect`: the answer was one, and none is followed. `StatusCode`: any other answer that is not 2xx. `TooLarge`: it is longer than may be read.
 * `Network`: no answer came, or not all of it.
 */
export type OutboundErrorKind = 'RefusedAddress' | 'Redirect' | 'Timeout' | 'StatusCode' | 'TooLarge' | 'Network';

/** Its message names the host at most: path, query and user name of an address may be secret. */
export class OutboundError extends Error {
  readonly kind: OutboundErrorKind;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** The answer's Retry-After, as received. */
  readonly retryAfter: string | undefined;

  constructor(kind: OutboundErrorKind, message: string, answer: { status?: number; retryAfter?: string | undefined } = {}) {
    super(message);
    this.name = 'OutboundError';
    this.kind = kind;
    this.status = answer.status ?? 0;
    this.retryAfter = answer.retryAfter;
  }
}

export interface OutboundRequest {
  body: string;
  /** Lower case names. */
  headers: Record<string, string>;
  signal?: AbortSignal;
}

export interface OutboundQuestion {
  /** Of the answer's body; one that is longer is no answer. */
  maxBytes: number;
  signal?: AbortSignal;
}

/** Sends to, and asks, addresses that users wrote. Such an address may lead anywhere, and whoever answers may say anything. */
export interface Outbound {
  /** Resolves once the answer is 2xx; its body is thrown away. Throws OutboundError. */
  post(address: string, request: OutboundRequest): Promise<void>;
  /** Resolves with the body of an answer that is 2xx. Throws OutboundError. */
  get(address: string, question: OutboundQuestion): Promise<string>;
  /** Ends its connections, also those in use. */
  close(): Promise<void>;
}

export interface OutboundOptions {
  /** Ranges (`10.20.0.0/16`) that may be called although they would be refused. */
  allow: readonly string[];
  /** Hosts of API servers, names or IP addresses as in a URL: none of their addresses is called. */
  apiServers: () => readonly string[];
  /** Whole request, milliseconds; default 10,000. */
  timeoutMs?: number;
  /** All IP addresses of a name. Default: the system's resolver. */
  lookup?: (name: string) => Promise<readonly string[]>;
}

const defaultTimeoutMs = 10_000;
/** An answer is read to its end so that the connection can be used again, but no further than this. */
const maxAnswerBytes = 64 * 1024;
/** Connections to one host. */
const connections = 8;

export function createOutbound(options: OutboundOptions): Outbound {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const agent = new Agent({
    connections,
    allowH2: false,
    keepAliveTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: createGuardedConnector(options, timeoutMs),
  });

  /** Answers with a head that is 2xx; whoever asks does what is to be done with the body. */
  async function send(address: string, asked: { method: 'GET' | 'POST'; headers?: Record<string, string>; body?: string }, limit: Limit) {
    const url = httpUrl(address);
    const answer = await request(agent, url.origin + url.pathname + url.search, {
      signal: limit.signal,
      ...asked,
      headers: { 'user-agent': `support-coverage-operator/${version}`, ...credentialsOf(url), ...asked.headers },
    }).catch((error: unknown) => {
      throw describe(error, url.host, limit);
    });
    const problem = problemOf(answer, url.host);
    if (problem === undefined) return { host: url.host, body: answer.body };
    await drain(answer.body, limit);
    throw problem;
  }

  async function post(address: string, { body, headers, signal }: OutboundRequest): Promise<void> {
    const limit = limitOf(timeoutMs, signal);
    const answer = await send(address, { method: 'POST', headers, body }, limit);
    // Whatever comes after the head changes nothing: it was taken.
    await drain(answer.body, limit);
  }

  async function get(address: string, { maxBytes, signal }: OutboundQuestion): Promise<string> {
    const limit = limitOf(timeoutMs, signal);
    const { host, body } = await send(address, { method: 'GET', headers: { accept: 'application/json' } }, limit);
    const tooLarge = () => new OutboundError('TooLarge', `${host} answered with more than ${maxBytes / 1024 / 1024} MiB`);
    return textOf(body, maxBytes, tooLarge).catch((error: unknown) => {
      throw describe(error, host, limit);
    });
  }

  return { post, get, close: () => agent.destroy() };
}

/** How long a request may take, and whether that is why it ended. */
interface Limit {
  signal: AbortSignal;
  timeout: AbortSignal;
  timeoutMs: number;
}

function limitOf(timeoutMs: number, signal: AbortSignal | undefined): Limit {
  const timeout = AbortSignal.timeout(timeoutMs);
  return { timeoutMs, timeout, signal: signal ? AbortSignal.any([signal, timeout]) : timeout };
}

async function drain(body: Dispatcher.ResponseData['body'], { signal }: Limit): Promise<void> {
  await body.dump({ limit: maxAnswerBytes, signal }).catch(() => undefined);
}

function problemOf(answer: Dispatcher.ResponseData, host: string): OutboundError | undefined {
  const { statusCode: status } = answer;
  if (status >= 400) return new OutboundError('StatusCode', `${host} answered ${status}`, { status, retryAfter: retryAfterOf(answer) });
  if (status < 300) return undefined;
  return new OutboundError('Redirect', `${host} answered ${status}, a redirect, and none is followed: write the address it leads to`, {
    status,
  });
}

function httpUrl(address: string): URL {
  const problem = addressProblem(address);
  if (problem !== undefined) throw new OutboundError('RefusedAddress', problem);
  return new URL(address);
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${querystring.unescape(username)}:${querystring.unescape(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function retryAfterOf({ headers }: { headers: Record<string, string | string[] | undefined> }): string | undefined {
  return [headers['retry-after'] ?? []].flat()[0];
}

/** Errors of sockets and of TLS have codes; their texts may quote more than a reader should see. */
function describe(cause: unknown, host: string, { timeout, timeoutMs }: Limit): OutboundError {
  if (cause instanceof OutboundError) return cause;
  if (timeout.aborted) return new OutboundError('Timeout', `${host} gave no answer in ${timeoutMs / 1000} s`);
  const { code, name } = cause as { code?: unknown; name?: unknown };
  return new OutboundError('Network', `${host} cannot be reached: ${typeof code === 'string' ? code : name}`);
}

/**
 * Connects only to addresses that the rule lets pass: it judges what a name resolves to at the moment of the connection, and the
 * connection goes to no other, so that a name which changes its mind in between gains nothing.
 */
function createGuardedConnector(options: OutboundOptions, timeoutMs: number): BuildConnector.connector {
  const rule = createAddressRule(options.allow);
  const addressesOf = options.lookup ?? (async (name) => (await systemLookup(name, { all: true })).map(({ address }) => address));
  const resolve = async (name: string) => {
    const host = withoutBrackets(name);
    return isIP(host) === 0 ? addressesOf(host) : [host];
  };

  async function permitted(host: string): Promise<string[]> {
    const found = await resolve(host);
    const apiServers = (await Promise.all(options.apiServers().map(resolve))).flat();
    const passing = found.filter((address) => rule(address, apiServers) === undefined);
    const [first] = found;
    if (passing.length === 0 && first !== undefined) throw refusal(host, first, rule(first, apiServers));
    return passing;
  }

  const lookup: LookupFunction = (host, { all }, callback) => {
    permitted(host).then(
      (addresses) => {
        const entries = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = entries;
        if (!first) callback(Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND' }), '');
        else if (all) callback(null, entries);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };

  const connect = buildConnector({ allowH2: false, timeout: timeoutMs, lookup });
  return (target, callback) => {
    const host = withoutBrackets(target.hostname);
    // For an address there is no lookup.
    if (isIP(host) === 0) connect(target, callback);
    else
      permitted(host).then(
        () => connect(target, callback),
        (error: Error) => callback(error, null),
      );
  };
}

/** An IPv6 address as it stands in a URL. */
function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function refusal(host: string, address: string, why: ReturnType<AddressRule>): OutboundError {
  const where = host === address ? address : `${host} is at ${address}, which`;
  return new OutboundError('RefusedAddress', `${where} is refused (${why}); the flag --allow-addresses makes exceptions`);
}
