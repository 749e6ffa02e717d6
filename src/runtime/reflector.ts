import { errorFromStatus, KubeError, type StatusBody } from '../kube/errors.ts';
import { maxListBytes, type Transport } from '../kube/transport.ts';
import { collectionPath, type KubeObject, type ResourceType } from '../kube/types.ts';
import { parseWatchLine } from '../kube/watch-line.ts';
import { createBackoff, reflectorBackoff } from './backoff.ts';
import { type Clock, delay } from './clock.ts';
import { afterList, type Gathering } from './gathering.ts';
import type { Logger } from './logger.ts';
import type { RuntimeMetrics } from './metrics.ts';
import { type Change, createStore, keyOf, type ReadonlyStore, type Stored } from './store.ts';

/** What a reflector knows about its own knowledge. Only `Synced` with a recent contact may be called current. */
export interface ReflectorStatus {
  /** `Starting` until the first complete state; `NotPermitted` (403) and `NotInstalled` (404) are tried again slowly. */
  phase: 'Starting' | 'Synced' | 'NotPermitted' | 'NotInstalled';
  /** The API server's words for a phase that is a problem, or for the last failure. */
  message: string;
  /** Milliseconds since the server last said anything about the resource (an event, a bookmark, a list); Infinity where it never has. */
  silentMs: number;
  /** Objects that the projection could not take, by key, with why: they are there, and not in the store. */
  unreadable: ReadonlyMap<string, string>;
}

export interface Reflector<T> {
  readonly type: ResourceType;
  readonly store: ReadonlyStore<T>;
  status(): ReflectorStatus;
  /** Resolves at the first complete state. */
  readonly synced: Promise<void>;
  /** Resolves at the first complete state, or at the first reason why there is none for now (403, 404). */
  readonly settled: Promise<void>;
  /** Tells a reflector that waits for its resource to be installed that this may have happened: it tries again now, and often for a minute. */
  expectInstalled(): void;
  /** Lists and watches until the signal aborts; never rejects and never ends before. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ReflectorOptions<T extends Stored> {
  transport: Transport;
  type: ResourceType;
  /** Only objects of this namespace; absent: all. */
  namespace?: string;
  fieldSelector?: string;
  labelSelector?: string;
  /** Names and labels are all that is wanted: the API server sends PartialObjectMetadata, which is far smaller. */
  metadataOnly?: boolean;
  /** Versions that older or newer servers serve the resource in; tried in this order where `type.version` is not found. */
  otherVersions?: readonly string[];
  /** The cluster's name in metrics and logs; default `local`. */
  cluster?: string;
  /** false: the server sends no bookmarks of this resource, so that its silence says nothing and its version grows old. Default: it does. */
  bookmarks?: false;
  /** The resource's name in metrics and logs, where its plural and group would not tell two reflectors apart. */
  label?: string;
  /**
   * The fields kept of an object, or undefined for an object not wanted at all. What it drops is garbage before the next object is parsed.
   * `before` is what was kept of the same object until now.
   */
  project(object: KubeObject, before?: T): T | undefined;
  /** One entry is kept for many objects; `before` is what was kept of all of them, and undefined adds nothing to it. */
  gather?: Gathering<T>;
  /** Called for each change, after the store holds it. What it throws is counted and logged. */
  onChange?: (change: Change<T>) => void;
  clock: Clock;
  random: () => number;
  logger: Logger;
  metrics: RuntimeMetrics;
  /** Asked before the first request: false where the server is known not to have such objects. Default: the request shows it. */
  isServed?: () => Promise<boolean>;
  /** Wait after 403 and 404, milliseconds; default 30,000 (ours: a permission or CRD that comes later is seen within half a minute). */
  slowRetryMs?: number;
  /** Wait after 404 where somebody calls `expectInstalled`, milliseconds; default: as slowRetryMs. */
  missingRetryMs?: number;
}

/** Bookmarks come about once a minute from kube-apiserver's watch cache; half as long again without a word means that nobody is there. */
const watchdogMs = 90_000;
/** client-go's default for pages of a list. */
const pageSize = 500;
/** Without bookmarks a watch ends before the watchdog would doubt it; that it ended is the word that was waited for. */
const bareWatchSeconds = 60;
/** kube-apiserver has etcd keep the last five minutes at least (`--etcd-compaction-interval`); a version must not get older than that. */
const versionKeepsMs = 240_000;
/** A watch that ends sooner than this without an event has failed, whatever its status said. */
const shortWatchMs = 1_000;

/** A server that has answered before and denies access now is not believed for so long. */
const doubtMs = 10_000;

/** When a server is back, its watches are tried again within so long, each at a time of its own. */
const recoverySpreadMs = 500;

/** After a word that a resource was installed: it takes a moment until it is served. */
const hopefulMs = 60_000;
const hopefulRetryMs = 2_000;

/** A stream of the state that ended, or fell silent, before its mark. */
const noMarkReasons = ['IncompleteState', 'Silence'];

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject & StatusBody;
}

/** Keeps a store equal to a collection of the API server: initial state as a stream (WatchList) where the server can, else as pages, then a watch. */
export function createReflector<T extends Stored>(options: ReflectorOptions<T>): Reflector<T> {
  const { transport, type, clock, metrics, logger, gather } = options;
  const plural = type.group === '' ? type.resource : `${type.resource}.${type.group}`;
  const resource = options.label ?? plural;
  const labels = { cluster: options.cluster ?? 'local', resource };
  const store = createStore<T>();
  const versions = [type.version, ...(options.otherVersions ?? [])];
  const selectors = { fieldSelector: options.fieldSelector, labelSelector: options.labelSelector };
  const accept = options.metadataOnly ? { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json' } : {};
  const freshBackoff = () => createBackoff({ clock, random: options.random, ...reflectorBackoff });
  let backoff = freshBackoff();
  const { promise: synced, resolve: markSynced } = Promise.withResolvers<void>();
  const { promise: settled, resolve: markSettled } = Promise.withResolvers<void>();

  let phase: ReflectorStatus['phase'] = 'Starting';
  let message = 'the first list has not ended';
  let lastContact = Number.NEGATIVE_INFINITY;
  /** '' : the next session begins with the whole state. */
  let resourceVersion = '';
  /** When that was the newest, monotonic milliseconds. */
  let versionAt = Number.NEGATIVE_INFINITY;
  /** How the whole state is read: servers without WatchList refuse the stream, and one that broke is made up for in pages once. */
  let reads: 'Stream' | 'PagesOnce' | 'Pages' = 'Stream';
  let relistCause = 'start';
  /** Which of the versions is asked for. */
  let version = 0;
  /** Since when the server has denied access without a word between. */
  let deniedAt: number | undefined;
  let unreadable = new Map<string, string>();
  let hopefulUntil = Number.NEGATIVE_INFINITY;
  let wake = () => {};
  /** The server was gone and is back, and has said nothing to this watch since. */
  let isBack = false;

  const path = () => collectionPath({ ...type, version: versions[version] ?? type.version }, options.namespace);

  /** The server's first word after an outage, be it a refusal. A watch that it never answers goes on with the waits that it had. */
  function noteAnswer(): void {
    if (isBack) backoff = freshBackoff();
    isBack = false;
  }

  function contact(bytes: number): void {
    noteAnswer();
    lastContact = clock.monotonic();
    metrics.lastContact.set(labels, clock.now().epochMilliseconds / 1000);
    metrics.bytes.inc(labels, bytes);
  }

  function notify(change: Change<T> | undefined): void {
    if (!change) return;
    try {
      options.onChange?.(change);
    } catch (error) {
      metrics.handlerErrors.inc(labels);
      logger.error('a handler failed on a change', labels, error);
    }
  }

  /** `listed`: what the list that goes on has given so far. */
  function project(object: KubeObject, failed: Map<string, string>, listed?: ReadonlyMap<string, T>): T | undefined {
    const key = keyOfObject(object);
    failed.delete(key);
    try {
      const entry = gather ? gather.keyOf(object) : key;
      return options.project(object, listed?.get(entry) ?? store.get(entry));
    } catch (error) {
      failed.set(key, error instanceof Error ? error.message : String(error));
      metrics.handlerErrors.inc(labels);
      logger.error('an object could not be read', { ...labels, name: object.metadata?.name, namespace: object.metadata?.namespace }, error);
      return undefined;
    }
  }

  function become(objects: Map<string, T>, failed: Map<string, string>, version: string, startedAt: number): void {
    // Something in between answered with JSON of its own: to believe it would delete everything.
    if (version === '') throw new KubeError('Transient', 'the answer is no list: it has no resourceVersion', { reason: 'BadAnswer' });
    const changes = store.replace(gather ? afterList(entries(), objects, gather, clock.now()) : objects);
    unreadable = failed;
    resourceVersion = version;
    versionAt = clock.monotonic();
    phase = 'Synced';
    deniedAt = undefined;
    message = '';
    metrics.relists.inc({ ...labels, cause: relistCause });
    metrics.items.set(labels, store.size);
    metrics.bootstrapSeconds.set(labels, (clock.monotonic() - startedAt) / 1000);
    for (const change of changes) notify(change);
    markSynced();
    markSettled();
  }

  function apply(event: WatchEvent): void {
    const { object } = event;
    resourceVersion = object.metadata?.resourceVersion ?? resourceVersion;
    versionAt = clock.monotonic();
    metrics.events.inc({ ...labels, type: event.type });
    // Permitted again: the watch went on from where it was.
    phase = 'Synced';
    deniedAt = undefined;
    message = '';
    if (event.type === 'BOOKMARK') {
      forgetOld();
      return;
    }
    if (event.type === 'DELETED') unreadable.delete(keyOfObject(object));
    const projected = event.type === 'DELETED' ? undefined : project(object, unreadable);
    if (projected) notify(store.put(projected));
    else if (!gather) notify(store.remove(keyOfObject(object)));
    metrics.items.set(labels, store.size);
  }

  function entries(): [string, T][] {
    return Array.from(store.values(), (entry) => [keyOf(entry), entry]);
  }

  function forgetOld(): void {
    if (!gather) return;
    for (const [key, entry] of entries()) if (!gather.counts(entry, clock.now())) notify(store.remove(key));
    metrics.items.set(labels, store.size);
  }

  async function listPages(signal: AbortSignal): Promise<void> {
    metrics.lists.inc(labels);
    const startedAt = clock.monotonic();
    const objects = new Map<string, T>();
    const failed = new Map<string, string>();
    let resourceVersion = '';
    let next: string | undefined;
    do {
      // Without resourceVersion: with resourceVersion=0 the watch cache answers and the limit is ignored.
      const query = { limit: pageSize, continue: next, ...selectors };
      const text = await transport.text({ path: path(), query, signal, timeoutMs: 60_000, maxBytes: maxListBytes, ...accept });
      contact(Buffer.byteLength(text));
      const page = JSON.parse(text) as { metadata?: { resourceVersion?: string; continue?: string }; items?: KubeObject[] };
      for (const item of page.items ?? []) {
        const projected = project(item, failed, objects);
        if (projected) objects.set(keyOf(projected), projected);
      }
      resourceVersion = page.metadata?.resourceVersion ?? '';
      next = page.metadata?.continue || undefined;
      await new Promise(setImmediate);
    } while (next);
    become(objects, failed, resourceVersion, startedAt);
    if (reads === 'PagesOnce') reads = 'Stream';
  }

  /** The collection's version now, for the price of one object: what a bookmark would say. */
  async function versionNow(signal: AbortSignal): Promise<string> {
    const text = await transport.text({ path: path(), query: { limit: 1 }, signal, timeoutMs: 60_000, ...accept });
    contact(Buffer.byteLength(text));
    return (JSON.parse(text) as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion ?? '';
  }

  /** One watch from its start to its end. Returns normally when the server ended it in its own time. */
  async function watch(signal: AbortSignal): Promise<void> {
    metrics.watches.inc(labels);
    const wantsState = resourceVersion === '';
    // After a long silence the answer is also the word that the server is back, which the watch would give only at its end.
    const isDue = clock.monotonic() - versionAt >= versionKeepsMs || clock.monotonic() - lastContact >= watchdogMs;
    const isOld = options.bookmarks === false && !wantsState && isDue;
    const marked = isOld ? await versionNow(signal) : '';
    const startedAt = clock.monotonic();
    let initial: Map<string, T> | undefined = wantsState ? new Map() : undefined;
    const failed = new Map<string, string>();
    let received = 0;
    const dog = watchdog(clock, signal, () => lastContact, startedAt);
    try {
      const query = {
        watch: 1,
        allowWatchBookmarks: true,
        // Spread over 5 to 10 minutes, so that the watches of many reflectors do not end together.
        timeoutSeconds: options.bookmarks === false ? bareWatchSeconds : 300 + Math.floor(options.random() * 300),
        ...selectors,
        ...(wantsState ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } : { resourceVersion }),
      };
      for await (const line of transport.lines({ path: path(), query, signal: dog.signal, ...accept })) {
        const event = parseWatchLine<WatchEvent>(line);
        contact(line.length);
        received += 1;
        if (event.type === 'ERROR') throw errorFromStatus(event.object);
        if (initial === undefined) {
          apply(event);
        } else if (event.type === 'BOOKMARK' && event.object.metadata?.annotations?.['k8s.io/initial-events-end'] === 'true') {
          become(initial, failed, event.object.metadata.resourceVersion ?? '', startedAt);
          initial = undefined;
        } else if (event.type !== 'BOOKMARK') {
          collect(initial, failed, event);
        }
      }
      if (initial)
        throw new KubeError('Transient', 'the stream ended before the initial state was complete', { reason: 'IncompleteState' });
      if (received === 0 && clock.monotonic() - startedAt < shortWatchMs)
        throw new KubeError('Transient', 'the watch was closed at once', { reason: 'VeryShortWatch' });
      // That the server ended it in its time is a word too.
      if (options.bookmarks === false) contact(0);
      // All that happened until the mark has come by now.
      if (received === 0 && marked !== '' && clock.monotonic() - startedAt >= (bareWatchSeconds * 1000) / 2) {
        resourceVersion = marked;
        versionAt = startedAt;
      }
    } finally {
      dog.stop();
    }
  }

  function collect(initial: Map<string, T>, failed: Map<string, string>, event: WatchEvent): void {
    if (event.type === 'DELETED') failed.delete(keyOfObject(event.object));
    const projected = event.type === 'DELETED' ? undefined : project(event.object, failed, initial);
    if (projected) initial.set(keyOf(projected), projected);
    else if (!gather) initial.delete(keyOfObject(event.object));
  }

  /** What to do about a failure: returns how long to wait before the next session, milliseconds. */
  function recover(error: unknown): number {
    const failure =
      error instanceof KubeError
        ? error
        : new KubeError('Transient', error instanceof Error ? error.message : String(error), { reason: 'BadAnswer' });
    if (failure.code > 0) noteAnswer();
    if (failure.kind === 'NotFound') {
      resourceVersion = '';
      version = (version + 1) % versions.length;
      if (version !== 0) return 0;
    }
    deniedAt = failure.kind === 'Forbidden' ? (deniedAt ?? clock.monotonic()) : undefined;
    // An API server that starts up denies everything until it has read the roles.
    if (deniedAt !== undefined && phase === 'Synced' && clock.monotonic() - deniedAt < doubtMs) {
      message = failure.message;
      return backoff();
    }
    if (failure.kind === 'Forbidden' || failure.kind === 'NotFound') {
      if (phase !== 'NotPermitted' && phase !== 'NotInstalled')
        logger.warn('a resource cannot be read', { ...labels, code: failure.code }, failure);
      return withoutIt(failure.kind === 'Forbidden' ? 'NotPermitted' : 'NotInstalled', failure.message);
    }
    if (phase !== 'Starting')
      logger.debug('a watch failed', { ...labels, code: failure.code, reason: failure.reason, error: failure.message });
    message = failure.message;
    const cause = relistCauseOf(failure);
    if (resourceVersion !== '' && cause) {
      relistCause = cause;
      resourceVersion = '';
    } else if (resourceVersion === '' && reads === 'Stream') {
      if (failure.kind === 'Invalid') reads = 'Pages';
      else if (noMarkReasons.includes(failure.reason)) reads = 'PagesOnce';
    }
    return Math.max(backoff(), failure.retryAfterMs ?? 0);
  }

  /** Returns how long to wait before the next try, milliseconds. */
  function withoutIt(why: 'NotPermitted' | 'NotInstalled', words: string): number {
    phase = why;
    message = words;
    if (phase === 'NotInstalled') forgetAll();
    markSettled();
    return slowly() * (1 + options.random() * 0.1);
  }

  function slowly(): number {
    const slow = options.slowRetryMs ?? 30_000;
    if (phase === 'NotPermitted') return slow;
    return clock.monotonic() < hopefulUntil ? hopefulRetryMs : (options.missingRetryMs ?? slow);
  }

  /** The first good answer to anybody after an outage ends the wait: the server is back. */
  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const forget = transport.onRecovery(() => {
      forget();
      isBack = true;
      void delay(clock, options.random() * recoverySpreadMs, over.signal).then(() => over.abort());
    });
    wake = () => over.abort();
    try {
      await delay(clock, ms, AbortSignal.any([signal, over.signal]));
    } finally {
      forget();
      over.abort();
    }
  }

  function forgetAll(): void {
    resourceVersion = '';
    relistCause = 'reinstalled';
    unreadable = new Map();
    for (const change of store.replace(new Map())) notify(change);
    metrics.items.set(labels, 0);
  }

  async function run(signal: AbortSignal): Promise<void> {
    const served = (await options.isServed?.()) ?? true;
    if (!served && !signal.aborted) await pause(withoutIt('NotInstalled', `the server has no API group ${type.group}`), signal);
    while (!signal.aborted) {
      try {
        if (resourceVersion === '' && reads !== 'Stream') await listPages(signal);
        await watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        const named = error instanceof KubeError && error.retryAfterMs !== undefined;
        await (named ? delay(clock, recover(error), signal) : pause(recover(error), signal));
      }
    }
  }

  return {
    type,
    store,
    synced,
    settled,
    expectInstalled: () => {
      if (phase !== 'NotInstalled') return;
      hopefulUntil = clock.monotonic() + hopefulMs;
      wake();
    },
    status: () => ({ phase, message, silentMs: clock.monotonic() - lastContact, unreadable }),
    run,
  };
}

function keyOfObject({ metadata }: KubeObject): string {
  return keyOf({ name: metadata?.name ?? '', ...(metadata?.namespace ? { namespace: metadata.namespace } : {}) });
}

/** Why the state has to be read again after a failed watch; undefined where the watch can go on from where it was. */
function relistCauseOf(failure: KubeError): string | undefined {
  if (failure.kind === 'Gone') return 'expired';
  // The server was restored from a backup, or another one answers now.
  if (/too large resource version/i.test(failure.message)) return 'rewound';
  return failure.kind === 'Invalid' ? 'refused' : undefined;
}

/** A signal that aborts when nothing was heard for the watchdog's time, or when the outer one does. */
function watchdog(clock: Clock, outer: AbortSignal, lastContact: () => number, startedAt: number) {
  const controller = new AbortController();
  let cancel = () => {};
  const arm = (ms: number) => {
    cancel = clock.after(ms, () => {
      const left = Math.max(lastContact(), startedAt) + watchdogMs - clock.monotonic();
      if (left <= 0) controller.abort(new KubeError('Transient', `nothing was heard for ${watchdogMs / 1000} s`, { reason: 'Silence' }));
      else arm(left);
    });
  };
  arm(watchdogMs);
  return { signal: AbortSignal.any([outer, controller.signal]), stop: () => cancel() };
}
