import { weekdays } from '../api/v1alpha1/supportcoverage.ts';
import type { SettingProblem } from '../checks/run.ts';
import { parseDuration } from '../kube/duration.ts';

export type Weekday = (typeof weekdays)[number];

/** A window that comes back every week. It belongs to the days it starts on, and may cross midnight. */
export interface WindowRule {
  days: readonly Weekday[];
  /** Local time, `22:00`. */
  start: string;
  /** Of time that passes: a window over a change of the clocks is as long as any other. */
  duration: string;
}

/** From inclusive, to exclusive. */
export interface Span {
  from: Temporal.Instant;
  to: Temporal.Instant;
}

export interface WindowState {
  open: boolean;
  /** Since when it is open. */
  since?: Temporal.Instant;
  /** When that changes; undefined: never, as far as can be seen. */
  next: Temporal.Instant | undefined;
}

/** When windows are open. */
export interface Windows {
  at(now: Temporal.Instant): WindowState;
  /** What is open of the time from one instant to another, in order; what touches or overlaps is one. */
  between(from: Temporal.Instant, to: Temporal.Instant): Span[];
}

/** What keeps windows closed that the rules would open. */
export interface Closures {
  /** Within these nothing is open. */
  exclusions?: readonly Span[];
  /** Local dates, `2026-12-25`: what starts on one does not open; what started the day before goes on past midnight. */
  closedDates?: readonly string[];
}

/** Far enough for a yearly exclusion; what does not open within that does not open. */
const horizonsInDays = [15, 60, 400];
/** A window lasts a week at most, so nothing that began earlier is still open. */
const lookBackDays = 8;

/** Throws a RangeError for a time zone or a start that does not exist. */
export function createWindows(
  rules: readonly WindowRule[],
  timeZone: string,
  { exclusions = [], closedDates = [] }: Closures = {},
): Windows {
  assertTimeZone(timeZone);
  const closed = new Set(closedDates);
  const parsed = rules.map((rule) => ({
    days: new Set(rule.days),
    start: Temporal.PlainTime.from(rule.start),
    durationMs: parseDuration(rule.duration) ?? 0,
  }));

  /** Every window that is open at some time of these days, or up to its end where it outlasts them. */
  function spans(first: Temporal.PlainDate, last: Temporal.PlainDate): Span[] {
    const found: Span[] = [];
    for (let date = first.subtract({ days: lookBackDays }); !isLater(date, last); date = date.add({ days: 1 })) {
      const day = weekdays[date.dayOfWeek - 1] as Weekday;
      const starting = parsed.filter(({ days }) => days.has(day));
      if (starting.length === 0 || closed.has(date.toString())) continue;
      for (const { start, durationMs } of starting) {
        // Where the clocks skip the start, the window begins as much later; where it comes twice, with the first.
        const from = date.toZonedDateTime({ timeZone, plainTime: start }).toInstant();
        found.push({ from, to: from.add({ milliseconds: durationMs }) });
      }
    }
    return without(merged(found), exclusions);
  }

  /** What is open of so many days from a day on: that day is asked about many times. */
  let recent: { today: Temporal.PlainDate; spans: Map<number, Span[]> } | undefined;
  function ahead(today: Temporal.PlainDate, days: number): Span[] {
    if (!recent?.today.equals(today)) recent = { today, spans: new Map() };
    return recent.spans.getOrInsertComputed(days, () => spans(today, today.add({ days })));
  }

  const dateOf = (instant: Temporal.Instant) => instant.toZonedDateTimeISO(timeZone).toPlainDate();

  return {
    at: (now) => {
      const today = dateOf(now);
      let furthest: WindowState = { open: false, next: undefined };
      for (const days of horizonsInDays) {
        const last = today.add({ days });
        const state = stateAt(ahead(today, days), now);
        const horizon = last.toZonedDateTime(timeZone).toInstant();
        // What ends where the search does may as well go on.
        if (state.next && !isAfter(state.next, horizon)) return state;
        furthest = state;
      }
      return { ...furthest, next: undefined };
    },
    between: (from, to) =>
      spans(dateOf(from), dateOf(to))
        .map((span) => ({ from: later(span.from, from), to: earlier(span.to, to) }))
        .filter((span) => isAfter(span.to, span.from)),
  };
}

/** Throws a RangeError for a time zone that does not exist. */
export function assertTimeZone(timeZone: string): void {
  Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone);
}

/** What a person is told of a time zone that does not exist. */
export function noTimeZone(path: string, timeZone: string): SettingProblem {
  return { path, message: `${JSON.stringify(timeZone)} is not a time zone; write an IANA name such as Europe/Amsterdam` };
}

function stateAt(spans: readonly Span[], now: Temporal.Instant): WindowState {
  const current = spans.find(({ from, to }) => !isAfter(from, now) && isAfter(to, now));
  if (current) return { open: true, since: current.from, next: current.to };
  return { open: false, next: spans.find(({ from }) => isAfter(from, now))?.from };
}

/** In order, with those that touch or overlap made one. */
function merged(spans: Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.sort((a, b) => Temporal.Instant.compare(a.from, b.from))) {
    const last = result.at(-1);
    if (!last || isAfter(span.from, last.to)) result.push({ ...span });
    else if (isAfter(span.to, last.to)) last.to = span.to;
  }
  return result;
}

function without(spans: readonly Span[], exclusions: readonly Span[]): Span[] {
  return exclusions.reduce<Span[]>(
    (left, excluded) =>
      left
        .flatMap(({ from, to }) => [
          { from, to: earlier(to, excluded.from) },
          { from: later(from, excluded.to), to },
        ])
        .filter(({ from, to }) => isAfter(to, from)),
    [...spans],
  );
}

function isLater(a: Temporal.PlainDate, b: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(a, b) > 0;
}

function isAfter(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) > 0;
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return isAfter(a, b) ? b : a;
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return isAfter(a, b) ? a : b;
}
