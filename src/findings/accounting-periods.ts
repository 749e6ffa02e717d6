import type { AccountingMonth } from '../api/v1alpha1/coveragereport.ts';
import type { AccountingPeriod, SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { formatDuration } from '../kube/duration.ts';
import { currentPeriod, maxPastMonths, samplesOf } from './accounting.ts';
import { median, type Sampled } from './samples.ts';

/** What the status of a coverage says of its months. */
export type Accounts = Pick<SupportCoverageStatus, 'accounting' | 'accountingHistory'>;

/** A maintenance window that is over, and what became of the work in it. */
export interface Moment {
  endedAt: Temporal.Instant;
  result: 'Kept' | 'Missed';
}

type Maintenance = AccountingPeriod['maintenance'];

/**
 * The accounts of a coverage after a pass. `months` are those of the reports of all its clusters; `moments` the maintenance windows that
 * ended since the pass before, which are counted once since the time of the pass is written together with them.
 */
export function accountsAfter(
  before: Accounts | undefined,
  months: readonly (readonly AccountingMonth[])[],
  moments: readonly Moment[],
  now: Temporal.Instant,
  timeZone: string,
): Accounts {
  const known = [...(before?.accounting ? [before.accounting] : []), ...(before?.accountingHistory ?? [])];
  const period = currentPeriod(now, timeZone, [...known, ...months.flat()]);
  const current = periodOf(
    period,
    months.flat().filter((month) => month.period >= period),
    maintenanceFrom(known, period),
  );
  const past = known
    .filter((entry) => entry.period < period)
    .map((entry) => (entry === before?.accounting ? ended(entry, months.flat()) : entry));
  const [accounting, ...history] = moments.reduce<AccountingPeriod[]>(
    (all, moment) => withMoment(all, moment, timeZone),
    [current, ...past],
  );
  return {
    ...(accounting ? { accounting } : {}),
    ...(history.length > 0 ? { accountingHistory: history.slice(0, maxPastMonths) } : {}),
  };
}

/**
 * The accounts between two passes: what was acknowledged since counts in the month that goes on, of which only reports that are not over keep
 * enough for medians. A new month is begun by a pass.
 */
export function accountsMeanwhile(
  before: Accounts,
  months: readonly (readonly AccountingMonth[])[],
  now: Temporal.Instant,
  timeZone: string,
): Accounts {
  const goesOn = currentPeriod(now, timeZone, months.flat()) === before.accounting?.period;
  return goesOn ? accountsAfter(before, months, [], now, timeZone) : before;
}

/** Sums one month of several clusters. */
function periodOf(period: string, months: readonly AccountingMonth[], maintenance: Maintenance): AccountingPeriod {
  const opened = sumOf(months.map((month) => month.opened));
  const resolved = sumOf(months.map((month) => month.resolved));
  const beyond = [...opened].flatMap(([key, amount]): [string, number][] =>
    key.startsWith('BeyondTier/') ? [[key.slice('BeyondTier/'.length), amount]] : [],
  );
  const samples = months.map(samplesOf);
  const toAcknowledge = medianOf(samples.map((sampled) => sampled.toAcknowledge));
  const toResolve = medianOf(samples.map((sampled) => sampled.toResolve));
  return {
    period,
    opened: bySeverity(opened),
    resolved: bySeverity(resolved),
    excepted: totalOf(opened, 'Excepted'),
    outOfScope: {
      notCovered: totalOf(opened, 'NotCovered'),
      project: totalOf(opened, 'Project'),
      customer: totalOf(opened, 'Customer'),
      provider: totalOf(opened, 'Provider'),
    },
    ...(beyond.length > 0 ? { beyondTier: Object.fromEntries(beyond.sort()) } : {}),
    ...(toAcknowledge === undefined ? {} : { medianTimeToAcknowledge: toAcknowledge }),
    ...(toResolve === undefined ? {} : { medianTimeToResolve: toResolve }),
    maintenance,
  };
}

/**
 * A month that is over, from the reports once more: its last pass may be in a report and, after a crash, not in the status. Reports keep
 * no samples of a month that is over, so with several clusters the medians stay those that the status had.
 */
function ended(entry: AccountingPeriod, months: readonly AccountingMonth[]): AccountingPeriod {
  const of = months.filter(({ period }) => period === entry.period);
  if (of.length === 0) return entry;
  const { medianTimeToAcknowledge, medianTimeToResolve } = entry;
  return {
    ...periodOf(entry.period, of, entry.maintenance),
    ...(of.length > 1 && medianTimeToAcknowledge ? { medianTimeToAcknowledge } : {}),
    ...(of.length > 1 && medianTimeToResolve ? { medianTimeToResolve } : {}),
  };
}

/** Counted in the month in which the window ended, though it may be over, or have passed without a check. */
function withMoment(all: readonly AccountingPeriod[], { endedAt, result }: Moment, timeZone: string): AccountingPeriod[] {
  const month = currentPeriod(endedAt, timeZone, []);
  const newest = all[0]?.period;
  const period = newest !== undefined && month > newest ? newest : month;
  const entry = all.find((one) => one.period === period) ?? periodOf(period, [], { kept: 0, missed: 0 });
  const { kept, missed } = entry.maintenance;
  const maintenance = {
    kept: result === 'Kept' ? kept + 1 : kept,
    missed: result === 'Missed' ? missed + 1 : missed,
    lastEnd: `${endedAt}`,
  };
  const counted = { ...entry, maintenance };
  return [...all.filter((one) => one.period !== period), counted].sort((a, b) => (a.period < b.period ? 1 : -1));
}

/** What goes into a month from those that were begun: its own, and of those that a clock far ahead began. */
function maintenanceFrom(known: readonly AccountingPeriod[], period: string): Maintenance {
  const open = known.filter((entry) => entry.period >= period).map(({ maintenance }) => maintenance);
  const lastEnd = open.find((maintenance) => maintenance.lastEnd !== undefined)?.lastEnd;
  return {
    kept: open.reduce((sum, { kept }) => sum + kept, 0),
    missed: open.reduce((sum, { missed }) => sum + missed, 0),
    ...(lastEnd ? { lastEnd } : {}),
  };
}

/** End of the last maintenance window that was counted, in any month. */
export function lastCounted({ accounting, accountingHistory }: Accounts): Temporal.Instant | undefined {
  const entries = [...(accounting ? [accounting] : []), ...(accountingHistory ?? [])];
  const lastEnd = entries.find(({ maintenance }) => maintenance.lastEnd !== undefined)?.maintenance.lastEnd;
  return lastEnd === undefined ? undefined : Temporal.Instant.from(lastEnd);
}

function sumOf(counts: readonly AccountingMonth['opened'][]): Map<string, number> {
  const total = new Map<string, number>();
  for (const of of counts) for (const [key, amount] of Object.entries(of)) total.set(key, (total.get(key) ?? 0) + amount);
  return total;
}

function bySeverity(counts: ReadonlyMap<string, number>): AccountingPeriod['opened'] {
  const of = (severity: string) => counts.get(`Support/${severity}`) ?? 0;
  return { critical: of('critical'), warning: of('warning'), info: of('info') };
}

function totalOf(counts: ReadonlyMap<string, number>, first: string): number {
  return [...counts].reduce((sum, [key, amount]) => (key.startsWith(`${first}/`) ? sum + amount : sum), 0);
}

function medianOf(groups: readonly Sampled[]): string | undefined {
  const seconds = median(groups);
  return seconds === undefined ? undefined : formatDuration(seconds * 1000);
}
