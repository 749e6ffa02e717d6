import type { FactEntry } from '../api/v1alpha1/coveragebaseline.ts';
import type { Tier } from '../api/v1alpha1/fields.ts';
import type { Agreement } from '../checks/agreement.ts';
import type { Correction } from '../checks/check.ts';
import type { ResourceType } from '../kube/types.ts';
import type { ClusterView, Needs } from '../observe/cluster-view.ts';
import { eventTargetOf } from '../observe/event-targets.ts';

/** Where a value stands in the cluster, so that managedFields can say who wrote it. */
export interface Source {
  type: ResourceType;
  name: string;
  namespace?: string;
  /** Keys from the object's root, such as ['parameters', 'type']; [] for the object as a whole. See `keyed` for an entry of a list. */
  fields: readonly string[];
}

/** What was agreed about an object that is still there, and what is found. */
export interface Whole {
  agreed: FactEntry['value'];
  found: FactEntry['value'];
}

/** One thing that was agreed about a cluster. Collecting is a pure function of the snapshot. */
export interface Fact {
  /** Permanent; also the file's name. */
  id: string;
  title: string;
  /** The least level that it is a part of. Default: Level1. */
  tier?: Tier;
  needs: Needs;
  /**
   * Normalised: what is the same to Kubernetes is the same here, whatever its spelling or order. Where a baseline is approved, the agreement
   * says what it knows, so that what is the applications' own affair, such as their new namespaces, can be left out.
   */
  collect: (view: ClusterView, agreement: Agreement) => Omit<FactEntry, 'fact'>[];
  /** True where a difference is none, such as more nodes than were agreed; `whole`: all values of the object. Default: values differ as texts do. */
  tolerates?: (path: string, expected: string | undefined, actual: string | undefined, whole: Whole) => boolean;
  /** True where an agreed object may be gone, such as a pool that an autoscaler has emptied. Default: that is drift. */
  mayBeGone?: (agreed: FactEntry['value'], object: string) => boolean;
  /** How long a difference must hold before it is drift, milliseconds; `gone` for a missing value or object. Default: none, it is drift at once. */
  holdMs?: (path: string, gone: boolean) => number;
  /** Where the value at a path of an object is written; undefined where Kubernetes does not say. */
  source: (object: string, path: string, expected: string, view: ClusterView) => Source | undefined;
  /** The small change that brings a difference back to what was agreed; undefined where there is none. `expected` is '' for what was not there. */
  correct?: (difference: { object: string; path: string; expected: string }, agreement: Agreement) => Correction | undefined;
}

/** The name in `Kind/name`. */
export function nameOf(object: string): string {
  return object.slice(object.indexOf('/') + 1);
}

/** The object that a fact's spelling names, and fields of it; undefined for what is no object of the API. */
export function sourceOf(object: string, fields: readonly string[]): Source | undefined {
  const target = eventTargetOf(object);
  return target && { ...target, fields };
}

/** The field of an entry in a list that Kubernetes merges by `name`, such as a container's. */
export function keyed(name: string): string {
  return `k:${JSON.stringify({ name })}`;
}
