import { isDeepStrictEqual } from 'node:util';
import { type Clock, delay } from '../../runtime/clock.ts';
import type { Outbound } from '../../runtime/outbound.ts';
import type { Knowledge } from '../cluster-view.ts';
import type { ActiveAlert } from '../probes/active-alerts.ts';
import { type AlertReading, type AlertReplicas, readAlerts } from './read-alerts.ts';

/** Active alerts as they were read last. */
export interface AlertSource {
  alerts(): readonly ActiveAlert[];
  knowledge(): Knowledge;
  /** Rises when the alerts change, or what may be relied upon. */
  revision(): number;
  onChange(listener: () => void): () => void;
  /** Has it asked now, unless it just was; returns with the answer, or without where that takes long. Never rejects. */
  refresh(signal: AbortSignal): Promise<void>;
  stop(): void;
}

export interface AlertSourceOptions {
  outbound: Pick<Outbound, 'get'>;
  clock: Clock;
  random: () => number;
}

/** How often it is asked, milliseconds; as often as Prometheus evaluates its rules by default. */
const lookMs = 60_000;
/** The same while it does not answer. */
const troubledMs = 20_000;
/** No pass has it asked again sooner, and none waits longer for the answer. */
const leastMs = 5_000;
const waitMs = 2_000;
/** As for watches: what was known counts for so long. */
const staleAfterMs = 180_000;
/** A replica that has started knows only what it was told since: Prometheus sends what goes on once a minute (`--rules.alert.resend-delay`), at an evaluation. */
const learningMs = 120_000;
/** What was known before counts beside that for so long at most, even if no replica runs for long enough. */
const rememberMs = 600_000;

export function followAlerts({ program, urls }: AlertReplicas, { outbound, clock, random }: AlertSourceOptions): AlertSource {
  const stopping = new AbortController();
  const listeners = new Set<() => void>();
  let alerts: readonly ActiveAlert[] = [];
  let state: Knowledge = { state: 'Stale', message: `${program} at ${urls.join(', ')} has not answered yet` };
  let answeredAt = Number.NEGATIVE_INFINITY;
  /** When a replica that knows all alerts answered last. */
  let completeAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  let revision = 0;

  function ask(): Promise<void> {
    if (asking) return asking;
    askedAt = clock.monotonic();
    asking = askAll().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  async function askAll(): Promise<void> {
    const problems: string[] = [];
    const readings = await Promise.all(
      urls.map((url) =>
        readAlerts(program, url, outbound, stopping.signal).catch((error: unknown) => {
          problems.push(`${url}: ${error instanceof Error ? error.message : String(error)}`);
          return undefined;
        }),
      ),
    );
    if (stopping.signal.aborted) return;
    const answered = readings.filter((reading) => reading !== undefined);
    if (answered.length > 0) learn(answered);
    else if (clock.monotonic() - answeredAt >= staleAfterMs)
      become(alerts, { state: 'Stale', message: `${program} does not answer: ${problems.sort().join('; ')}`.slice(0, 1024) });
  }

  function learn(readings: readonly AlertReading[]): void {
    const now = clock.monotonic();
    answeredAt = now;
    const knowsAll = ({ startedAt }: AlertReading) =>
      startedAt === undefined || clock.now().epochMilliseconds - startedAt.epochMilliseconds >= learningMs;
    if (readings.some(knowsAll)) completeAt = now;
    const before = completeAt < now && now - completeAt < rememberMs ? [alerts] : [];
    become(merged([...readings.map((reading) => reading.alerts), ...before]), { state: 'Current' });
  }

  function become(next: readonly ActiveAlert[], knowledge: Knowledge): void {
    if (isDeepStrictEqual([next, knowledge], [alerts, state])) return;
    alerts = next;
    state = knowledge;
    revision += 1;
    for (const listener of listeners) listener();
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await ask();
      const ms = answeredAt < askedAt ? troubledMs : lookMs;
      // Many coverages do not ask at once.
      await delay(clock, ms * (0.9 + random() * 0.2), stopping.signal);
    }
  }

  void run();
  return {
    alerts: () => alerts,
    knowledge: () => state,
    revision: () => revision,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh: async (signal) => {
      if (!asking && clock.monotonic() - askedAt < leastMs) return;
      const waiting = new AbortController();
      await Promise.race([ask(), delay(clock, waitMs, AbortSignal.any([signal, waiting.signal]))]);
      waiting.abort();
    },
    stop: () => {
      stopping.abort();
      listeners.clear();
    },
  };
}

/** Each alert once, the earliest of its beginnings, in an order that is always the same. */
function merged(lists: readonly (readonly ActiveAlert[])[]): ActiveAlert[] {
  const byLabels = new Map<string, ActiveAlert>();
  for (const alert of lists.flat()) {
    const key = JSON.stringify(Object.entries(alert.labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = byLabels.get(key);
    if (!known || (alert.startsAt ?? '') < (known.startsAt ?? '')) byLabels.set(key, alert);
  }
  return [...byLabels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, alert]) => alert);
}
