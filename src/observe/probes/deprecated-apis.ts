import type { Transport } from '../../kube/transport.ts';
import type { Probe } from './probe.ts';

/** A deprecated API that somebody has requested of one API server since it started. */
export interface RequestedApi {
  group: string;
  version: string;
  resource: string;
  subresource: string;
  /** `1.38`. */
  removedIn: string;
  /** Requests since the API server started; undefined where it does not count them. */
  count: number | undefined;
  /** When a look last found more of them than the look before. */
  grownAt: Temporal.Instant | undefined;
}

/** One process of an API server. Behind a load balancer each look may meet another one, with counters of its own. */
export interface ApiServer {
  startedAt: Temporal.Instant;
  firstSeenAt: Temporal.Instant;
  seenAt: Temporal.Instant;
  /** By group, version, resource and subresource. */
  apis: ReadonlyMap<string, RequestedApi>;
}

/** API servers that are remembered, those seen last first: a control plane of five that restarts once. */
const remembered = 10;

/**
 * Reads `/metrics`. Every deprecated API that is requested is named there until the API server restarts, so what counts is whether the
 * counter of its requests still grows, for which each answer remembers the one before.
 */
export const deprecatedApis: Probe<readonly ApiServer[]> = {
  rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
  early: true,
  ask: async ({ transport, signal, now, before = [] }) => {
    const { startedAt, apis } = await readPage(transport, signal);
    const known = before.find((server) => server.startedAt.equals(startedAt));
    const grown = [...apis].map(([key, api]) => [key, { ...api, grownAt: grownAt(api, known, key, now) }] as const);
    const server = { startedAt, firstSeenAt: known?.firstSeenAt ?? now, seenAt: now, apis: new Map(grown) };
    return [server, ...before.filter((other) => other !== known)].slice(0, remembered);
  },
};

function grownAt(api: RequestedApi, known: ApiServer | undefined, key: string, now: Temporal.Instant): Temporal.Instant | undefined {
  if (!known) return undefined;
  const last = known.apis.get(key);
  if (!last) return now;
  return (api.count ?? 0) > (last.count ?? 0) ? now : last.grownAt;
}

const deprecatedMetric = 'apiserver_requested_deprecated_apis{';
const requestsMetric = 'apiserver_request_total{';
const startMetric = 'process_start_time_seconds ';
const lineStarts = [deprecatedMetric, requestsMetric, startMetric];

/** The page has tens of thousands of lines, most of them buckets of histograms; only those of three metrics are looked at. */
async function readPage(
  transport: Transport,
  signal: AbortSignal,
): Promise<{ startedAt: Temporal.Instant; apis: Map<string, RequestedApi> }> {
  const named: RequestedApi[] = [];
  const requests = new Map<string, number>();
  let startedAt: Temporal.Instant | undefined;
  for await (const bytes of transport.lines({ path: '/metrics', accept: 'text/plain', lineStarts, signal })) {
    const line = bytes.toString();
    if (line.startsWith(requestsMetric)) countRequests(line, requests);
    else if (line.startsWith(deprecatedMetric)) named.push(...readApi(line));
    else if (line.startsWith(startMetric)) startedAt = readStart(line);
  }
  if (!startedAt) throw new Error("the API server's metrics do not say when it started");
  const apis = new Map(named.map((api) => [keyOf(api), { ...api, count: requests.get(keyOf(api)) }]));
  return { startedAt, apis };
}

/**
 * Counts come before the names of the APIs that are deprecated, so every one is kept that could be: a version that may be removed is an
 * alpha or beta, and the metric knows a release only for Kubernetes' own groups. That is some dozens, whatever the cluster serves.
 */
function countRequests(line: string, requests: Map<string, number>): void {
  const { group = '', version = '', resource = '', subresource = '' } = labelsOf(line);
  if (!/alpha|beta/.test(version) || (group.includes('.') && !group.endsWith('.k8s.io'))) return;
  const key = keyOf({ group, version, resource, subresource });
  requests.set(key, (requests.get(key) ?? 0) + sampleOf(line));
}

/** None for what is deprecated and stays, such as v1 Endpoints. */
function readApi(line: string): RequestedApi[] {
  const { group = '', version = '', resource = '', subresource = '', removed_release: removedIn = '' } = labelsOf(line);
  if (!/^\d+\.\d+$/.test(removedIn)) return [];
  return [{ group, version, resource, subresource, removedIn, count: undefined, grownAt: undefined }];
}

function readStart(line: string): Temporal.Instant | undefined {
  const seconds = sampleOf(line);
  return seconds > 0 ? Temporal.Instant.fromEpochMilliseconds(Math.round(seconds * 1000)) : undefined;
}

function keyOf({ group, version, resource, subresource }: Pick<RequestedApi, 'group' | 'version' | 'resource' | 'subresource'>): string {
  return `${group}/${version}/${resource}/${subresource}`;
}

/** Names of APIs have nothing in them that the format would escape. */
function labelsOf(line: string): Record<string, string> {
  return Object.fromEntries([...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
}

function sampleOf(line: string): number {
  return Number(/ ([0-9.e+-]+)(?: \d+)?$/i.exec(line)?.[1] ?? 0) || 0;
}
