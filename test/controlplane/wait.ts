import { inspect } from 'node:util';
import { type Clock, delay, systemClock } from '../../src/runtime/clock.ts';

export interface WaitOptions {
  /** How long to wait in all, in milliseconds. Default 30,000. */
  deadlineMs?: number;
  /** Pause between two probes, in milliseconds. Default 100. */
  intervalMs?: number;
  clock?: Clock;
}

/** Notes what a probe saw, for the error message should the deadline pass, and returns it. */
export type See = <T>(value: T) => T;

/** Enough of an object to find the cause in, not so much that it hides the rest of the test's output. */
const shownCharacters = 2000;

type Outcome<T> = { found: Exclude<T, undefined | false> } | { failed: unknown } | { late: true } | undefined;

async function attempt<T>(probe: (see: See) => Promise<T> | T, see: See): Promise<Outcome<T>> {
  try {
    const value = await probe(see);
    return value === undefined || value === false ? undefined : { found: value as Exclude<T, undefined | false> };
  } catch (error) {
    return { failed: error };
  }
}

function describe(seen: unknown): string {
  if (seen instanceof Error) return `an error: ${seen.message}`;
  const text = typeof seen === 'string' ? seen : inspect(seen, { depth: 8, breakLength: 120 });
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)} …` : text;
}

/**
 * Calls `probe` until it returns something other than undefined or false, and resolves with that. A probe that throws is tried again.
 * A probe that hangs does not extend the deadline.
 *
 * @param description what is waited for, to complete "waited 30 s for …"
 * @throws Error when the deadline passes; the message says what the probe last saw: what it passed to `see`, or what it threw.
 */
export async function waitFor<T>(
  description: string,
  probe: (see: See) => Promise<T> | T,
  { deadlineMs = 30_000, intervalMs = 100, clock = systemClock }: WaitOptions = {},
): Promise<Exclude<T, undefined | false>> {
  let seen: unknown = 'nothing';
  const see: See = (value) => {
    seen = value;
    return value;
  };
  const end = clock.monotonic() + deadlineMs;
  let cancel: () => void = () => undefined;
  const late = new Promise<Outcome<T>>((resolve) => {
    cancel = clock.after(deadlineMs, () => resolve({ late: true }));
  });
  try {
    for (;;) {
      const outcome = await Promise.race([attempt(probe, see), late]);
      if (outcome && 'found' in outcome) return outcome.found;
      if (outcome && 'failed' in outcome) seen = outcome.failed;
      if ((outcome && 'late' in outcome) || clock.monotonic() + intervalMs > end) break;
      await delay(clock, intervalMs);
    }
  } finally {
    cancel();
  }
  throw new Error(`waited ${deadlineMs / 1000} s for ${description}; last seen: ${describe(seen)}`);
}
