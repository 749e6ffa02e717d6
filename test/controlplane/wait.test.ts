import type { Clock } from '../../src/runtime/clock.ts';
import { waitFor } from './wait.ts';

/** A clock whose time passes only by waiting: every timer fires in order as soon as nothing else is to be done. */
function simulatedClock(): Clock {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  function fireNext(): void {
    const next = [...timers].sort((a, b) => a.at - b.at)[0];
    if (!next) return;
    timers.delete(next);
    now = Math.max(now, next.at);
    next.callback();
  }
  return {
    now: () => Temporal.Instant.fromEpochMilliseconds(now),
    monotonic: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback };
      timers.add(timer);
      setImmediate(fireNext);
      return () => timers.delete(timer);
    },
  };
}

describe('waitFor', () => {
  it('returns the first value that is neither undefined nor false', async () => {
    const values = [undefined, false, 0, 1];
    expect(await waitFor('a value', () => values.shift(), { clock: simulatedClock(), deadlineMs: 10_000 })).toBe(0);
  });

  it('tries again when the probe throws', async () => {
    let tries = 0;
    const probe = () => {
      tries += 1;
      if (tries < 3) throw new Error('not yet');
      return 'now';
    };
    expect(await waitFor('a value', probe, { clock: simulatedClock(), deadlineMs: 10_000 })).toBe('now');
  });

  it('says what it waited for and what it saw last when the deadline passes', async () => {
    const clock = simulatedClock();
    const probe = (see: <T>(value: T) => T) => see({ replicas: 1 }).replicas === 2;
    await expect(waitFor('two replicas', probe, { clock, deadlineMs: 5000, intervalMs: 1000 })).rejects.toThrow(
      'waited 5 s for two replicas; last seen: { replicas: 1 }',
    );
    expect(clock.monotonic()).toBeLessThanOrEqual(5000);
  });

  it('says which error the probe threw last when the deadline passes', async () => {
    const probe = () => Promise.reject(new Error('connection refused'));
    await expect(waitFor('an answer', probe, { clock: simulatedClock(), deadlineMs: 1000 })).rejects.toThrow(
      'last seen: an error: connection refused',
    );
  });

  it('does not wait longer than the deadline for a probe that hangs', async () => {
    const probe = () => new Promise<boolean>(() => undefined);
    await expect(waitFor('an answer', probe, { clock: simulatedClock(), deadlineMs: 1000 })).rejects.toThrow('waited 1 s for an answer');
  });
});
