import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as k8s from '@kubernetes/client-node';
import type { Transport } from '../kube/transport.ts';
import type { Wire } from '../kube/types.ts';
import type { Clock } from './clock.ts';
import { answer, createHttpListener, type HttpListener, target } from './health-server.ts';
import type { Logger } from './logger.ts';
import type { Registry } from './metrics.ts';

type TokenReview = Wire<k8s.V1TokenReview>;
type SubjectAccessReview = Wire<k8s.V1SubjectAccessReview>;

/** How long a decision is kept. A permission that was just granted should not take longer to work than somebody waits for it. */
const keptMs = { allowed: 60_000, unauthenticated: 10_000, forbidden: 10_000 } as const;
const maxKept = 256;
/** Different tokens asked about at once: whoever sends made-up ones must not have the operator flood the API server. */
const maxLookups = 16;
/** Prometheus waits 10 s for a scrape by default. */
const reviewTimeoutMs = 4_000;

export interface MetricsServerOptions {
  /** See `parseBindAddress`. */
  bindAddress: string;
  registry: Pick<Registry, 'metrics' | 'contentType'>;
  logger: Logger;
  /**
   * Where given, a scrape needs a bearer token that the API server knows, of somebody who may `get` the non-resource URL `/metrics`. The
   * operator needs `create` on tokenreviews and subjectaccessreviews for that. Where not given, everybody who reaches the port reads.
   */
  authentication?: { transport: Pick<Transport, 'json'>; clock: Clock };
}

type Decision = keyof typeof keptMs;

const refusals = {
  unauthenticated: {
    status: 401,
    body: 'a bearer token that the API server accepts is needed\n',
    headers: { 'www-authenticate': 'Bearer' },
  },
  forbidden: { status: 403, body: 'not allowed to get the non-resource URL /metrics\n', headers: {} },
  unavailable: { status: 503, body: 'the API server could not check the token\n', headers: { 'retry-after': '10' } },
};

/** Serves the registry at `/metrics` in Prometheus' text format. Throws where the bind address cannot be read. */
export function createMetricsServer(options: MetricsServerOptions): HttpListener {
  const { registry, logger } = options;
  const authorize = options.authentication && createAuthorizer(options.authentication);

  async function refusal(request: IncomingMessage): Promise<keyof typeof refusals | undefined> {
    if (!authorize) return undefined;
    const [, token] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
    if (!token) return 'unauthenticated';
    try {
      const decision = await authorize(token);
      return decision === 'allowed' ? undefined : decision;
    } catch (error) {
      logger.warn('metrics scrape could not be authorized', {}, error);
      return 'unavailable';
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = await refusal(request);
    if (refused) {
      const { status, body, headers } = refusals[refused];
      return answer(request, response, status, body, headers);
    }
    answer(request, response, 200, await registry.metrics(), { 'content-type': registry.contentType });
  }

  return createHttpListener(options.bindAddress, (request, response) => {
    if (target(request).path !== '/metrics') return answer(request, response, 404, 'not found\n');
    serve(request, response).catch((error: unknown) => {
      logger.error('metrics could not be collected', {}, error);
      answer(request, response, 500, 'internal error\n');
    });
  });
}

/**
 * Decides about a token, asking the API server at most once at a time for each and keeping what it said under the token's SHA-256: no
 * token stays in memory. Rejects where the API server could not answer; that is not kept.
 */
function createAuthorizer({ transport, clock }: NonNullable<MetricsServerOptions['authentication']>): (token: string) => Promise<Decision> {
  const kept = new Map<string, { decision: Decision; until: number }>();
  const lookups = new Map<string, Promise<Decision>>();

  function keep(key: string, decision: Decision): void {
    kept.delete(key);
    kept.set(key, { decision, until: clock.monotonic() + keptMs[decision] });
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
  }

  async function lookUp(key: string, token: string): Promise<Decision> {
    try {
      const decision = await review(transport, token);
      keep(key, decision);
      return decision;
    } finally {
      lookups.delete(key);
    }
  }

  return async (token) => {
    const key = createHash('sha256').update(token).digest('base64');
    const known = kept.get(key);
    if (known && clock.monotonic() < known.until) return known.decision;
    const running = lookups.get(key);
    if (running) return running;
    if (lookups.size >= maxLookups) throw new Error('too many tokens are being checked at once');
    const lookup = lookUp(key, token);
    lookups.set(key, lookup);
    return lookup;
  };
}

/** Who is it, and may they? As kube-rbac-proxy and controller-runtime's metrics filter ask. */
async function review(transport: Pick<Transport, 'json'>, token: string): Promise<Decision> {
  const who = await transport.json<TokenReview>({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/tokenreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
    timeoutMs: reviewTimeoutMs,
  });
  if (!who.status?.authenticated) return 'unauthenticated';
  const { username, uid, groups, extra } = who.status.user ?? {};
  const access = await transport.json<SubjectAccessReview>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: username, uid, groups, extra, nonResourceAttributes: { path: '/metrics', verb: 'get' } },
    },
    timeoutMs: reviewTimeoutMs,
  });
  return access.status?.allowed ? 'allowed' : 'forbidden';
}
