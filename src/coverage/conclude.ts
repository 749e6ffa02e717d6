import type { SupportCoverage, SupportCoverageStatus, Trigger } from '../api/v1alpha1/supportcoverage.ts';
import { accountsAfter } from '../findings/accounting-periods.ts';
import { stamp } from '../findings/lifecycle.ts';
import type { Pass } from '../findings/pass.ts';
import { quietMs } from '../report/coverage-report.ts';
import { coverageEvent } from '../report/events.ts';
import { conditionOf, statusAfter } from '../report/status.ts';
import { differenceOf, statusBetween } from '../report/status-between.ts';
import type { Logger } from '../runtime/logger.ts';
import { agreementProblems, outcomesOf } from './between-checks.ts';
import type { ClusterRunOptions, Ran } from './cluster-run.ts';

import { runAtOf } from './due.ts';
import type { Known } from './known.ts';
import { momentsSince } from './maintenance-moments.ts';
import type { Plan } from './plan.ts';

/** One cluster whose checks ran. `Live`: between two runs by the schedule, because something changed or has held for long enough. */
export type RanCluster = Ran & { trigger: Trigger | 'Live'; undo: () => void };

/** What is said of all clusters together once the checks of some have run. */
export interface Conclusions {
  /** Writes the status once every cluster has said something; whoever never did is waited for a minute at most. */
  conclude(
    coverage: SupportCoverage,
    plan: Plan,
    entry: Known,
    ran: readonly RanCluster[],
    durationMs: number,
    specProblem: string | undefined,
    logger: Logger,
  ): Promise<void>;
  /**
   * Writes what live looks found: at once where it is news, twice a minute where only words or numbers in messages changed, never where
   * nothing did. Returns for how long it still has to wait, milliseconds; Infinity where nothing waits.
   */
  catchUp(coverage: SupportCoverage, plan: Plan, entry: Known): Promise<number>;
}

/** `keep` writes a status and remembers it. */
export function createConclusions(
  { clock, recorder }: Pick<ClusterRunOptions, 'clock' | 'recorder'>,
  keep: (coverage: SupportCoverage, entry: Known, status: SupportCoverageStatus) => Promise<void>,
): Conclusions {
  async function conclude(
    coverage: SupportCoverage,
    plan: Plan,
    entry: Known,
    ran: readonly RanCluster[],
    durationMs: number,
    specProblem: string | undefined,
    logger: Logger,
  ): Promise<void> {
    const trigger = ran.map((one) => one.trigger).find((one) => one !== 'Live');
    if (trigger) await scheduled(coverage, plan, entry, ran, trigger, durationMs, specProblem);
    else entry.statusIsBehind = true;
    const fields = {
      trigger: trigger ?? 'Live',
      critical: entry.status?.summary?.critical,
      warning: entry.status?.summary?.warning,
      drift: entry.status?.summary?.drift,
      durationMs: Math.round(durationMs),
      checks: ran.reduce((sum, { durations }) => sum + durations.size, 0),
      slowest: slowest(ran.map(({ durations }) => durations)),
    };
    // Up to twice a second: too often to be told each time.
    const isQuiet = trigger === undefined && ran.every(({ transitions }) => transitions === 0);
    if (isQuiet) logger.debug('checks ran', fields);
    else logger.info('checks ran', fields);
  }

  async function scheduled(
    coverage: SupportCoverage,
    plan: Plan,
    entry: Known,
    ran: readonly RanCluster[],
    trigger: Trigger,
    durationMs: number,
    specProblem: string | undefined,
  ): Promise<void> {
    const outcomes = outcomesOf(entry, plan);
    if (!outcomes) return;
    const now = clock.now();
    const run = {
      ...{ trigger, at: stamp(now), durationMs },
      nextCheckTime: plan.schedule.nextAfter(now)?.toString({ smallestUnit: 'second' }),
      handledRunAt: runAtOf(coverage) ?? entry.status?.lastHandledRunAt,
      generation: coverage.metadata.generation,
    };
    const problem = specProblem ?? outcomes.map(({ facts }) => facts.baselineProblem).find((one) => one !== undefined);
    const checks = outcomes.flatMap((outcome) => outcome.checks);
    const findings = outcomes.flatMap((outcome) => outcome.findings);
    const moments = momentsSince(entry.status, run.generation, plan.maintenance, { now, checks, findings });
    const months = [...entry.clusters.values()].map(({ memory }) => memory.accounting);
    const status = {
      ...statusAfter(outcomes, entry.status, run, problem, agreementProblems(plan, entry.status?.contacts ?? [])),
      ...accountsAfter(entry.status, months, moments, now, plan.timeZone),
    };
    const news = conditionOf(status, 'Ready')?.message !== conditionOf(entry.status, 'Ready')?.message;
    try {
      await keep(coverage, entry, status);
    } catch (error) {
      // A status that cannot be written brings the checks back.
      for (const { undo } of ran) undo();
      throw error;
    }
    entry.statusIsBehind = false;
    // Only once it is in the status: with the checks would come the Event.
    if (problem && news)
      recorder.recordEvent(
        coverageEvent(
          coverage,
          'Warning',
          'SpecNotAccepted',
          `${problem}. ${specProblem ? 'The last spec that could be run goes on.' : 'The checks go on, with the baseline that was approved before if there was one.'}`,
        ),
      );
  }

  async function catchUp(coverage: SupportCoverage, plan: Plan, entry: Known): Promise<number> {
    const outcomes = entry.statusIsBehind ? outcomesOf(entry, plan) : undefined;
    if (!outcomes || !entry.status) return Number.POSITIVE_INFINITY;
    const problems = agreementProblems(plan, entry.status.contacts ?? []);
    const status = statusBetween(outcomes, entry.status, problems, stamp(clock.now()));
    const change = differenceOf(status, entry.status);
    const left = entry.statusWrittenAt + quietMs - clock.monotonic();
    if (change === 'Words' && left > 0) return left;
    if (change !== 'None') await keep(coverage, entry, status);
    entry.statusIsBehind = false;
    return Number.POSITIVE_INFINITY;
  }

  return { conclude, catchUp };
}

/** The ten checks that took longest, with their milliseconds. */
function slowest(durations: readonly Pass['durations'][]): string {
  return durations
    .flatMap((one) => [...one])
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([check, ms]) => `${check} ${ms.toFixed(1)}`)
    .join(', ');
}
