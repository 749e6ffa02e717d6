import type { Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Severity, Tier } from '../api/v1alpha1/fields.ts';

/** What is judged: a finding of a check, or a difference from the baseline. */
export interface Judged {
  kind: 'Finding' | 'Drift';
  /** Id of the check or fact. */
  check: string;
  tier: Tier;
  /** Kind/namespace/name, Kind/name, or Cluster/<name>. */
  object: string;
  /** Of a finding. */
  reason?: string;
  severity: Severity;
  /** Of drift: the object is new, and was not in what was agreed. */
  added?: boolean;
}

export type Judgement = Pick<Finding, 'scope' | 'rule' | 'coverage' | 'exception'>;

/** Says whose work something is, whether it is covered at all, and whether it is accepted for a time. */
export type Judge = (judged: Judged) => Judgement;
