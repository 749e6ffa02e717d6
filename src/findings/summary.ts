import type { CheckReport, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { counts } from './judge.ts';

/** Counts for printer columns, history and metrics. All but the last two are of what support answers for. */
export interface Summary {
  critical: number;
  warning: number;
  info: number;
  /** Checks of the tier whose answer is not known. */
  unknown: number;
  drift: number;
  /** Findings and drift outside the scope or beyond the tier. */
  notCovered: number;
  /** Findings and drift that are covered and separate project scope. */
  projectScope: number;
}

export function summarise(checks: readonly CheckReport[], findings: readonly Finding[], drift: readonly Drift[]): Summary {
  const bySeverity = { critical: 0, warning: 0, info: 0 };
  for (const { severity } of findings.filter(counts)) bySeverity[severity] += 1;
  const recorded = [...findings.filter(({ exception }) => exception === undefined), ...drift];
  return {
    ...bySeverity,
    unknown: checks.filter(({ outcome, coverage }) => outcome === 'Unknown' && coverage !== 'NotCovered').length,
    drift: drift.filter(counts).length,
    notCovered: recorded.filter(({ coverage }) => coverage === 'NotCovered').length,
    projectScope: recorded.filter(({ coverage, scope }) => coverage !== 'NotCovered' && scope === 'Project').length,
  };
}
