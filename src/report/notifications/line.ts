import { isDeepStrictEqual } from 'node:util';
import type { Contact } from '../../api/v1alpha1/supportcoverage.ts';
import { createBackoff } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { type Channel, type Delivered, DeliveryError, type OpenAlert } from './channel.ts';
import type { ChannelFor } from './channel-for.ts';
import type { CoverageRef, Message } from './message.ts';
import type { NotificationMetrics } from './metrics.ts';

/** What a contact line is to hear. */
export interface LineState {
  /** Messages that are due and not delivered as far as the caller knows. What a key stands for never changes. */
  pending: readonly Message[];
  /** Until when they may be sent, by key; any other at any time. So nobody is told out of hours because nobody came to say that they are over. */
  until?: ReadonlyMap<string, Temporal.Instant>;
  /** All that the contact line was told of or is told of by `pending`, and that is open. */
  open: readonly OpenAlert[];
}

/** What became of it, for status and report. */
export interface LineResult {
  /** When a message was delivered last, RFC 3339; undefined where none was since this process began to lead. */
  delivered?: string;
  /** Why something is not delivered, or not to every replica; the same text while the cause is the same. */
  problem?: string;
  /** Keys of the messages delivered last. The caller forgets these messages, and offers them no more. */
  deliveredKeys: ReadonlySet<string>;
}

/** The worker of one contact line. */
export interface Line {
  readonly coverage: CoverageRef;
  offer(contact: Contact, state: LineState): void;
  result(): LineResult;
  /** Begins nothing more, and resolves when what is under way has ended. */
  close(): Promise<void>;
  /** Ends what is under way. */
  giveUp(): void;
  /** Both, and takes the series away. */
  end(): void;
}

export interface LineOptions {
  coverage: CoverageRef;
  contact: string;
  channelFor: ChannelFor;
  clock: Clock;
  /** 0 ≤ value < 1, as Math.random. */
  random: () => number;
  /** Asked before each try; while it says no, nothing is sent and nothing is lost. */
  mayWrite: () => boolean;
  logger: Logger;
  metrics: NotificationMetrics;
  /** Told when its result is another. */
  onChange: () => void;
  /** How often what is open is said again to receivers that forget, milliseconds. */
  resendMs: number;
}

/** 1 s to 5 min with jitter; a receiver that is down is not told how often it is asked. */
const backoff = { initialMs: 1_000, maxMs: 250_000, factor: 2, jitter: 0.2, resetAfterMs: Number.POSITIVE_INFINITY };
/** A refusal is tried again so often: somebody may have mended what it was about. */
const refusedMs = 15 * 60_000;
/** A receiver may ask for patience, not for silence. */
const maxRetryAfterMs = 60 * 60_000;
/** How soon a replica whose lease is in doubt looks again. */
const lookMs = 1_000;
/** Delivered keys that are remembered; a report has 64 messages at most, and a coverage 64 reports. */
const maxRemembered = 4_096;
/** Stands for the resend among the keys of messages. */
const resending = '';

export function createLine(options: LineOptions): Line {
  const { clock, metrics, coverage, contact: name } = options;
  const logger = options.logger.with({ coverage: `${coverage.namespace}/${coverage.name}`, contact: name });
  const abort = new AbortController();
  const newBackoff = () => createBackoff({ ...backoff, clock, random: options.random });
  let nextDelay = newBackoff();

  let contact: Contact | undefined;
  let channel: Channel | undefined;
  /** What waits, by key, in the order of its next try. */
  let pending = new Map<string, Message>();
  let until: ReadonlyMap<string, Temporal.Instant> = new Map();
  let open: readonly OpenAlert[] = [];
  /** Monotonic times before which a message is not tried, and nothing at all is. */
  let notBefore = new Map<string, number>();
  let pausedUntil = 0;
  let resendAt = 0;
  /** Why what is not delivered is not, by key of the message. */
  const problems = new Map<string, string>();
  const deliveredKeys = new Set<string>();
  let delivered: string | undefined;

  let working: Promise<void> | undefined;
  let cancelTimer: () => void = () => {};
  let closed = false;

  metrics.begin(coverage, name);

  function offer(next: Contact, state: LineState): void {
    if (!isDeepStrictEqual(contact, next)) reconnect(next);
    open = state.open;
    until = state.until ?? new Map();
    const offered = state.pending.filter(({ key }) => !deliveredKeys.has(key));
    // What waits keeps its place.
    const kept = [...pending.keys()].filter((key) => offered.some((message) => message.key === key));
    const byKey = new Map(offered.map((message) => [message.key, message]));
    pending = new Map([...kept, ...byKey.keys()].map((key) => [key, byKey.get(key) as Message]));
    notBefore = new Map([...notBefore].filter(([key]) => pending.has(key)));
    for (const key of problems.keys()) if (key !== resending && !pending.has(key)) setProblem(key, undefined);
    wake();
  }

  /** Another address may well take what the last one did not. */
  function reconnect(next: Contact): void {
    contact = next;
    channel = options.channelFor(coverage, next);
    notBefore.clear();
    pausedUntil = 0;
    resendAt = 0;
    nextDelay = newBackoff();
    setProblem(resending, undefined);
  }

  function wake(): void {
    cancelTimer();
    if (closed || working) return;
    working = work().finally(() => {
      working = undefined;
      schedule();
    });
  }

  async function work(): Promise<void> {
    for (;;) {
      if (closed || !channel || !options.mayWrite()) return;
      const task = dueTask(channel);
      if (!task) return;
      await task();
    }
  }

  /** When something is due next, monotonic; undefined where nothing waits. */
  function nextAt(): number | undefined {
    const times = [...pending.keys()].filter(isInTime).map((key) => Math.max(pausedUntil, notBefore.get(key) ?? 0));
    if (channel?.keepAlive) times.push(resendAt);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  function isInTime(key: string): boolean {
    const end = until.get(key);
    return end === undefined || Temporal.Instant.compare(clock.now(), end) < 0;
  }

  function schedule(): void {
    const at = nextAt();
    if (closed || at === undefined) return;
    const now = clock.monotonic();
    cancelTimer = clock.after(at > now ? at - now : lookMs, wake);
  }

  /** Where everything is said with each message, all that are due go together. */
  function dueTask(through: Channel): (() => Promise<void>) | undefined {
    const now = clock.monotonic();
    const due = [...pending.values()].filter(({ key }) => isInTime(key) && Math.max(pausedUntil, notBefore.get(key) ?? 0) <= now);
    if (due.length > 0) return () => tryMessages(through, through.keepAlive ? due : due.slice(0, 1));
    const { keepAlive } = through;
    return keepAlive && resendAt <= now ? () => tryResend(keepAlive) : undefined;
  }

  async function tryMessages(through: Channel, messages: readonly Message[]): Promise<void> {
    try {
      const outcomes: Delivered[] = [];
      for (const message of messages) {
        if (!options.mayWrite()) return;
        outcomes.push(await through.deliver(message, abort.signal));
      }
      if (through.keepAlive && !options.mayWrite()) return;
      if (through.keepAlive) outcomes.push(await repeat(through.keepAlive));
      if (!abort.signal.aborted) noteDelivered(messages, outcomes.find(({ problem }) => problem !== undefined)?.problem);
    } catch (error) {
      if (!abort.signal.aborted) noteFailure(messages, deliveryError(error));
    }
  }

  async function tryResend(keepAlive: NonNullable<Channel['keepAlive']>): Promise<void> {
    try {
      const { problem } = await repeat(keepAlive);
      if (abort.signal.aborted) return;
      // Whoever hears this hears the rest too.
      pausedUntil = 0;
      notBefore.clear();
      setProblem(resending, problem);
    } catch (error) {
      if (!abort.signal.aborted) setProblem(resending, deliveryError(error).message);
    }
  }

  function repeat(keepAlive: NonNullable<Channel['keepAlive']>): Promise<Delivered> {
    resendAt = clock.monotonic() + options.resendMs;
    return keepAlive(open, abort.signal);
  }

  function noteDelivered(messages: readonly Message[], problem: string | undefined): void {
    nextDelay = newBackoff();
    delivered = clock.now().toString({ smallestUnit: 'second' });
    for (const { key, kind } of messages) {
      remember(key);
      pending.delete(key);
      notBefore.delete(key);
      problems.delete(key);
      metrics.count(coverage, name, 'Delivered');
      logger.info('notification delivered', { key, kind });
    }
    setProblem(resending, problem, true);
  }

  function noteFailure(messages: readonly Message[], error: DeliveryError): void {
    const now = clock.monotonic();
    const asked = Math.min(error.retryAfterMs ?? 0, maxRetryAfterMs);
    if (error.retryable) pausedUntil = now + Math.max(nextDelay(), asked);
    for (const { key } of messages) {
      metrics.count(coverage, name, error.retryable ? 'Failed' : 'Refused');
      const message = pending.get(key);
      if (!message) continue;
      if (!error.retryable) notBefore.set(key, now + Math.max(refusedMs, asked));
      // The others have their turn first: what is wrong may be this message.
      pending.delete(key);
      pending.set(key, message);
      setProblem(key, error.message);
    }
  }

  function remember(key: string): void {
    deliveredKeys.add(key);
    const [oldest] = deliveredKeys;
    if (deliveredKeys.size > maxRemembered && oldest !== undefined) deliveredKeys.delete(oldest);
  }

  /** Says so where the result is another by it, or has changed otherwise. */
  function setProblem(key: string, problem: string | undefined, changed = false): void {
    const before = firstProblem();
    if (problem === undefined) problems.delete(key);
    else problems.set(key, problem);
    const now = firstProblem();
    if (now !== before && now !== undefined) logger.warn('notification not delivered', { problem: now });
    if (changed || now !== before) options.onChange();
  }

  function firstProblem(): string | undefined {
    return problems.values().next().value;
  }

  /** What no channel should throw is a failure like others, and its text stays in the log. */
  function deliveryError(error: unknown): DeliveryError {
    if (error instanceof DeliveryError) return error;
    logger.error('notification failed unexpectedly', {}, error);
    return new DeliveryError('the delivery failed unexpectedly; the log of the operator says how', { retryable: true });
  }

  async function close(): Promise<void> {
    closed = true;
    cancelTimer();
    await working;
  }

  return {
    coverage,
    offer,
    close,
    giveUp: () => abort.abort(),
    result: () => {
      const problem = firstProblem();
      return { deliveredKeys, ...(delivered ? { delivered } : {}), ...(problem === undefined ? {} : { problem }) };
    },
    end: () => {
      void close();
      abort.abort();
      metrics.forget(coverage, name);
    },
  };
}
