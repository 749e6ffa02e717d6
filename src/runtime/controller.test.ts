import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { type ReconcileContext, type ReconcileResult, runController, TerminalError } from './controller.ts';
import type { LogFields, Logger } from './logger.ts';
import { createRuntimeMetrics } from './metrics.ts';
import { createWorkQueue } from './work-queue.ts';

type Reconcile = (key: string, context: ReconcileContext) => Promise<ReconcileResult>;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A running controller; `seen` has a line for each reconcile with the second in which it began. */
function start(reconcile: Reconcile, options: { workers?: number; deadlineMs?: number } = {}) {
  const clock = createFakeClock();
  const metrics = createRuntimeMetrics();
  const queue = createWorkQueue({ name: 'test', clock, metrics });
  const stopping = new AbortController();
  const origin = clock.monotonic();
  const seen: string[] = [];
  const logged: unknown[][] = [];
  let ids = 0;
  const running = runController(
    {
      ...{ name: 'test', queue, clock, metrics, logger: recordingLogger(logged), newId: () => `id-${++ids}`, ...options },
      reconcile: (key, context) => {
        seen.push(`${key} ${(clock.monotonic() - origin) / 1000}`);
        return reconcile(key, context);
      },
    },
    stopping.signal,
  );
  const stop = async () => {
    stopping.abort();
    await running;
  };
  stops.push(stop);
  const results = async () =>
    Object.fromEntries((await metrics.reconcileTotal.get()).values.map(({ labels, value }) => [labels.result, value]));
  return { clock, queue, seen, logged, metrics, results, stop };
}

/** Keeps level, message, fields and error of each entry. */
function recordingLogger(into: unknown[][], base: LogFields = {}): Logger {
  const at = (level: string) => (message: string, fields?: LogFields, error?: unknown) =>
    void into.push([level, message, { ...base, ...fields }, ...(error === undefined ? [] : [error])]);
  return {
    ...{ error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') },
    with: (fields) => recordingLogger(into, { ...base, ...fields }),
  };
}

/** Fails with each of the errors in turn, then succeeds. */
function failing(...errors: unknown[]): Reconcile {
  return async () => {
    if (errors.length > 0) throw errors.shift();
    return {};
  };
}

/** Reconciles that end when the test says so. */
function manual() {
  const under = new Map<string, (result?: ReconcileResult) => void>();
  const signals = new Map<string, AbortSignal>();
  const reconcile: Reconcile = (key, { signal }) =>
    new Promise((resolve) => {
      signals.set(key, signal);
      under.set(key, (result = {}) => {
        under.delete(key);
        resolve(result);
      });
    });
  return { reconcile, under, signals };
}

describe('a reconcile that succeeds', () => {
  it('is not repeated until the key is added again', async () => {
    const { queue, clock, seen, results } = start(async () => ({}));
    queue.add('a');
    await clock.advance(3_600_000);
    queue.add('a');
    await clock.settle();
    expect(seen).toEqual(['a 0', 'a 3600']);
    expect(await results()).toEqual({ success: 2 });
  });

  it('comes back after the time that it asked for', async () => {
    const { queue, clock, seen, results } = start(async () => ({ requeueAfterMs: 30_000 }));
    queue.add('a');
    await clock.advance(65_000);
    expect(seen).toEqual(['a 0', 'a 30', 'a 60']);
    expect(await results()).toEqual({ requeue_after: 3 });
  });

  it('ends the backoff of failures before it', async () => {
    const errors = [new Error('1'), new Error('2'), undefined, new Error('3')];
    const { queue, clock, seen } = start(async () => {
      const error = errors.shift();
      if (error) throw error;
      return {};
    });
    queue.add('a');
    await clock.advance(1_000);
    queue.add('a');
    await clock.advance(1_000);
    expect(seen).toEqual(['a 0', 'a 0.005', 'a 0.015', 'a 1', 'a 1.005']);
  });
});

describe('a reconcile that fails', () => {
  it('is tried again after a backoff that doubles', async () => {
    const { queue, clock, seen, results } = start(failing(...Array.from({ length: 4 }, () => new Error('conflict'))));
    queue.add('a');
    await clock.advance(10_000);
    expect(seen).toEqual(['a 0', 'a 0.005', 'a 0.015', 'a 0.035', 'a 0.075']);
    expect(await results()).toEqual({ error: 4, success: 1 });
  });

  it('is tried again also where it failed before it could return a promise', async () => {
    let calls = 0;
    const { queue, clock, results } = start(() => {
      calls += 1;
      if (calls === 1) throw new TypeError('undefined is not a function');
      return Promise.resolve({});
    });
    queue.add('a');
    await clock.advance(10);
    expect(await results()).toEqual({ error: 1, success: 1 });
  });

  it('says so in a line that names the controller, the object and the reconcile', async () => {
    const error = new Error('conflict');
    const { queue, clock, logged } = start(failing(error));
    queue.add('a');
    await clock.settle();
    expect(logged).toEqual([['warn', 'reconcile failed', { controller: 'test', object: 'a', reconcileID: 'id-1' }, error]]);
  });

  it('for good is counted and not tried again, until its object changes', async () => {
    const { queue, clock, seen, results, logged } = start(failing(new TerminalError('no such time zone')));
    queue.add('a');
    await clock.advance(3_600_000);
    expect(seen).toEqual(['a 0']);
    expect(await results()).toEqual({ terminal_error: 1 });
    expect(logged).toMatchObject([['error', 'reconcile failed for good', { object: 'a' }, { message: 'no such time zone' }]]);
    queue.add('a');
    await clock.settle();
    expect(await results()).toEqual({ terminal_error: 1, success: 1 });
  });

  it('for good ends the backoff of failures before it', async () => {
    const { queue, clock, seen } = start(failing(new Error('1'), new Error('2'), new TerminalError('wrong'), new Error('3')));
    queue.add('a');
    await clock.advance(1_000);
    queue.add('a');
    await clock.advance(1_000);
    expect(seen).toEqual(['a 0', 'a 0.005', 'a 0.015', 'a 1', 'a 1.005']);
  });

  it('does not hold up other keys', async () => {
    const { queue, clock, seen } = start(async (key) => {
      if (key === 'broken') throw new Error('always');
      return {};
    });
    queue.add('broken');
    queue.add('fine');
    await clock.settle();
    expect(seen).toEqual(expect.arrayContaining(['fine 0']));
  });
});

describe('workers', () => {
  it('work on as many keys at once as there are workers, two by default', async () => {
    for (const [options, expected] of [[{}, 2] as const, [{ workers: 3 }, 3] as const]) {
      const { reconcile, under } = manual();
      const { queue, clock } = start(reconcile, options);
      for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
      await clock.settle();
      expect(under.size).toBe(expected);
      while (under.size > 0) {
        for (const finish of [...under.values()]) finish();
        await clock.settle();
      }
    }
  });

  it('never work on one key at once, but on an add in the meantime once more', async () => {
    const { reconcile, under } = manual();
    const { queue, clock, seen } = start(reconcile);
    queue.add('a');
    await clock.advance(1_000);
    queue.add('a');
    await clock.advance(1_000);
    expect(seen).toEqual(['a 0']);
    under.get('a')?.();
    await clock.settle();
    expect(seen).toEqual(['a 0', 'a 2']);
    under.get('a')?.();
  });
});

describe('the deadline', () => {
  it('aborts the signal, and the failure that follows is one like others', async () => {
    const { queue, clock, seen, results } = start(
      (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { deadlineMs: 5_000 },
    );
    queue.add('a');
    await clock.advance(4_999);
    expect(await results()).toEqual({});
    await clock.advance(6);
    expect(await results()).toEqual({ error: 1 });
    expect(seen).toEqual(['a 0', 'a 5.005']);
  });

  it('is two minutes by default, and each reconcile has its own', async () => {
    const { reconcile, under, signals } = manual();
    const { queue, clock } = start(reconcile);
    queue.add('a');
    await clock.advance(119_999);
    expect(signals.get('a')?.aborted).toBe(false);
    await clock.advance(1);
    expect(signals.get('a')).toMatchObject({ aborted: true, reason: { message: 'the reconcile took too long' } });
    queue.add('a');
    under.get('a')?.();
    await clock.settle();
    expect(signals.get('a')?.aborted).toBe(false);
    under.get('a')?.();
  });

  it('leaves no timer behind when the reconcile was in time', async () => {
    const { queue, clock } = start(async () => ({}));
    queue.add('a');
    await clock.settle();
    expect(clock.pending).toBe(0);
  });
});

describe('at shutdown', () => {
  it('the signal aborts, and the controller ends when the reconciles under way have ended', async () => {
    const { reconcile, under, signals } = manual();
    const { queue, clock, stop } = start(reconcile);
    queue.add('a');
    await clock.settle();
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    await clock.settle();
    expect([signals.get('a')?.aborted, stopped]).toEqual([true, false]);
    under.get('a')?.();
    await stopping;
    expect(stopped).toBe(true);
  });

  it('keys that only waited are left, and a reconcile that was interrupted is no failure', async () => {
    const { queue, clock, seen, results, stop, logged } = start(
      (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { workers: 1 },
    );
    queue.add('a');
    queue.add('b');
    await clock.settle();
    await stop();
    expect(seen).toEqual(['a 0']);
    expect([await results(), logged]).toEqual([{}, []]);
  });

  it('before the start nothing is begun', async () => {
    const clock = createFakeClock();
    const metrics = createRuntimeMetrics();
    const queue = createWorkQueue({ name: 'test', clock, metrics });
    queue.add('a');
    const seen: string[] = [];
    const reconcile = async (key: string) => {
      seen.push(key);
      return {};
    };
    const logger = recordingLogger([]);
    await runController({ name: 'test', queue, clock, metrics, logger, newId: () => 'id', reconcile }, AbortSignal.abort());
    expect(seen).toEqual([]);
  });
});

it('measures how long reconciles take', async () => {
  const { reconcile, under } = manual();
  const { queue, clock, metrics } = start(reconcile);
  queue.add('a');
  await clock.advance(1_500);
  under.get('a')?.();
  await clock.settle();
  const text = await metrics.registry.getSingleMetricAsString('controller_runtime_reconcile_time_seconds');
  expect(text).toContain('controller_runtime_reconcile_time_seconds_sum{controller="test"} 1.5');
  expect(text).toContain('controller_runtime_reconcile_time_seconds_count{controller="test"} 1');
});
