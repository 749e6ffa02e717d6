import type { KubeObject, ResourceType } from '../kube/types.ts';
import type { Stored } from '../runtime/store.ts';

/**
 * A resource that can be watched, and what is kept of each object. A projection takes objects as they come, with any field missing or
 * malformed, and must not throw for those.
 */
export interface Resource<T extends Stored> {
  type: ResourceType;
  /** Only the object of this name (and namespace): one small watch, and RBAC that names it. */
  only?: { name: string; namespace?: string };
  /** undefined: not kept. */
  project: (object: KubeObject) => T | undefined;
}

/** Gives a projection the type of the objects it is fed; the API server guarantees the kind, nothing else. */
export function defineResource<Raw extends KubeObject, T extends Stored>(
  definition: Omit<Resource<T>, 'project'> & { project: (object: Raw) => T | undefined },
): Resource<T> {
  return { ...definition, project: (object) => definition.project(object as Raw) };
}

/** Instants are kept as the API server writes them; undefined where the text is no time. */
export function instantOf(text: string | undefined): Temporal.Instant | undefined {
  if (!text) return undefined;
  try {
    return Temporal.Instant.from(text);
  } catch {
    return undefined;
  }
}
