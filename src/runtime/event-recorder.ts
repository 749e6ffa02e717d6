import type * as k8s from '@kubernetes/client-node';
import { isKubeError } from '../kube/errors.ts';
import { dnsSubdomain } from '../kube/names.ts';
import type { KubeRequest, Transport } from '../kube/transport.ts';
import { collectionPath, objectPath, type ResourceType, type Wire } from '../kube/types.ts';
import { createBackoff } from './backoff.ts';
import { type Clock, delay } from './clock.ts';
import type { Logger } from './logger.ts';
import type { RuntimeMetrics } from './metrics.ts';

export type ObjectReference = Wire<k8s.V1ObjectReference>;
type Event = Wire<k8s.EventsV1Event>;

/** `reportingController` of every Event: what `kubectl get events` and filters know the operator by. */
export const reportingController = 'platformsupport.io/support-coverage-operator';

const eventType: ResourceType = { group: 'events.k8s.io', version: 'v1', resource: 'events', kind: 'Event', namespaced: true };
/** Limits of the API server's validation of events.k8s.io/v1, in bytes of UTF-8. */
const maxNoteBytes = 1024;
const maxNameBytes = 128;
/** client-go's numbers: Events that wait, series and objects remembered, and the time after which a repeat begins a new Event. */
const maxQueued = 1000;
const maxRemembered = 4096;
const seriesGapMs = 6 * 60_000;
/** client-go's spam filter: 25 Events an object at once, then one each 5 minutes. */
const objectBurst = 25;
const objectRefillMs = 5 * 60_000;
/** A request that fails is sent this often in all, after waits of 1, 2, 4 and 8 s with jitter; then the Event is given up. */
const maxTries = 5;
const retryBackoff = { initialMs: 1_000, maxMs: 8_000, factor: 2, jitter: 0.5, resetAfterMs: Number.POSITIVE_INFINITY };
const requestTimeoutMs = 10_000;

export interface EventInput {
  /** The object that the Event is about: `kind`, `name`, `namespace` unless cluster-scoped, and where known `apiVersion` and `uid`. */
  regarding: ObjectReference;
  /** Reads the uid of what is regarded, just before the Event is sent: whoever records many waits for none. It never rejects. */
  findUid?: (limits: Pick<KubeRequest, 'timeoutMs' | 'signal'>) => Promise<string | undefined>;
  related?: ObjectReference | undefined;
  type: 'Normal' | 'Warning';
  /** Why, as one CamelCase word for each kind of transition; at most 128 bytes. */
  reason: string;
  /** What was done, as one CamelCase word; at most 128 bytes. */
  action: string;
  /** For people; what exceeds 1,024 bytes of UTF-8 is cut. */
  note: string;
}

export interface EventRecorderOptions {
  /** Of the cluster that the regarded objects are in. */
  transport: Transport;
  clock: Clock;
  /** 0 ≤ value < 1, as Math.random. */
  random: () => number;
  /** `reportingInstance`: the identity of this process. */
  identity: string;
  /** Asked when an Event is recorded and again before each request; false drops it. */
  mayWrite: () => boolean;
  metrics: Pick<RuntimeMetrics, 'eventsEmitted'>;
  logger: Logger;
}

export interface EventRecorder {
  /** Queues an Event. Never throws and never waits; what cannot be queued is counted as dropped. Never the only record of anything. */
  recordEvent(input: EventInput): void;
  /** At shutdown: takes no more Events, and resolves when those that wait are sent, at the latest after `deadlineMs`; the rest is dropped. */
  flush(deadlineMs: number): Promise<void>;
}

/** One Event in the API server and its repeats. */
interface Series {
  path: string;
  event: Event;
  findUid: EventInput['findUid'];
  count: number;
  lastSeenAt: number;
  lastObservedTime: string;
  /** It stands in the API server, so that a repeat is a patch. */
  created: boolean;
  queued: boolean;
}

type Result = 'sent' | 'failed' | 'dropped';

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { clock, mayWrite } = options;
  const seen = createRecent<Series>(maxRemembered);
  const allowed = createObjectLimit(clock);
  const send = createSender(options);
  const overdue = new AbortController();
  let queue: Series[] = [];
  let working: Promise<void> | undefined;
  let closed = false;
  let sequence = 0;

  const count = (result: Result, events = 1) => options.metrics.eventsEmitted.inc({ result }, events);
  for (const result of ['sent', 'failed', 'dropped'] as const) count(result, 0);

  function accept(input: EventInput): boolean {
    if (closed || !mayWrite()) return false;
    const series = repeatOf(input) ?? begin(input);
    // A repeat of what waits anyway goes with it.
    if (series.queued) return true;
    if (queue.length >= maxQueued || !allowed(input.regarding)) return false;
    series.queued = true;
    queue.push(series);
    working ??= drain();
    return true;
  }

  /** A repeat counts also where it is not sent: the next that is sent carries the number. */
  function repeatOf(input: EventInput): Series | undefined {
    const series = seen.get(seriesKey(input));
    if (!series || clock.monotonic() - series.lastSeenAt > seriesGapMs) return undefined;
    series.count += 1;
    series.lastSeenAt = clock.monotonic();
    series.lastObservedTime = microTime(clock);
    return series;
  }

  function begin(input: EventInput): Series {
    sequence = (sequence + 1) % 0x10000;
    const event = eventOf(input, clock, options.identity, sequence);
    const { name = '', namespace = '' } = event.metadata ?? {};
    const path = objectPath(eventType, name, namespace);
    const now = { lastSeenAt: clock.monotonic(), lastObservedTime: microTime(clock) };
    const series = { path, event, findUid: input.findUid, count: 1, created: false, queued: false, ...now };
    seen.set(seriesKey(input), series);
    return series;
  }

  async function drain(): Promise<void> {
    for (let series = queue.shift(); series; series = queue.shift()) {
      series.queued = false;
      count(await send(series, overdue.signal));
    }
    working = undefined;
  }

  async function flush(deadlineMs: number): Promise<void> {
    closed = true;
    const cancel = clock.after(deadlineMs, () => {
      count('dropped', queue.length);
      queue = [];
      overdue.abort();
    });
    await working;
    cancel();
  }

  return {
    flush,
    recordEvent: (input) => {
      try {
        if (!accept(input)) count('dropped');
      } catch (error) {
        count('failed');
        options.logger.warn('event could not be recorded', { reason: input.reason }, error);
      }
    },
  };
}

/** Sends a series as it stands: creates its Event, or patches the count of the one that is there. Never throws. */
function createSender({ transport, clock, random, mayWrite, logger }: EventRecorderOptions) {
  async function request(series: Series, signal: AbortSignal): Promise<void> {
    const progress = series.count > 1 ? { series: { count: series.count, lastObservedTime: series.lastObservedTime } } : {};
    const limits = { timeoutMs: requestTimeoutMs, signal };
    if (series.created) {
      const patch: KubeRequest = { method: 'PATCH', path: series.path, contentType: 'application/merge-patch+json', body: progress };
      if (await unless('NotFound', transport.json({ ...patch, ...limits }))) return;
    }
    const path = collectionPath(eventType, series.event.metadata?.namespace);
    // AlreadyExists: an earlier try arrived and its answer was lost.
    await unless('Conflict', transport.json({ method: 'POST', path, body: { ...series.event, ...progress }, ...limits }));
    series.created = true;
  }

  return async (series: Series, signal: AbortSignal): Promise<Result> => {
    const nextDelay = createBackoff({ clock, random, ...retryBackoff });
    if (series.findUid) await addUid(series, signal);
    for (let tries = 1; ; tries += 1) {
      if (signal.aborted || !mayWrite()) return 'dropped';
      try {
        await request(series, signal);
        return 'sent';
      } catch (error) {
        if (signal.aborted) return 'dropped';
        if (tries >= maxTries || !isKubeError(error, 'Transient')) {
          logger.warn('event could not be sent', { reason: series.event.reason, namespace: series.event.metadata?.namespace }, error);
          return 'failed';
        }
      }
      await delay(clock, nextDelay(), signal);
    }
  };
}

async function addUid(series: Series, signal: AbortSignal): Promise<void> {
  const uid = await series.findUid?.({ timeoutMs: requestTimeoutMs, signal });
  if (uid) series.event.regarding = { ...series.event.regarding, uid };
  series.findUid = undefined;
}

async function unless(kind: 'NotFound' | 'Conflict', work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isKubeError(error, kind)) return false;
    throw error;
  }
}

/** The API server refuses an Event outside the namespace of the object it regards, and wants `default` for cluster-scoped ones. */
function eventOf(input: EventInput, clock: Clock, identity: string, sequence: number): Event {
  const { regarding, related, type } = input;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: eventName(regarding.name, clock, sequence), namespace: regarding.namespace || 'default' },
    eventTime: microTime(clock),
    reportingController,
    reportingInstance: cut(identity, maxNameBytes),
    action: cut(input.action, maxNameBytes),
    reason: cut(input.reason, maxNameBytes),
    regarding,
    ...(related ? { related } : {}),
    type,
    note: cut(input.note, maxNoteBytes),
  };
}

/** `object.time`, as client-go names Events; the sequence keeps two of one moment apart. A name that an Event may not have (`system:node`) is left out. */
function eventName(object: string | undefined, clock: Clock, sequence: number): string {
  const suffix = clock.now().epochNanoseconds.toString(16) + sequence.toString(16).padStart(4, '0');
  const usable = object !== undefined && object.length <= 200 && dnsSubdomain.test(object);
  return `${usable ? object : 'event'}.${suffix}`;
}

function microTime(clock: Clock): string {
  return clock.now().toString({ fractionalSecondDigits: 6 });
}

/** The longest start of a text within a number of bytes of UTF-8 that ends with a whole character; `…` marks the cut. */
function cut(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes - Buffer.byteLength('…');
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.toString('utf8', 0, end)}…`;
}

function seriesKey({ regarding, type, reason, action, note }: EventInput): string {
  return JSON.stringify([objectKey(regarding), type, reason, action, note]);
}

function objectKey({ apiVersion, kind, namespace, name, uid }: ObjectReference): string {
  return JSON.stringify([apiVersion, kind, namespace, name, uid]);
}

/** A token bucket an object; true takes a token. A bucket that was forgotten is full again. */
function createObjectLimit(clock: Clock): (object: ObjectReference) => boolean {
  const buckets = createRecent<{ tokens: number; at: number }>(maxRemembered);
  return (object) => {
    const key = objectKey(object);
    const now = clock.monotonic();
    const { tokens, at } = buckets.get(key) ?? { tokens: objectBurst, at: now };
    const available = Math.min(objectBurst, tokens + (now - at) / objectRefillMs);
    buckets.set(key, { tokens: available >= 1 ? available - 1 : available, at: now });
    return available >= 1;
  };
}

/** Keeps the entries used last, at most `max`. */
function createRecent<T>(max: number) {
  const entries = new Map<string, T>();
  function set(key: string, value: T): void {
    entries.delete(key);
    entries.set(key, value);
    if (entries.size <= max) return;
    const [oldest] = entries.keys();
    if (oldest !== undefined) entries.delete(oldest);
  }
  return {
    set,
    get: (key: string): T | undefined => {
      const value = entries.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
  };
}
