import type { Transport } from '../../kube/transport.ts';
import type { ResourceName, View } from '../catalogue.ts';
import type { Feature } from '../features.ts';

/** A rule of RBAC. */
export interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

export interface ProbeContext<T> {
  transport: Transport;
  /** Aborts when the probe takes too long. */
  signal: AbortSignal;
  now: Temporal.Instant;
  /** What is watched; a check that asks for the probe needs those resources too. */
  list<K extends ResourceName>(resource: K): readonly View<K>[];
  /** What it answered the last time, for what only grows or changes. */
  before: T | undefined;
}

/** Something that cannot be watched and is asked for once a pass. */
export interface Probe<T> {
  /** What it needs in the whole cluster. */
  rules: readonly PolicyRule[];
  /** Rules in single namespaces. */
  namespaceRules?: Readonly<Record<string, readonly PolicyRule[]>>;
  /** Asked only where this switch is on. */
  feature?: Feature;
  /** Takes long, and is as good some seconds later: asked as soon as the watches begin, and the first pass takes that answer. Lists nothing. */
  early?: true;
  /** Throws KubeError: NotFound means that the cluster has no such thing, Forbidden that it may not be asked; anything else is no answer. */
  ask(context: ProbeContext<T>): Promise<T>;
}
