import type { z } from 'zod';
import type { Cause, Severity, Stage, Tier } from '../api/v1alpha1/fields.ts';
import type { ResourceType } from '../kube/types.ts';
import type { ClusterView, Needs } from '../observe/cluster-view.ts';
import type { Agreement, TemplateRef } from './agreement.ts';
import type { Area } from './areas.ts';

/** What a check sees wrong now with one object. Whether and when it becomes a finding is not the check's business. */
export interface Observation {
  /** Kind/namespace/name, Kind/name, or Cluster/<name>. */
  object: string;
  /** CamelCase constant. With check, cluster and object it is the finding's identity. */
  reason: string;
  /** Where it is not the check's default. */
  severity?: Severity;
  /** Names object, value, threshold and what to do; the same for as long as the state is the same. At most 1,024 characters are kept. */
  message: string;
  /** Since when, where Kubernetes keeps that time; absent: since it was first seen. */
  since?: Temporal.Instant | undefined;
  /** That time moves while the state goes on, as with each new attempt: the first sight is what counts and is remembered. */
  dateMoves?: boolean;
  /** For how long it must hold, where that is not the check's `for`; milliseconds. */
  holdMs?: number;
  /** Not known at the moment, as while it is tried again: what was found of it stays as it was, and nothing opens. */
  uncertain?: boolean;
  /** Of a failed delivery: where and by what it is broken. No part of the finding's identity. */
  stage?: Stage;
  cause?: Cause;
  /** Of a failed delivery: what to look at first, such as `Secret flux-system/git`; never a credential. */
  subject?: string;
  /** Name of the alert that this is about: left out while a check that judges the matter itself (`alerts`) sees the same object. */
  alert?: string;
}

/** A small change that mends what a check or fact found, and can be taken back. */
export type Correction = CorrectionTarget & (Patching | Copying);

export interface CorrectionTarget {
  /** Kind/namespace/name or Kind/name. */
  object: string;
  /** What the approved baseline must state for the operator to make the change itself; mostly the object. */
  knownAs: string;
  type: ResourceType;
  name: string;
  namespace?: string;
  /** Of the observation that it mends, where the check makes several. */
  reason?: string;
  /** The same for a person. */
  command: string;
}

/** Changes an object that is there. */
export interface Patching {
  /** As a JSON merge patch: what it does not name stays as it is. */
  patch: Readonly<Record<string, unknown>>;
}

/** Creates an object that is not there. */
export interface Copying {
  /** The object of the same type whose spec it gets. */
  copyOf: TemplateRef;
}

/** `undefined` in a list of observations would be a pass; what cannot be judged must be said. */
export type Evaluation =
  | { observations: Observation[]; unknown?: string; corrections?: Correction[] }
  | { outcome: 'NotApplicable' | 'Unknown'; message: string };

export interface CheckContext<P> {
  view: ClusterView;
  parameters: P;
  now: Temporal.Instant;
  agreement: Agreement;
  /** The check's `for` as the coverage sets it, milliseconds. */
  holdMs: number;
}

/** What is left of a check's context for what several checks share. */
export type Context = Pick<CheckContext<unknown>, 'view' | 'agreement' | 'now'>;

/** What every check says about itself; docs, RBAC, conditions and metrics come from it. */
export interface CheckMetadata {
  /** Permanent; also the file's name and the docs page's. */
  id: string;
  area: Area;
  tier: Tier;
  /** A phrase: what is wrong when it fires. */
  title: string;
  /** Severity of an observation that names none. */
  severity: Severity;
  /** How long a state must hold before a finding opens, a Kubernetes duration. */
  for: string;
  needs: Needs;
  /** What to do about a finding, in a sentence or two. */
  remediation: string;
  /** Where thresholds and rules come from. */
  references: readonly string[];
  /** Names of alerts whose matter this check judges itself, object by object. */
  alerts?: readonly string[];
}

/** A check is a pure function of the snapshot: no I/O, no clock but its context's. */
export interface Check<P = unknown> extends CheckMetadata {
  /** One field a parameter, made with parameters.ts, so that values given as strings are checked and documented. */
  parameters: z.ZodType<P>;
  evaluate: (context: CheckContext<P>) => Evaluation;
}

/** Ties the type of a check's parameters to its function; in the catalogue all checks have the same type. */
export function defineCheck<P>(check: Check<P>): Check {
  return { ...check, evaluate: (context) => check.evaluate({ ...context, parameters: context.parameters as P }) };
}
