import type { Outbound } from '../../runtime/outbound.ts';
import { type Alert, alertsOf, findingLabels, identityOf, type Sender, testAlert } from './alerts.ts';
import { type Channel, type Delivered, DeliveryError, type OpenAlert } from './channel.ts';
import { post } from './delivery.ts';
import { type Message, summaryOf } from './message.ts';

export interface AlertmanagerOptions extends Sender {
  outbound: Pick<Outbound, 'post'>;
  /** Every replica. */
  urls: readonly string[];
  now: () => Temporal.Instant;
  /** How often what is open is said again, milliseconds. */
  resendMs: number;
}

/** An alert that nobody repeats ends after so many resends, and for so many resends it is said that one has ended: as Prometheus does. */
const lastingResends = 4;
/** Of what has ended so many are said at most, the last ones. */
const maxEnded = 1_000;
/** Alerts in one request; each is about 1 KiB. */
const batch = 200;

/** A contact line of Alertmanagers. They share what they have notified, and no alerts: each is told all of them. */
export function createAlertmanager(options: AlertmanagerOptions): Channel {
  const { urls, now } = options;
  const lastingMs = lastingResends * options.resendMs;
  /** What was said to be open and not that it has ended. */
  let told = new Map<string, Alert>();
  const ended = new Map<string, { alert: Alert; at: Temporal.Instant }>();

  /** What a report says was told and is over: in another process, the alert may have been begun there. */
  function noteResolved({ resolved, cluster, environment }: Message): void {
    for (const subject of resolved) {
      const labels = findingLabels(options, { cluster, ...(environment ? { environment } : {}) }, subject);
      const alert: Alert = { labels, annotations: { summary: `resolved: ${subject.object}` }, startsAt: now().toString() };
      const identity = identityOf(alert);
      if (!told.has(identity) && !ended.has(identity)) told.set(identity, alert);
    }
  }

  /** Brings what is told up to date, before it is known who hears it: who heard it although no answer came has to hear its end too. */
  function update(open: readonly OpenAlert[]): void {
    const current = new Map(alertsOf(options, open, (identity) => told.has(identity)).map((alert) => [identityOf(alert), alert]));
    const at = now();
    for (const [identity, alert] of told) if (!current.has(identity)) ended.set(identity, { alert, at });
    for (const identity of current.keys()) ended.delete(identity);
    told = current;
    forgetEnded(at);
  }

  /** Also while nobody can be reached: an alert that nobody repeated for so long has ended there by itself. */
  function forgetEnded(now: Temporal.Instant): void {
    let beyond = ended.size - maxEnded;
    for (const [identity, { at }] of ended) {
      if (beyond > 0 || now.since(at).total('milliseconds') > lastingMs) ended.delete(identity);
      beyond -= 1;
    }
  }

  async function keepAlive(open: readonly OpenAlert[], signal: AbortSignal): Promise<Delivered> {
    update(open);
    const lasting = now().add({ milliseconds: lastingMs });
    const alerts = [
      ...[...told.values()].map((alert) => postable(alert, lasting)),
      ...[...ended.values()].map(({ alert, at }) => postable(alert, at)),
    ];
    return postToAll(alerts, signal);
  }

  /** An alert cannot begin after it ends, nor in the future, whatever another machine's clock says. */
  function postable(alert: Alert, endsAt: Temporal.Instant) {
    const begun = [Temporal.Instant.from(alert.startsAt), endsAt, now()].reduce((a, b) => (Temporal.Instant.compare(a, b) < 0 ? a : b));
    return { ...alert, startsAt: begun.toString(), endsAt: endsAt.toString() };
  }

  async function postToAll(alerts: readonly object[], signal: AbortSignal): Promise<Delivered> {
    const answers = await Promise.allSettled(urls.map((url) => postBatches(url, alerts, signal)));
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    for (const failure of failures) if (!(failure instanceof DeliveryError)) throw failure;
    return together(failures as DeliveryError[], urls.length);
  }

  async function postBatches(url: string, alerts: readonly object[], signal: AbortSignal): Promise<void> {
    const address = `${url.replace(/\/+$/, '')}/api/v2/alerts`;
    for (let start = 0; start < alerts.length; start += batch) {
      const body = JSON.stringify(alerts.slice(start, start + batch));
      await post(options.outbound, address, { body, headers: { 'content-type': 'application/json' }, signal }, 'Alertmanager', now);
    }
  }

  return {
    keepAlive,
    deliver: async (message, signal) => {
      if (message.kind !== 'Test') {
        noteResolved(message);
        return {};
      }
      const alert = testAlert(options, summaryOf(message), message.at);
      return postToAll([postable(alert, now().add({ milliseconds: lastingMs }))], signal);
    },
  };
}

/** One replica is enough for a delivery; all of them are what was agreed. */
function together(failures: readonly DeliveryError[], replicas: number): Delivered {
  if (failures.length === 0) return {};
  const problem = failures.map(({ message }) => message).join('; ');
  if (failures.length < replicas) return { problem };
  throw new DeliveryError(problem, {
    retryable: failures.some(({ retryable }) => retryable),
    retryAfterMs: failures.map(({ retryAfterMs }) => retryAfterMs).find((ms) => ms !== undefined),
  });
}
