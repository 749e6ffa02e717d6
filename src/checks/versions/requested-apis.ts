import type { ClusterView } from '../../observe/cluster-view.ts';
import type { ApiServer, RequestedApi } from '../../observe/probes/deprecated-apis.ts';
import { wholeNumber } from '../parameters.ts';

/** A parameter of both checks of deprecated APIs. */
export const withinHours = wholeNumber(24, 'Hours within which a request for an API counts as use of it.', { min: 1, max: 720 });

/** Whether an API was requested within a time: the counters say so, or they were watched as long and did not grow, or neither. */
export type Use = 'Requested' | 'NotRequested' | 'Unknown';

export interface ApiUse extends Pick<RequestedApi, 'group' | 'version' | 'resource' | 'removedIn'> {
  use: Use;
}

/** Every deprecated API that an API server names, once a resource. Undefined where requests cannot be measured. */
export function apisInUse(view: ClusterView, now: Temporal.Instant, hours: number): readonly ApiUse[] | undefined {
  const servers = view.probe('deprecated-apis');
  if (!servers) return undefined;
  const since = now.subtract({ hours });
  const uses = new Map<string, ApiUse>();
  for (const server of servers) {
    // Of one that was not met for so long nothing is known.
    if (isBefore(server.seenAt, since)) continue;
    for (const { group, version, resource, removedIn, ...api } of server.apis.values()) {
      const key = `${group}/${version}/${resource}`;
      uses.set(key, { group, version, resource, removedIn, use: stronger(uses.get(key)?.use, useOf(server, api, since)) });
    }
  }
  return [...uses.values()];
}

function useOf(
  { startedAt, firstSeenAt }: ApiServer,
  { count, grownAt }: Pick<RequestedApi, 'count' | 'grownAt'>,
  since: Temporal.Instant,
): Use {
  if (grownAt && !isBefore(grownAt, since)) return 'Requested';
  // It is named from the first request on, and that came after the start.
  if (!isBefore(startedAt, since)) return 'Requested';
  return count !== undefined && !isBefore(since, firstSeenAt) ? 'NotRequested' : 'Unknown';
}

function stronger(a: Use | undefined, b: Use): Use {
  const order: readonly Use[] = ['Requested', 'Unknown', 'NotRequested'];
  return order.find((use) => use === a || use === b) ?? b;
}

function isBefore(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) < 0;
}
