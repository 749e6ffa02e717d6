import { runAtAnnotation, type SupportCoverage, type SupportCoverageStatus, type Trigger } from '../api/v1alpha1/supportcoverage.ts';
import type { Plan, PlannedCluster } from './plan.ts';

/** A scheduled run that begins later than this was missed, because the operator was away, and is made up once. */
const missedAfterMs = 60_000;

/** What the last checks of a cluster were run for. */
export interface Seen {
  /** RFC 3339. */
  at: string;
  runAt: string | undefined;
  generation: number | undefined;
  baseline: { name: string; contentHash?: string | undefined } | undefined;
  /** That the baseline is not as it was approved has been said. */
  saysAltered: boolean;
  /** Something was wrong with the cluster or the way to it. */
  troubled: boolean;
  /** So much so that what had been known was too old to be relied upon; undefined where that is not stored. */
  blind?: boolean | undefined;
}

export interface DueInput {
  plan: Plan;
  cluster: PlannedCluster;
  coverage: SupportCoverage;
  /** Undefined where the cluster was never looked at. */
  seen: Seen | undefined;
  /** Hash of the named baseline where it is approved, as it is now. */
  approvedHash: string | undefined;
  /** Something is wrong with the cluster or the way to it. */
  troubled: boolean;
  /** So much so that what is known is too old to be relied upon. */
  blind: boolean;
  now: Temporal.Instant;
}

/** Why the checks of a cluster must run now, or when they must. Derived from what is stored alone, so that a restart changes neither. */
export function due(input: DueInput): { trigger: Trigger } | { at: Temporal.Instant | undefined } {
  const { plan, coverage, seen, now } = input;
  const runAt = runAtOf(coverage);
  if (!seen) return { trigger: 'Initial' };
  if (runAt !== undefined && runAt !== seen.runAt) return { trigger: 'Manual' };
  if (seen.generation !== coverage.metadata.generation) return { trigger: 'SpecChanged' };
  if (baselineChanged(input.cluster, seen, input.approvedHash)) return { trigger: 'BaselineChanged' };
  if (seen.troubled !== input.troubled || (seen.blind === false && input.blind)) return { trigger: 'ClusterChanged' };
  const at = plan.schedule.nextAfter(Temporal.Instant.from(seen.at));
  if (!at || Temporal.Instant.compare(at, now) > 0) return { at };
  return { trigger: now.epochMilliseconds - at.epochMilliseconds > missedAfterMs ? 'Missed' : 'Schedule' };
}

/** What the run-at annotation asks for, as far as the status can keep it: its schema allows 256 characters. */
export function runAtOf({ metadata }: SupportCoverage): string | undefined {
  return metadata.annotations?.[runAtAnnotation]?.slice(0, 256);
}

/** What the status says of the last checks of a cluster. */
export function seenIn(status: SupportCoverageStatus | undefined, cluster: string): Seen | undefined {
  const found = status?.clusters?.find(({ name }) => name === cluster);
  if (!found?.lastCheckTime) return undefined;
  return {
    at: found.lastCheckTime,
    runAt: status?.lastHandledRunAt,
    generation: status?.observedGeneration,
    baseline: found.baseline,
    saysAltered: status?.conditions?.some(({ type, reason }) => type === 'BaselineInSync' && reason.startsWith('Baseline')) ?? false,
    troubled: found.problem !== undefined,
  };
}

/** True where the baseline is not as it was last seen, and that has not been said yet. */
function baselineChanged(cluster: PlannedCluster, { baseline, saysAltered }: Seen, approvedHash: string | undefined): boolean {
  const hash = baseline?.name === cluster.baseline.name ? baseline.contentHash : undefined;
  return hash === approvedHash ? saysAltered && hash !== undefined : !saysAltered;
}
