import type { AccountingMonth, CheckReport, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Tier } from '../api/v1alpha1/fields.ts';
import { covers } from '../checks/areas.ts';
import type { Pass } from './pass.ts';
import { addSample, maxSamples, median, type Sampled } from './samples.ts';

/** What a pass over one cluster found out, as far as it is counted. */
export interface News extends Pick<Pass, 'transitions' | 'driftOpened' | 'driftResolved'> {
  /** Every check that ran. A finding that ends because its check no longer runs was withdrawn, not resolved, and is not counted. */
  checks: readonly Pick<CheckReport, 'check' | 'area' | 'tier'>[];
  /** Findings and drift whose first acknowledgement was seen now. */
  acknowledged: readonly (Finding | Drift)[];
}

/** What of the agreement decides how things are counted. */
export interface Terms {
  tier: Tier;
  /** IANA time zone in which months are read: that of workingHours, or else UTC. */
  timeZone: string;
  /** False for an object outside the scope, which no tier would have covered. */
  isInScope: (object: string) => boolean;
}

/** So many months that are over are kept. */
export const maxPastMonths = 12;

type Counts = AccountingMonth['opened'];
type CurrentMonth = Pick<AccountingMonth, 'period' | 'opened' | 'acknowledged' | 'resolved'> & {
  secondsToAcknowledge: number[];
  secondsToResolve: number[];
};
/** What is counted of a finding or drift. */
type Counted = Pick<Finding, 'id' | 'check' | 'object' | 'severity' | 'scope' | 'coverage' | 'exception' | 'openedAt' | 'acknowledgedAt'>;

/**
 * The months of one cluster after a pass, newest first. They are written together with the findings that they count, so what a crash takes
 * it takes of both, and the next pass finds and counts it again. So `previous` is what belongs to the findings that the pass began with.
 */
export function account(
  previous: readonly AccountingMonth[] | undefined,
  news: News,
  terms: Terms,
  now: Temporal.Instant,
): AccountingMonth[] {
  const months = previous ?? [];
  const period = currentPeriod(now, terms.timeZone, months);
  const current = merged(
    period,
    months.filter((month) => month.period >= period),
  );
  const past = months.filter((month) => month.period < period).map(closed);
  const places = new Map(news.checks.map(({ check, area, tier }) => [check, { area, tier }]));
  const keyOf = (entry: Counted): string => {
    const { coverage, exception, scope, severity } = entry;
    if (coverage === 'Covered') return `${exception ? 'Excepted' : scope}/${severity}`;
    const place = places.get(entry.check);
    const wouldBeCovered = place && !covers(terms.tier, place.tier) && scope === 'Support' && terms.isInScope(entry.object);
    return wouldBeCovered ? `BeyondTier/${place.tier}/${place.area}` : `NotCovered/${severity}`;
  };
  const count = (counts: Counts, samples: number[], entry: Counted, end: Temporal.Instant) => {
    if (isMeasured(entry)) addSample(samples, measuredIn(counts), secondsBetween(Temporal.Instant.from(entry.openedAt), end), entry.id);
    increase(counts, keyOf(entry));
  };

  for (const transition of news.transitions) {
    const { type, finding } = transition;
    if (type === 'Opened') increase(current.opened, keyOf(finding));
    if (type === 'Resolved' && places.has(finding.check)) count(current.resolved, current.secondsToResolve, finding, now);
  }
  for (const entry of news.driftOpened) increase(current.opened, keyOf(ofDrift(entry)));
  for (const entry of news.driftResolved) count(current.resolved, current.secondsToResolve, ofDrift(entry), now);
  for (const entry of news.acknowledged) {
    const finding = 'fact' in entry ? ofDrift(entry) : entry;
    const at = finding.acknowledgedAt ? Temporal.Instant.from(finding.acknowledgedAt) : now;
    count(current.acknowledged, current.secondsToAcknowledge, finding, at);
  }
  return [withoutEmpty(current), ...past.slice(0, maxPastMonths)];
}

/**
 * The month to count in: that of `now`, or the newest that was begun, since what is over stays over when a clock goes back, or another
 * replica's is behind. What was begun more than a month ahead was begun by a clock that was wrong, and does not hold.
 */
export function currentPeriod(now: Temporal.Instant, timeZone: string, begun: readonly { period: string }[]): string {
  const month = now.toZonedDateTimeISO(timeZone).toPlainDate().toPlainYearMonth();
  const next = month.add({ months: 1 }).toString();
  return begun.map(({ period }) => period).reduce((newest, period) => (period > newest && period <= next ? period : newest), `${month}`);
}

/** The samples of a month, each list with how many it stands for; of a month that is over its median stands for all. */
export function samplesOf(month: AccountingMonth): { toAcknowledge: Sampled; toResolve: Sampled } {
  const { secondsToAcknowledge, secondsToResolve, medianSecondsToAcknowledge, medianSecondsToResolve } = month;
  return {
    toAcknowledge: { values: secondsToAcknowledge ?? listOf(medianSecondsToAcknowledge), of: measuredIn(month.acknowledged) },
    toResolve: { values: secondsToResolve ?? listOf(medianSecondsToResolve), of: measuredIn(month.resolved) },
  };
}

function listOf(value: number | undefined): number[] {
  return value === undefined ? [] : [value];
}

/** Of a month that is over only the medians are kept. */
function closed(month: AccountingMonth): AccountingMonth {
  const { secondsToAcknowledge: _, secondsToResolve: __, ...kept } = month;
  const { toAcknowledge, toResolve } = samplesOf(month);
  const acknowledge = median([toAcknowledge]);
  const resolve = median([toResolve]);
  return {
    ...kept,
    ...(acknowledge === undefined ? {} : { medianSecondsToAcknowledge: acknowledge }),
    ...(resolve === undefined ? {} : { medianSecondsToResolve: resolve }),
  };
}

/** One month of several: more than one only where a clock was far ahead. */
function merged(period: string, months: readonly AccountingMonth[]): CurrentMonth {
  const sum = (of: (month: AccountingMonth) => Counts) => {
    const total: Counts = {};
    for (const month of months) for (const [key, amount] of Object.entries(of(month))) increase(total, key, amount);
    return total;
  };
  return {
    period,
    opened: sum(({ opened }) => opened),
    acknowledged: sum(({ acknowledged }) => acknowledged),
    resolved: sum(({ resolved }) => resolved),
    secondsToAcknowledge: months.flatMap((month) => samplesOf(month).toAcknowledge.values).slice(0, maxSamples),
    secondsToResolve: months.flatMap((month) => samplesOf(month).toResolve.values).slice(0, maxSamples),
  };
}

function withoutEmpty({ secondsToAcknowledge, secondsToResolve, ...counts }: CurrentMonth): AccountingMonth {
  return {
    ...counts,
    ...(secondsToAcknowledge.length > 0 ? { secondsToAcknowledge } : {}),
    ...(secondsToResolve.length > 0 ? { secondsToResolve } : {}),
  };
}

/** Drift has one severity, and opens when it is first seen. */
function ofDrift(entry: Drift): Counted {
  return { ...entry, check: entry.fact, severity: 'warning', openedAt: entry.firstSeen };
}

/** Times are taken of what asks for a response of support; info changes no condition and asks for none. */
function isMeasured({ coverage, exception, scope, severity }: Counted): boolean {
  return coverage === 'Covered' && !exception && scope === 'Support' && severity !== 'info';
}

/** How many of those that are counted were measured; the same as `isMeasured`, from their keys. */
function measuredIn(counts: Counts): number {
  return (counts['Support/critical'] ?? 0) + (counts['Support/warning'] ?? 0);
}

function increase(counts: Counts, key: string, amount = 1): void {
  counts[key] = (counts[key] ?? 0) + amount;
}

/** A clock that went back makes no time negative. */
function secondsBetween(from: Temporal.Instant, to: Temporal.Instant): number {
  return Math.max(0, Math.round((to.epochMilliseconds - from.epochMilliseconds) / 1000));
}
