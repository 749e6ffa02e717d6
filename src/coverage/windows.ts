import { weekdays } from '../api/v1alpha1/supportcoverage.ts';
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
}

/** Far enough for a yearly exclusion; what does not open within that does not open. */
const horizonsInDays = [15, 60, 400];
/** A window lasts a week at most, so nothing that began earlier is still open. */
const lookBackDays = 8;

/** Throws a RangeError for a time zone or a start that does not exist. */
export function createWindows(rules: readonly WindowRule[], exclusions: readonly Span[], timeZone: string): Windows {
  const parsed = rules.map((rule) => ({
    days: new Set(rule.days),
    start: Temporal.PlainTime.from(rule.start),
    durationMs: parseDuration(rule.duration) ?? 0,
  }));

  function spans(today: Temporal.PlainDate, days: number): Span[] {
    const found: Span[] = [];
    for (let offset = -lookBackDays; offset <= days; offset += 1) {
      const date = today.add({ days: offset });
      for (const { days: on, start, durationMs } of parsed) {
        if (!on.has(weekdays[date.dayOfWeek - 1] as Weekday)) continue;
        // Where the clocks skip the start, the window begins as much later; where it comes twice, with the first.
        const from = date.toZonedDateTime({ timeZone, plainTime: start }).toInstant();
        found.push({ from, to: from.add({ milliseconds: durationMs }) });
      }
    }
    return without(merged(found), exclusions);
  }

  return {
    at: (now) => {
      const today = now.toZonedDateTimeISO(timeZone).toPlainDate();
      let last: WindowState = { open: false, next: undefined };
      for (const days of horizonsInDays) {
        const state = stateAt(spans(today, days), now);
        const horizon = today.add({ days }).toZonedDateTime(timeZone).toInstant();
        // What ends where the search does may as well go on.
        if (state.next && !isAfter(state.next, horizon)) return state;
        last = state;
      }
      return { ...last, next: undefined };
    },
  };
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

function isAfter(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) > 0;
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return isAfter(a, b) ? b : a;
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return isAfter(a, b) ? a : b;
}
