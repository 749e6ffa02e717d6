import { isDeepStrictEqual } from 'node:util';
import type { SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { type ClusterOutcome, foundIn } from './status.ts';

/** The status after some of the checks were looked at between two runs: what is found now, under the run that was the last. */
export function statusBetween(
  outcomes: readonly ClusterOutcome[],
  previous: SupportCoverageStatus,
  contactProblems: readonly string[],
  now: string,
): SupportCoverageStatus {
  const accepted = previous.conditions?.filter(({ type }) => type === 'Ready' || type === 'Stalled') ?? [];
  const run = { at: now, generation: previous.observedGeneration };
  return { ...previous, ...foundIn(outcomes, previous, accepted, contactProblems, run) };
}

/** How a status differs from another: in nothing, in words and numbers of messages alone, or in what is the matter. */
export function differenceOf(status: SupportCoverageStatus, before: SupportCoverageStatus): 'None' | 'Words' | 'News' {
  if (newsIn(status) !== newsIn(before)) return 'News';
  return isDeepStrictEqual(status, before) ? 'None' : 'Words';
}

function newsIn({ conditions = [], summary, topFindings = [] }: SupportCoverageStatus): string {
  return JSON.stringify([
    conditions.map(({ type, status, reason }) => [type, status, reason]),
    Object.entries(summary ?? {}).sort(),
    topFindings.map(({ check, cluster, object, severity, scope }) => [check, cluster, object, severity, scope]),
  ]);
}
