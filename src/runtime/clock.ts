/**
 * Time as a parameter. Everything that waits or dates takes a Clock, so that tests run in simulated time and never sleep.
 */
export interface Clock {
  /** Wall-clock time, for what is written down. It may jump; never measure an interval with it. */
  now(): Temporal.Instant;
  /** Monotonic milliseconds since an arbitrary origin, for intervals and deadlines. */
  monotonic(): number;
  /** Calls back once after `ms` milliseconds (0 or more); the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

/** A timer of Node that is to wait for longer (24.8 days) ends after a millisecond. */
const maxTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Temporal.Now.instant(),
  monotonic: () => performance.now(),
  after: (ms, callback) => {
    let timer: NodeJS.Timeout;
    const start = (left: number) => {
      timer = setTimeout(() => (left > maxTimerMs ? start(left - maxTimerMs) : callback()), Math.min(left, maxTimerMs));
    };
    start(ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or as soon as the signal aborts (it never rejects: the caller looks at the signal). */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Milliseconds, 0 where it has been; Infinity where there is no such time. */
export function msUntil(time: Temporal.Instant | undefined, now: Temporal.Instant): number {
  return time ? Math.max(0, time.epochMilliseconds - now.epochMilliseconds) : Number.POSITIVE_INFINITY;
}
