import type { CheckReport, Finding } from '../api/v1alpha1/coveragereport.ts';
import type { SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { lastCounted, type Moment } from '../findings/accounting-periods.ts';
import { dueWork, type Maintenance, maintenanceChecks } from './maintenance.ts';
import type { Span, Windows } from './windows.ts';

/** What the checks of all clusters say in a pass. */
export interface Look {
  now: Temporal.Instant;
  checks: readonly Pick<CheckReport, 'check' | 'outcome'>[];
  findings: readonly Finding[];
}

/** After a longer absence nobody can say what was due in the windows before; it also bounds the search. */
const lookBack = { hours: 31 * 24 };
/** A window lasts a week at most; one that touches others is taken to have begun so long ago. */
const longest = { hours: 8 * 24 };

/**
 * What became of the maintenance windows that ended since the pass before, judged by the first look after their end: kept where nothing is
 * due, missed where something is that was due when the window began. Neither is said where work became due meanwhile, where a check of
 * targets cannot judge, where nothing was agreed that can be due, or where the spec is another than in the pass before.
 */
export function momentsSince(
  previous: SupportCoverageStatus | undefined,
  generation: number | undefined,
  maintenance: Maintenance,
  look: Look,
): Moment[] {
  const { windows, hasTargets } = maintenance;
  if (!windows || !hasTargets || !previous?.lastCheckTime || previous.observedGeneration !== generation) return [];
  return endedBetween(windows, since(previous, previous.lastCheckTime, look.now), look.now).flatMap((span) => {
    const result = resultOf(span.from, look);
    return result ? [{ endedAt: span.to, result }] : [];
  });
}

function resultOf(beganAt: Temporal.Instant, { checks, findings }: Look): Moment['result'] | undefined {
  const due = dueWork(findings).filter(
    ({ coverage, scope, exception }) => coverage === 'Covered' && scope === 'Support' && exception === undefined,
  );
  if (due.some(({ firstSeen }) => Temporal.Instant.compare(Temporal.Instant.from(firstSeen), beganAt) <= 0)) return 'Missed';
  const judges = checks.filter(({ check }) => maintenanceChecks.includes(check));
  return due.length === 0 && judges.length > 0 && judges.every(({ outcome }) => outcome !== 'Unknown') ? 'Kept' : undefined;
}

/** The pass before, but never before a window that was counted: the clock may have gone back since. */
function since(previous: SupportCoverageStatus, lastCheckTime: string, now: Temporal.Instant): Temporal.Instant {
  const counted = lastCounted(previous);
  // What a clock far ahead has counted would keep everything until then from being counted.
  const holds = counted && Temporal.Instant.compare(counted, now.add(lookBack)) <= 0;
  return [now.subtract(lookBack), Temporal.Instant.from(lastCheckTime), ...(holds ? [counted] : [])].reduce((last, time) =>
    Temporal.Instant.compare(time, last) > 0 ? time : last,
  );
}

/** Windows that ended after `from`, and not after `now`, in order; each from its beginning. */
function endedBetween(windows: Windows, from: Temporal.Instant, now: Temporal.Instant): Span[] {
  // What is still open at the end of the search has not ended.
  return windows
    .between(from.subtract(longest), now.add({ seconds: 1 }))
    .filter(({ to }) => Temporal.Instant.compare(to, from) > 0 && Temporal.Instant.compare(to, now) <= 0);
}
