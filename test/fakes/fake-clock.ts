import type { Clock } from '../../src/runtime/clock.ts';

/** A clock that moves only when told to, so that a test of hours takes milliseconds. */
export interface FakeClock extends Clock {
  /** Lets `ms` pass: timers run in the order in which they are due, each at its own time, and what they set off settles before the next. */
  advance(ms: number): Promise<void>;
  /** Lets `ms` pass without serving any timer, as in a process that is stopped or blocked; overdue timers run with the next `advance`. */
  freeze(ms: number): void;
  /** Moves the wall clock alone, as a correction by NTP or by hand does; timers and monotonic time do not notice. */
  setNow(instant: Temporal.Instant): void;
  /** Waits until every promise that needs no further time has settled. */
  settle(): Promise<void>;
  /** Timers that still wait. */
  readonly pending: number;
  /** Milliseconds until the first of them; undefined where none waits. */
  readonly nextIn: number | undefined;
}

interface Timer {
  at: number;
  callback: () => void;
}

/** Monotonic time starts at an arbitrary number, so that a test which takes it for a date fails. */
export function createFakeClock(start = '2026-03-02T08:00:00Z'): FakeClock {
  const timers = new Set<Timer>();
  let monotonic = 1_000_000;
  let wallOffset = Temporal.Instant.from(start).epochMilliseconds - monotonic;

  async function advance(ms: number): Promise<void> {
    const target = monotonic + ms;
    await settle();
    for (let timer = earliest(timers, target); timer; timer = earliest(timers, target)) {
      timers.delete(timer);
      monotonic = Math.max(monotonic, timer.at);
      timer.callback();
      await settle();
    }
    monotonic = Math.max(monotonic, target);
  }

  return {
    now: () => Temporal.Instant.fromEpochMilliseconds(Math.round(wallOffset + monotonic)),
    monotonic: () => monotonic,
    after: (ms, callback) => {
      const timer = { at: monotonic + Math.max(0, ms), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance,
    freeze: (ms) => {
      monotonic += ms;
    },
    setNow: (instant) => {
      wallOffset = instant.epochMilliseconds - monotonic;
    },
    settle,
    get pending() {
      return timers.size;
    },
    get nextIn() {
      const first = earliest(timers, Number.POSITIVE_INFINITY);
      return first && Math.max(0, first.at - monotonic);
    },
  };
}

/** The first timer due at or before `limit`; of several for one moment the one set first (a Set keeps that order). */
function earliest(timers: Set<Timer>, limit: number): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) if (timer.at <= limit && (!first || timer.at < first.at)) first = timer;
  return first;
}

/** A turn of the event loop empties the queue of promises first; the second turn is for what needed setImmediate itself. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
