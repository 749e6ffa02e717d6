import type { Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Severity, Tier } from '../api/v1alpha1/fields.ts';
import type { Difference } from '../baseline/compare.ts';

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
  /** Of drift; the path is '' where the whole object is new or gone, a value is '' for what is not there. */
  difference?: Pick<Difference, 'path' | 'expected' | 'actual'>;
  /** Of drift: the module that the object is a part of, or its namespace, was not in what was agreed. */
  partOfNewModule?: boolean;
}

export type Judgement = Pick<Finding, 'scope' | 'rule' | 'coverage' | 'exception'>;

/** Says whose work something is, whether it is covered at all, and whether it is accepted for a time. */
export type Judge = (judged: Judged) => Judgement;

/**
 * True for what support answers for, itself or by the provider: it changes conditions, is counted by its severity, and somebody is told.
 * What is not covered, accepted for a time, separate project scope or the customer's own work is recorded and counted apart.
 */
export function counts({ coverage, scope, exception }: Omit<Judgement, 'rule'>): boolean {
  return coverage !== 'NotCovered' && scope !== 'Project' && scope !== 'Customer' && exception === undefined;
}

/** The namespace that an object is in, or is; undefined for what is in none. */
export function namespaceOf(object: string): string | undefined {
  const [kind, ...rest] = object.split('/');
  if (kind === 'Namespace') return rest[0];
  // Not of the API: PlatformModule/<type>/<name>, of which only workloads/<namespace>/<set> are in a namespace, and Exception/<check>/<object>.
  if (kind === 'PlatformModule') return rest[0] === 'workloads' ? rest[1] : undefined;
  return kind !== 'Exception' && rest.length === 2 ? rest[0] : undefined;
}
