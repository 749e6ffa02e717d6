import type { CheckReport, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';

/** Counts for printer columns, history and metrics. */
export interface Summary {
  critical: number;
  warning: number;
  info: number;
  /** Checks whose answer is not known. */
  unknown: number;
  drift: number;
}

export function summarise(checks: readonly CheckReport[], findings: readonly Finding[], drift: readonly Drift[]): Summary {
  const bySeverity = { critical: 0, warning: 0, info: 0 };
  for (const { severity } of findings) bySeverity[severity] += 1;
  return { ...bySeverity, unknown: checks.filter(({ outcome }) => outcome === 'Unknown').length, drift: drift.length };
}
