import { runAtAnnotation, type SupportCoverage, type SupportCoverageStatus, type Trigger } from '../api/v1alpha1/supportcoverage.ts';
import type { Plan } from './plan.ts';

/** A scheduled run that begins later than this was missed, because the operator was away, and is made up once. */
const missedAfterMs = 60_000;

export interface DueInput {
  plan: Plan;
  coverage: SupportCoverage;
  /** As last read or written by this process. */
  status: SupportCoverageStatus | undefined;
  /** Hash of the named baseline where it is approved, as it is now. */
  approvedHash: string | undefined;
  now: Temporal.Instant;
}

/** Why the checks must run now, or when they must. Derived from what is stored alone, so that a restart changes neither. */
export function due({ plan, coverage, status, approvedHash, now }: DueInput): { trigger: Trigger } | { at: Temporal.Instant | undefined } {
  const runAt = runAtOf(coverage);
  if (!status?.lastCheckTime) return { trigger: 'Initial' };
  if (runAt !== undefined && runAt !== status.lastHandledRunAt) return { trigger: 'Manual' };
  if (status.observedGeneration !== coverage.metadata.generation) return { trigger: 'SpecChanged' };
  if (baselineChanged(plan, status, approvedHash)) return { trigger: 'BaselineChanged' };
  const at = plan.schedule.nextAfter(Temporal.Instant.from(status.lastCheckTime));
  if (!at || Temporal.Instant.compare(at, now) > 0) return { at };
  return { trigger: now.epochMilliseconds - at.epochMilliseconds > missedAfterMs ? 'Missed' : 'Schedule' };
}

/** What the run-at annotation asks for, as far as the status can keep it: its schema allows 256 characters. */
export function runAtOf({ metadata }: SupportCoverage): string | undefined {
  return metadata.annotations?.[runAtAnnotation]?.slice(0, 256);
}

/** True where the baseline is not as the status last saw it, and the status does not say so yet. */
function baselineChanged(plan: Plan, status: SupportCoverageStatus, approvedHash: string | undefined): boolean {
  const remembered = status.clusters?.find(({ name }) => name === plan.cluster.name)?.baseline;
  const hash = remembered?.name === plan.baseline.name ? remembered.contentHash : undefined;
  const said = status.conditions?.some(({ type, reason }) => type === 'BaselineInSync' && reason.startsWith('Baseline'));
  return hash === approvedHash ? said === true && hash !== undefined : !said;
}
