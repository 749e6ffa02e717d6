import * as z from 'zod';
import { shortened } from '../../kube/redact.ts';
import type { Outbound } from '../../runtime/outbound.ts';
import type { ActiveAlert } from '../probes/active-alerts.ts';

export const alertPrograms = ['Alertmanager', 'Prometheus'] as const;

/** Whom to ask for alerts: every replica of one program. */
export interface AlertReplicas {
  program: (typeof alertPrograms)[number];
  urls: readonly string[];
}

/** What one replica answers. */
export interface AlertReading {
  alerts: ActiveAlert[];
  /** When the replica started; undefined where it does not say. */
  startedAt: Temporal.Instant | undefined;
}

interface Protocol {
  alertsPath: string;
  /** The entries of an answer, which may be anything yet. */
  entriesOf(answer: unknown): unknown[];
  /** None where the entry is no alert that is active. */
  alertOf(entry: unknown): ActiveAlert[];
  statusPath: string;
  startedAt(answer: unknown): Temporal.Instant;
}

/** About 3,000 alerts with their annotations; several replicas answer at once. */
const maxBytes = 4 * 1024 * 1024;
/** Of small ones that would be more than is worth to be looked at. */
const maxAlerts = 5_000;

/** Zod notes each element that is wrong, and whoever answers may send a million of them: these say only that something is. */
const texts = z.custom<Record<string, string>>(isTexts);
const list = z.custom<unknown[]>(Array.isArray);
const instant = z.string().transform((text) => Temporal.Instant.from(text));

const alertmanagerAlert = z.object({
  labels: texts,
  annotations: texts.optional(),
  startsAt: z.string().optional(),
  status: z.object({ state: z.string() }).optional(),
});
const alertmanagerStatus = z.object({ uptime: instant });
const prometheusAlerts = z.object({ status: z.literal('success'), data: z.object({ alerts: list }) });
const prometheusAlert = z.object({ labels: texts, annotations: texts.optional(), state: z.string(), activeAt: z.string().optional() });
const prometheusStatus = z.object({ data: z.object({ startTime: instant }) });

const protocols: Readonly<Record<AlertReplicas['program'], Protocol>> = {
  Alertmanager: {
    alertsPath: '/api/v2/alerts?active=true&silenced=false&inhibited=false&unprocessed=false',
    entriesOf: (answer) => list.parse(answer),
    alertOf: (entry) => {
      const { labels, annotations, startsAt, status } = alertmanagerAlert.parse(entry);
      return status === undefined || status.state === 'active' ? [activeAlert(labels, annotations, startsAt)] : [];
    },
    statusPath: '/api/v2/status',
    startedAt: (answer) => alertmanagerStatus.parse(answer).uptime,
  },
  Prometheus: {
    alertsPath: '/api/v1/alerts',
    entriesOf: (answer) => prometheusAlerts.parse(answer).data.alerts,
    alertOf: (entry) => {
      const { labels, annotations, activeAt, state } = prometheusAlert.parse(entry);
      return state === 'firing' ? [activeAlert(labels, annotations, activeAt)] : [];
    },
    statusPath: '/api/v1/status/runtimeinfo',
    startedAt: (answer) => prometheusStatus.parse(answer).data.startTime,
  },
};

/** Asks one replica. Throws an Error whose message says why there is no answer; it quotes nothing of what was received. */
export async function readAlerts(
  program: AlertReplicas['program'],
  url: string,
  outbound: Pick<Outbound, 'get'>,
  signal: AbortSignal,
): Promise<AlertReading> {
  const { alertsPath, entriesOf, alertOf, statusPath, startedAt } = protocols[program];
  const ask = (path: string) => outbound.get(`${url.replace(/\/+$/, '')}${path}`, { maxBytes, signal });
  const text = await ask(alertsPath);
  const entries = understood(() => entriesOf(JSON.parse(text)));
  if (entries && entries.length > maxAlerts) throw new Error(`it tells of more than ${maxAlerts} alerts`);
  const alerts = entries && understood(() => entries.flatMap((entry) => alertOf(entry)));
  if (!alerts) throw new Error(`what it answers to ${alertsPath.replace(/\?.*/, '')} is not what ${program} answers`);
  // What only resembles these programs may not say when it started; then it is taken to know all alerts.
  const status = await ask(statusPath).catch(() => '');
  return { alerts, startedAt: understood(() => startedAt(JSON.parse(status))) };
}

/** Undefined for what is no JSON, or of another form. */
function understood<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).every((key) => typeof (value as Record<string, unknown>)[key] === 'string');
}

/** Of a label's value; names of objects have 253 characters at most. */
const longestLabel = 320;

function activeAlert(said: Record<string, string>, annotations: Record<string, string> = {}, startsAt?: string): ActiveAlert {
  const labels = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, shortened(value, longestLabel)]));
  return { name: labels.alertname ?? '', labels, startsAt, runbook: shortened(annotations.runbook_url ?? '', longestLabel) };
}
