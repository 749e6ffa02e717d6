import type { ClusterScope } from '../api/v1alpha1/supportcoverage.ts';
import type { Observer } from '../observe/observer.ts';

/** One covered cluster as it can be reached now. */
export interface ClusterHandle {
  /** Undefined where it never could be reached. */
  observer: Observer | undefined;
  /** uid of its namespace kube-system, where it is known. */
  uid?: string | undefined;
  /** Why it cannot be reached or may not be read; nothing of what was seen before counts then. */
  problem?: string | undefined;
}

/** The clusters that coverages are about. */
export interface Clusters {
  /** Never waits for a cluster. */
  find(namespace: string, scope: ClusterScope): ClusterHandle;
  /** A coverage needs these and no others. */
  retain(coverage: string, namespace: string, scopes: readonly ClusterScope[]): void;
  /** A coverage is gone. */
  release(coverage: string): void;
}
