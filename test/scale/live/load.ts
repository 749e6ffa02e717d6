import { stamp } from '../../../src/findings/lifecycle.ts';
import type { Transport } from '../../../src/kube/transport.ts';
import { objectPath, type Pod } from '../../../src/kube/types.ts';
import { resources } from '../../../src/observe/catalogue.ts';
import { type Clock, delay } from '../../../src/runtime/clock.ts';
import { identityOf, podManifest, podsOfWorkload, runningStatus } from '../pods.ts';

/** For so long a pod is not ready while its container is started again, or its probe fails: nothing that anybody is to be told of. */
export const unreadyMs = 2_000;

/** One change of a pod as any cluster makes thousands of each day. */
export interface Change {
  /** Of the pod. */
  index: number;
  what: 'Labelled' | 'Unready' | 'Ready' | 'Ended' | 'StartedAgain';
}

/** Which pods change: those of the workloads from `first` until before `end`. */
export interface Range {
  first: number;
  end: number;
}

/**
 * The changes of a quiet day, one at each call, at a time in milliseconds: of five, one labels a pod, two take a pod's readiness away, in turn
 * by its probe and by an end of a container, and two give readiness back to the pod that has been without for `unreadyMs`. They go from
 * workload to workload, so that one has no two pods away at once.
 */
export function createChanges({ first, end }: Range): (atMs: number) => Change {
  const away: { index: number; since: number; ended: boolean }[] = [];
  let calls = 0;
  let taken = 0;
  const next = () => {
    const workload = first + (taken % (end - first));
    const pod = Math.floor(taken / (end - first)) % podsOfWorkload;
    taken += 1;
    return workload * podsOfWorkload + pod;
  };
  return (atMs) => {
    const place = calls % 5;
    calls += 1;
    const [oldest] = away;
    if (place > 0 && place % 2 === 0 && oldest && atMs - oldest.since >= unreadyMs) {
      away.shift();
      return { index: oldest.index, what: oldest.ended ? 'StartedAgain' : 'Ready' };
    }
    if (place % 2 === 1) {
      const index = next();
      away.push({ index, since: atMs, ended: place === 1 });
      return { index, what: place === 1 ? 'Ended' : 'Unready' };
    }
    return { index: next(), what: 'Labelled' };
  };
}

export interface LoadDone {
  changes: number;
  seconds: number;
  /** Of each change's request, milliseconds. */
  requestMs: number[];
}

export interface Load {
  /** Rejects where a change is refused; never resolves. */
  readonly failed: Promise<never>;
  /** Begins no more changes, and resolves once those on their way have been made. */
  stop(): Promise<LoadDone>;
}

/** Changes pods so many times a second, whether or not the changes before are through. */
export function startLoad(transport: Transport, clock: Clock, perSecond: number, range: Range): Load {
  const nextChange = createChanges(range);
  const restarts = new Map<number, number>();
  const requestMs: number[] = [];
  const underWay = new Set<Promise<void>>();
  const end = new AbortController();
  const startedAt = clock.monotonic();
  let changes = 0;
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Whoever waits for something races with this.
  failed.catch(() => undefined);

  async function make(change: Change): Promise<void> {
    const from = clock.monotonic();
    if (change.what === 'StartedAgain') restarts.set(change.index, (restarts.get(change.index) ?? 0) + 1);
    await write(transport, change, restarts.get(change.index) ?? 0, clock.now());
    requestMs.push(clock.monotonic() - from);
  }

  async function run(): Promise<void> {
    while (!end.signal.aborted) {
      const elapsed = clock.monotonic() - startedAt;
      for (; (changes * 1000) / perSecond <= elapsed; changes += 1) {
        const made = make(nextChange(elapsed)).catch(fail);
        underWay.add(made);
        void made.finally(() => underWay.delete(made));
      }
      await delay(clock, Math.max(0, (changes * 1000) / perSecond - elapsed), end.signal);
    }
  }
  const running = run();

  return {
    failed,
    stop: async () => {
      const seconds = (clock.monotonic() - startedAt) / 1000;
      end.abort();
      await running;
      await Promise.all(underWay);
      return { changes, seconds, requestMs };
    },
  };
}

function write(transport: Transport, { index, what }: Change, restarts: number, now: Temporal.Instant): Promise<unknown> {
  const { name, namespace } = identityOf(index);
  const path = objectPath(resources.pods.type, name, namespace);
  const patch = { method: 'PATCH', contentType: 'application/merge-patch+json' } as const;
  if (what === 'Labelled')
    return transport.json({ ...patch, path, body: { metadata: { labels: { 'example.com/seen-at': String(now.epochMilliseconds) } } } });
  return transport.json({ ...patch, path: `${path}/status`, body: { status: statusOf(index, what, restarts, stamp(now)) } });
}

/** What the kubelet says. */
function statusOf(index: number, what: Exclude<Change['what'], 'Labelled'>, restarts: number, at: string): Pod['status'] {
  const before = runningStatus(index, podManifest(index, 1));
  const isReady = what === 'Ready' || what === 'StartedAgain';
  const [main, ...others] = before.containerStatuses ?? [];
  if (!main) throw new Error(`pod ${index} has no container`);
  const ended = { exitCode: 137, reason: 'Error', startedAt: before.startTime ?? at, finishedAt: at };
  const container = {
    ...{ ...main, ready: isReady, restartCount: restarts },
    ...(what === 'Ended' ? { state: { terminated: ended }, started: false } : {}),
    ...(restarts > 0 ? { lastState: { terminated: ended } } : {}),
    ...(what === 'StartedAgain' ? { state: { running: { startedAt: at } } } : {}),
  };
  return { conditions: conditionsOf(before.conditions, isReady, at), containerStatuses: [container, ...others] };
}

/** Of a pod whose containers are ready, or not, since then. */
export function conditionsOf(before: NonNullable<Pod['status']>['conditions'] = [], isReady: boolean, since: string) {
  return before.map((condition) =>
    condition.type === 'Ready' || condition.type === 'ContainersReady'
      ? { ...condition, status: isReady ? 'True' : 'False', lastTransitionTime: since }
      : condition,
  );
}
