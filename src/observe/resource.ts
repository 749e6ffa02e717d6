import type { KubeObject, ResourceType } from '../kube/types.ts';
import type { Gathering } from '../runtime/gathering.ts';
import type { Stored } from '../runtime/store.ts';
import type { Feature } from './features.ts';

/**
 * A resource that can be watched, and what is kept of each object. A projection takes objects as the API server keeps them: any
 * field that its schema does not require may be missing. What it throws for anything else is counted, and the object is not kept.
 */
export interface Resource<T extends Stored> {
  type: ResourceType;
  /** Only what has this name, in the operator's own namespace or in every one: one small watch, and RBAC that names it. */
  only?: { name: string; everywhere?: true };
  /** How its metrics and messages name it, where something else is read of the same resource. */
  label?: string;
  /** Only objects that match, such as `type=kubernetes.io/tls`. */
  fieldSelector?: string;
  /** Only objects with such labels. */
  labelSelector?: string;
  /** Only labels, annotations and the like are read; the API server sends nothing else. */
  metadataOnly?: boolean;
  /** Versions that are asked for where `type.version` is not served, in this order. */
  otherVersions?: readonly string[];
  /** false: the API server keeps it out of its watch cache and sends no bookmarks. */
  bookmarks?: false;
  /** Read only where this switch is on. */
  feature?: Feature;
  /** undefined: not kept. `before` is what was kept of the same object until now, for what an object itself does not remember. */
  project(object: KubeObject, before?: T): T | undefined;
  /** One entry is kept for many objects that come and go, and is given as `before`. */
  gather?: Gathering<T>;
}

/** Gives a projection the type of the objects it is fed; the API server guarantees the kind, nothing else. */
export function defineResource<Raw extends KubeObject, T extends Stored>(
  definition: Omit<Resource<T>, 'project' | 'gather'> & {
    project(object: Raw, before?: T): T | undefined;
    gather?: Omit<Gathering<T>, 'keyOf'> & { keyOf(object: Raw): string };
  },
): Resource<T> {
  const { gather } = definition;
  return {
    ...definition,
    project: (object, before) => definition.project(object as Raw, before),
    ...(gather ? { gather: { ...gather, keyOf: (object) => gather.keyOf(object as Raw) } } : {}),
  } as Resource<T>;
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
