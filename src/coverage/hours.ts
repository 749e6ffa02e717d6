import type { WorkingHours } from '../api/v1alpha1/supportcoverage.ts';
import type { SettingProblem } from '../checks/run.ts';
import { assertTimeZone, createWindows, noTimeZone, type WindowState, type Windows } from './windows.ts';

/** When support works. */
export interface Hours {
  at(now: Temporal.Instant): WindowState;
  /** Working time between two instants, whole milliseconds; 0 where the second is not after the first. */
  elapsed(from: Temporal.Instant, to: Temporal.Instant): number;
  /**
   * The instant at which so much working time has passed since `from`: the first, so it may be the one at which the hours close. With 0, the
   * first at or after `from` at which they are open. Undefined: not within 400 days.
   */
  after(from: Temporal.Instant, ms: number): Temporal.Instant | undefined;
}

/** Hours that are always open. */
const always: Hours = {
  at: () => ({ open: true, next: undefined }),
  elapsed: (from, to) => Math.max(0, to.epochMilliseconds - from.epochMilliseconds),
  after: (from, ms) => from.add({ milliseconds: ms }),
};

/** Hours that nobody wrote down are always open. Throws a RangeError for a time zone or a start that does not exist. */
export function createHours(spec: WorkingHours | undefined): Hours {
  if (spec) assertTimeZone(spec.timeZone);
  if (!spec?.weekly?.length) return always;
  const windows = createWindows(spec.weekly, spec.timeZone, { closedDates: spec.closedDates ?? [] });
  const stretch = stretches(windows);

  function after(from: Temporal.Instant, ms: number): Temporal.Instant | undefined {
    if (ms <= 0) {
      const { open, next } = windows.at(from);
      return open ? from : next;
    }
    const begin = from.epochMilliseconds;
    let left = ms;
    for (let index = indexOf(begin); index <= indexOf(begin + horizonMs); index += 1) {
      const { workedBy, reached, total } = stretch(index);
      const before = workedBy(begin);
      if (total - before >= left) return Temporal.Instant.fromEpochMilliseconds(reached(before + left));
      left -= total - before;
    }
    return undefined;
  }

  return {
    at: windows.at,
    elapsed: (from, to) => {
      const [begin, end] = [from.epochMilliseconds, to.epochMilliseconds];
      let total = 0;
      for (let index = indexOf(begin); index <= indexOf(end) && begin < end; index += 1) {
        const { workedBy } = stretch(index);
        total += workedBy(end) - workedBy(begin);
      }
      return total;
    },
    after,
  };
}

/** What of the hours cannot be kept as it is written. */
export function hoursProblems(spec: WorkingHours | undefined, now: Temporal.Instant): SettingProblem[] {
  if (!spec) return [];
  try {
    const { open, next } = createHours(spec).at(now);
    return open || next ? [] : [{ path: 'spec.workingHours.weekly', message: 'no hours open within 400 days; see closedDates' }];
  } catch {
    return [noTimeZone('spec.workingHours.timeZone', spec.timeZone)];
  }
}

const dayMs = 86_400_000;
/** As far as windows are looked for. */
const horizonMs = 400 * dayMs;
/** Time is looked at in stretches, each once and only when somebody asks about it. */
const stretchMs = 64 * dayMs;

interface Stretch {
  /** Working time of the stretch until an instant, which may lie before or after it. */
  workedBy(at: number): number;
  /** The first instant by which so much of it has been worked; more than 0, at most the total. */
  reached(worked: number): number;
  total: number;
}

function indexOf(epochMs: number): number {
  return Math.floor(epochMs / stretchMs);
}

function stretches(windows: Windows): (index: number) => Stretch {
  const known = new Map<number, Stretch>();
  return (index) => {
    const before = known.get(index);
    if (before) return before;
    const stretch = stretchOf(windows, index * stretchMs);
    known.set(index, stretch);
    return stretch;
  };
}

function stretchOf(windows: Windows, begin: number): Stretch {
  const instant = (at: number) => Temporal.Instant.fromEpochMilliseconds(at);
  let total = 0;
  const pieces = windows.between(instant(begin), instant(begin + stretchMs)).map(({ from, to }) => {
    const piece = { from: from.epochMilliseconds, to: to.epochMilliseconds, before: total };
    total += piece.to - piece.from;
    return piece;
  });
  /** The last piece of which that holds; it holds of every piece before. */
  const last = (holds: (piece: (typeof pieces)[number]) => boolean) => {
    let [low, high] = [0, pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const piece = pieces[middle];
      if (piece && holds(piece)) low = middle + 1;
      else high = middle;
    }
    return pieces[low - 1];
  };
  return {
    total,
    workedBy: (at) => {
      const piece = last(({ from }) => from <= at);
      return piece ? piece.before + Math.min(at, piece.to) - piece.from : 0;
    },
    reached: (worked) => {
      const piece = last(({ before }) => before < worked);
      return piece ? piece.from + worked - piece.before : begin;
    },
  };
}
