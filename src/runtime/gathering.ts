import type { KubeObject } from '../kube/types.ts';

/**
 * Of objects that come and go, such as the runs of a pipeline, one entry is kept for all that belong together. A projection adds an object to
 * what it is given as `before`; it must come to the same whatever the order, and however often it is given the same one, since a new list
 * gives all of them again. What was learnt of an object outlives it.
 */
export interface Gathering<T> {
  /** `namespace/name` of the entry that the object belongs to: the projection's own. */
  keyOf(object: KubeObject): string;
  /** False where nothing in the entry counts any more: it is forgotten. Asked after each list, and about once a minute. */
  counts(entry: T, now: Temporal.Instant): boolean;
}

/** What is kept after a new list: what was learnt before stays, and what no longer counts goes. */
export function afterList<T>(
  before: Iterable<readonly [string, T]>,
  listed: ReadonlyMap<string, T>,
  { counts }: Gathering<T>,
  now: Temporal.Instant,
): Map<string, T> {
  return new Map([...before, ...listed].filter(([, entry]) => counts(entry, now)));
}
