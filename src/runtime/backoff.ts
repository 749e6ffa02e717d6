import type { Clock } from './clock.ts';

export interface BackoffOptions {
  clock: Clock;
  /** 0 ≤ value < 1, as Math.random. */
  random: () => number;
  /** First delay, milliseconds. */
  initialMs: number;
  maxMs: number;
  factor: number;
  /** A delay is multiplied by 1 … 1 + jitter. */
  jitter: number;
  /** Time without a further call after which the next delay is the first again, milliseconds. */
  resetAfterMs: number;
}

/** client-go's reflector backs off from 0.8 s to 30 s by 2 with jitter 1, and starts anew after 2 minutes of health. */
export const reflectorBackoff = { initialMs: 800, maxMs: 30_000, factor: 2, jitter: 1, resetAfterMs: 120_000 };

/** Each call returns the next delay in milliseconds. */
export function createBackoff(options: BackoffOptions): () => number {
  let next = options.initialMs;
  let last: number | undefined;
  return () => {
    const now = options.clock.monotonic();
    if (last !== undefined && now - last > options.resetAfterMs) next = options.initialMs;
    last = now;
    const delay = next;
    next = Math.min(next * options.factor, options.maxMs);
    return delay * (1 + options.random() * options.jitter);
  };
}
