import type { Clock } from './clock.ts';
import type { RuntimeMetrics } from './metrics.ts';

export interface WorkQueue {
  /** Adds a key; a key that waits already is not added twice, one that is being worked on runs once more afterwards. */
  add(key: string): void;
  /** Adds a key after `ms` milliseconds; of several delays for one key the earliest counts. */
  addAfter(key: string, ms: number): void;
  /** Adds a key after its own backoff, which doubles with every call, and the queue's overall rate. */
  addRateLimited(key: string): void;
  /** Ends a key's backoff. */
  forget(key: string): void;
  /** The next key; undefined once the queue is shut down and empty. Each key must be given back by `done`. */
  get(): Promise<string | undefined>;
  done(key: string): void;
  /** No key is added from now on; keys that wait are still handed out, delayed ones are dropped. */
  shutDown(): void;
  readonly size: number;
}

/** client-go's default controller rate limiter: 5 ms · 2ⁿ up to 1,000 s for each item, and 10 a second with a burst of 100 for all. */
const itemBaseMs = 5;
const itemMaxMs = 1_000_000;
const bucketPerSecond = 10;
const bucketBurst = 100;

export function createWorkQueue(options: { name: string; clock: Clock; metrics: RuntimeMetrics }): WorkQueue {
  const { clock, metrics } = options;
  const labels = { name: options.name };
  const ready: string[] = [];
  const dirty = new Set<string>();
  const processing = new Set<string>();
  const addedAt = new Map<string, number>();
  const startedAt = new Map<string, number>();
  const failures = new Map<string, number>();
  const waiters: ((key: string | undefined) => void)[] = [];
  const delayed = createDelays(clock, add);
  const bucket = createBucket(clock);
  let closed = false;

  function add(key: string): void {
    if (closed || dirty.has(key)) return;
    dirty.add(key);
    addedAt.set(key, clock.monotonic());
    metrics.queueAdds.inc(labels);
    if (!processing.has(key)) enqueue(key);
  }

  function enqueue(key: string): void {
    const waiter = waiters.shift();
    if (waiter) waiter(take(key));
    else ready.push(key);
    metrics.queueDepth.set(labels, ready.length);
  }

  function take(key: string): string {
    const now = clock.monotonic();
    dirty.delete(key);
    processing.add(key);
    startedAt.set(key, now);
    metrics.queueSeconds.observe(labels, (now - (addedAt.get(key) ?? now)) / 1000);
    addedAt.delete(key);
    return key;
  }

  return {
    add,
    addAfter: (key, ms) => {
      if (closed) return;
      if (ms <= 0) add(key);
      else delayed.add(key, ms);
    },
    addRateLimited: (key) => {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      metrics.queueRetries.inc(labels);
      if (!closed) delayed.add(key, Math.max(Math.min(itemBaseMs * 2 ** count, itemMaxMs), bucket()));
    },
    forget: (key) => {
      failures.delete(key);
    },
    get: () => {
      const key = ready.shift();
      metrics.queueDepth.set(labels, ready.length);
      if (key !== undefined) return Promise.resolve(take(key));
      if (closed) return Promise.resolve(undefined);
      return new Promise((resolve) => waiters.push(resolve));
    },
    done: (key) => {
      processing.delete(key);
      metrics.workSeconds.observe(labels, (clock.monotonic() - (startedAt.get(key) ?? clock.monotonic())) / 1000);
      startedAt.delete(key);
      if (dirty.has(key)) enqueue(key);
    },
    shutDown: () => {
      closed = true;
      delayed.clear();
      for (const waiter of waiters.splice(0)) waiter(undefined);
    },
    get size() {
      return ready.length;
    },
  };
}

/** Keys that come later, on one timer. There are as many as custom resources, so the earliest is found by looking at each. */
function createDelays(clock: Clock, add: (key: string) => void) {
  const due = new Map<string, number>();
  let cancel = () => {};

  function fire(): void {
    const now = clock.monotonic();
    for (const [key, at] of [...due]) {
      if (at > now) continue;
      due.delete(key);
      add(key);
    }
    arm();
  }

  function arm(): void {
    cancel();
    if (due.size === 0) return;
    // Node's timers hold at most 2³¹ − 1 ms; a later key is looked at again then.
    const ms = Math.min(Math.max(0, Math.min(...due.values()) - clock.monotonic()), 2 ** 31 - 1);
    cancel = clock.after(ms, fire);
  }

  return {
    add: (key: string, ms: number) => {
      const at = clock.monotonic() + ms;
      if ((due.get(key) ?? Number.POSITIVE_INFINITY) <= at) return;
      due.set(key, at);
      arm();
    },
    clear: () => {
      due.clear();
      cancel();
    },
  };
}

/** A token bucket: each call takes a token and returns how long to wait for it, milliseconds. */
function createBucket(clock: Clock): () => number {
  let tokens = bucketBurst;
  let last = clock.monotonic();
  return () => {
    const now = clock.monotonic();
    tokens = Math.min(bucketBurst, tokens + ((now - last) / 1000) * bucketPerSecond) - 1;
    last = now;
    return tokens >= 0 ? 0 : (-tokens / bucketPerSecond) * 1000;
  };
}
