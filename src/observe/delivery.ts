import { redact, shortened } from '../kube/redact.ts';
import type { Condition, ObjectMeta } from '../kube/types.ts';
import type { Run } from './runs.ts';

/**
 * What is delivered: a source, an application, a release, a pipeline, a set of runners. Every tool's objects are kept in this one shape; to
 * read another tool is to write one file that makes it.
 */
export interface DeliveryView {
  kind: string;
  name: string;
  namespace: string;
  state: DeliveryState;
  /** RFC 3339: since when, as the tool dates it, which may be no more than its last attempt. */
  since?: string | undefined;
  /** Why it is Failing. */
  failure?: DeliveryFailure | undefined;
  /** Where it comes from, without credentials; '' where that is not said. */
  source: string;
  /** `namespace/name` of the Secret that it logs in with; '' where it names none, absent where that is written elsewhere. */
  secret?: string;
  /** What was delivered, or tried; '' where that is not said. */
  revision: string;
  /** RFC 3339. */
  lastSuccessAt?: string | undefined;
  /** Another delivery, or a controller, made it and keeps it: who agreed on that one agreed on this. */
  owned: boolean;
  /** `Kind/namespace/name` of what it says that it waits for. */
  waitsFor: readonly string[];
  /** Of what runs again and again: how its last runs ended, the latest last; at most 100. */
  runs?: readonly Run[];
}

/** Progressing: an attempt goes on, whatever the last one came to. Suspended: somebody wants it to stand still. */
export type DeliveryState = 'Healthy' | 'Failing' | 'Progressing' | 'Suspended' | 'OutOfSync';

export interface DeliveryFailure {
  /** Of the condition, as the tool writes it; where the tool gives none, what its state is called. */
  reason: string;
  /** At most 2,048 characters; it may hold anything, and is looked at, never shown. */
  text: string;
}

const longestText = 2048;

export function failureOf(reason: unknown, text: unknown): DeliveryFailure {
  return {
    reason: typeof reason === 'string' ? reason.slice(0, 128) : '',
    text: typeof text === 'string' ? shortened(text, longestText) : '',
  };
}

/** A `status.conditions`, of which nothing is certain. */
export type Conditions = readonly Partial<Condition>[] | undefined;

export function conditionOf(conditions: Conditions, type: string): Partial<Condition> | undefined {
  return Array.isArray(conditions) ? conditions.find((condition: Partial<Condition>) => condition?.type === type) : undefined;
}

/** Longer than any server takes: what a part of it would show cannot be told. */
const longestAddress = 2048;

/** An address as it may be shown, at most 512 characters; '' for what is none. */
export function addressOf(url: unknown): string {
  return typeof url === 'string' && url.length <= longestAddress ? redact(url).slice(0, 512) : '';
}

/** What names a version, as it is written; '' for what is no text or longer than any such name. */
export function revisionOf(text: unknown): string {
  return typeof text === 'string' && text.length <= 512 ? text : '';
}

/** Marks by which Flux and Argo CD know what they have applied. */
const marks = [
  ...['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name'],
  ...['argocd.argoproj.io/instance', 'argocd.argoproj.io/tracking-id'],
];

/** True for an object that a controller or another delivery made. */
export function isOwned({ ownerReferences, labels, annotations }: ObjectMeta = {}): boolean {
  return (ownerReferences ?? []).length > 0 || marks.some((mark) => labels?.[mark] !== undefined || annotations?.[mark] !== undefined);
}
