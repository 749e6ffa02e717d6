import type { FactEntry } from '../api/v1alpha1/coveragebaseline.ts';
import type { ResourceType } from '../kube/types.ts';
import type { ClusterView, Needs } from '../observe/cluster-view.ts';

/** Where a value stands in the cluster, so that managedFields can say who wrote it. */
export interface Source {
  type: ResourceType;
  name: string;
  namespace?: string;
  /** Keys from the object's root, such as ['parameters', 'type']; [] for the object as a whole. */
  fields: readonly string[];
}

/** One thing that was agreed about a cluster. Collecting is a pure function of the snapshot. */
export interface Fact {
  /** Permanent; also the file's name. */
  id: string;
  title: string;
  needs: Needs;
  /** Normalised: what is the same to Kubernetes is the same here, whatever its spelling or order. */
  collect: (view: ClusterView) => Omit<FactEntry, 'fact'>[];
  /** True where a difference is none, such as more nodes than were agreed. Default: values differ as texts do. */
  tolerates?: (path: string, expected: string | undefined, actual: string | undefined) => boolean;
  /** True where an agreed object may be gone, such as a pool that an autoscaler has emptied. Default: that is drift. */
  mayBeGone?: (agreed: FactEntry['value']) => boolean;
  /** How long a difference must hold before it is drift, milliseconds; `gone` for a missing value or object. Default: none, it is drift at once. */
  holdMs?: (path: string, gone: boolean) => number;
  /** Where the value at a path of an object is written; undefined where Kubernetes does not say. */
  source: (object: string, path: string, expected: string, view: ClusterView) => Source | undefined;
}

/** The name in `Kind/name`. */
export function nameOf(object: string): string {
  return object.slice(object.indexOf('/') + 1);
}
