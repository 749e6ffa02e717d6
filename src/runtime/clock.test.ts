import { getEventListeners } from 'node:events';
import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { delay, systemClock } from './clock.ts';

describe('a delay', () => {
  it('ends after its time, not before', async () => {
    const clock = createFakeClock();
    let over = false;
    const waiting = delay(clock, 1_000).then(() => {
      over = true;
    });
    await clock.advance(999);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(over).toBe(true);
    await waiting;
  });

  it('ends at once, without an error and without a timer left, when its signal aborts', async () => {
    const clock = createFakeClock();
    const stop = new AbortController();
    const waiting = delay(clock, 60_000, stop.signal);
    expect(clock.pending).toBe(1);
    stop.abort(new Error('shutting down'));
    await expect(waiting).resolves.toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('does not begin under a signal that has aborted', async () => {
    const clock = createFakeClock();
    await expect(delay(clock, 60_000, AbortSignal.abort())).resolves.toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('leaves nothing on a signal that outlives it', async () => {
    const clock = createFakeClock();
    const { signal } = new AbortController();
    for (let round = 0; round < 20; round += 1) {
      const waiting = delay(clock, 10, signal);
      await clock.advance(10);
      await waiting;
    }
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('the system’s clock', () => {
  it('calls back once its time has passed on the monotonic clock, and not what was cancelled', async () => {
    const called: string[] = [];
    const startedAt = systemClock.monotonic();
    systemClock.after(1, () => called.push('cancelled'))();
    await new Promise<void>((resolve) => {
      systemClock.after(20, () => {
        called.push('kept');
        resolve();
      });
    });
    // Timers may fire a millisecond early.
    expect(systemClock.monotonic() - startedAt).toBeGreaterThanOrEqual(19);
    expect(called).toEqual(['kept']);
  });

  it('keeps waiting for longer than a timer of Node can, which ends after a millisecond', async () => {
    const called: string[] = [];
    const cancel = systemClock.after(30 * 86_400_000, () => called.push('a month'));
    await new Promise<void>((resolve) => void systemClock.after(20, resolve));
    cancel();
    expect(called).toEqual([]);
  });

  it('dates by the wall clock', () => {
    const before = Date.now();
    const { epochMilliseconds } = systemClock.now();
    expect(epochMilliseconds).toBeGreaterThanOrEqual(before);
    expect(epochMilliseconds).toBeLessThanOrEqual(Date.now());
  });
});
