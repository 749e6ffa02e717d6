import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { RuntimeMetrics } from './metrics.ts';
import type { WorkQueue } from './work-queue.ts';

/** Thrown by a reconcile that trying again cannot mend; counted, not retried until the object changes. */
export class TerminalError extends Error {}

export interface ReconcileContext {
  /** Aborts at shutdown, when leadership is lost, and at the reconcile's deadline. */
  signal: AbortSignal;
  logger: Logger;
}

export interface ReconcileResult {
  /** Come back after this many milliseconds even if nothing changes. */
  requeueAfterMs?: number;
}

export interface ControllerOptions {
  name: string;
  queue: WorkQueue;
  /** Level-triggered and idempotent: it is told which object, never what happened to it. */
  reconcile: (key: string, context: ReconcileContext) => Promise<ReconcileResult>;
  /** Keys worked on at once; default 2. A key is never worked on twice at once. */
  workers?: number;
  /** Time that one reconcile may take, milliseconds; default 120,000. */
  deadlineMs?: number;
  clock: Clock;
  /** Makes the id that ties the log lines of one reconcile together. */
  newId: () => string;
  metrics: RuntimeMetrics;
  logger: Logger;
}

/** Works the queue until the signal aborts and the reconciles under way have ended. */
export async function runController(options: ControllerOptions, signal: AbortSignal): Promise<void> {
  const shutDown = () => options.queue.shutDown();
  signal.addEventListener('abort', shutDown, { once: true });
  if (signal.aborted) shutDown();
  await Promise.all(Array.from({ length: options.workers ?? 2 }, () => work(options, signal)));
}

async function work(options: ControllerOptions, signal: AbortSignal): Promise<void> {
  for (let key = await options.queue.get(); key !== undefined; key = await options.queue.get()) {
    // At shutdown keys that only waited are left: the next leader begins with all of them.
    if (!signal.aborted) await reconcileOnce(options, key, signal);
    options.queue.done(key);
  }
}

async function reconcileOnce(options: ControllerOptions, key: string, outer: AbortSignal): Promise<void> {
  const { queue, metrics, clock, name } = options;
  const logger = options.logger.with({ controller: name, object: key, reconcileID: options.newId() });
  const overdue = new AbortController();
  const cancel = clock.after(options.deadlineMs ?? 120_000, () => overdue.abort(new Error('the reconcile took too long')));
  const startedAt = clock.monotonic();
  const count = (result: string) => metrics.reconcileTotal.inc({ controller: name, result });
  try {
    const result = await options.reconcile(key, { signal: AbortSignal.any([outer, overdue.signal]), logger });
    queue.forget(key);
    if (result.requeueAfterMs !== undefined) queue.addAfter(key, result.requeueAfterMs);
    count(result.requeueAfterMs === undefined ? 'success' : 'requeue_after');
  } catch (error) {
    if (outer.aborted) return;
    if (error instanceof TerminalError) {
      queue.forget(key);
      count('terminal_error');
      logger.error('reconcile failed for good', {}, error);
    } else {
      queue.addRateLimited(key);
      count('error');
      logger.warn('reconcile failed', {}, error);
    }
  } finally {
    cancel();
    metrics.reconcileSeconds.observe({ controller: name }, (clock.monotonic() - startedAt) / 1000);
  }
}
