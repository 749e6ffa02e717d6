import type { ResourceType } from '../kube/types.ts';
import type { Stored } from '../runtime/store.ts';
import { resources } from './catalogue.ts';
import type { Resource } from './resource.ts';

/** Owners of pods that nothing watches. */
const unwatched: readonly ResourceType[] = [
  { group: 'apps', version: 'v1', resource: 'replicasets', kind: 'ReplicaSet', namespaced: true },
];

/** What is read whole; a single object, or what needs a switch, is not read one at a time beyond that. */
const watched = Object.values<Resource<Stored>>(resources)
  // Nothing is about an Event.
  .filter(({ only, feature, type }) => !only && !feature && type.kind !== 'Event')
  .map(({ type }) => type);

/**
 * The kinds that findings and drift are about, by their name in an object's spelling. An Event carries the uid of its object, without which
 * `kubectl describe` does not show it, and managedFields say who wrote it; so these may be read one at a time (verb get).
 */
export const eventTargets: Readonly<Record<string, ResourceType>> = Object.fromEntries(
  [...watched, ...unwatched].map((type) => [type.kind, type]),
);

/** `Kind/namespace/name` or `Kind/name` in its parts; undefined for a kind that has no Events of its own. */
export function eventTargetOf(object: string): { type: ResourceType; name: string; namespace?: string } | undefined {
  const [kind = '', ...rest] = object.split('/');
  const type = Object.hasOwn(eventTargets, kind) ? eventTargets[kind] : undefined;
  if (!type) return undefined;
  const [namespace, name] = rest;
  if (type.namespaced) return namespace && name && rest.length === 2 ? { type, name, namespace } : undefined;
  const own = rest.join('/');
  return own ? { type, name: own } : undefined;
}
