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
  alertsOf(answer: unknown): ActiveAlert[];
  statusPath: string;
  startedAt(answer: unknown): Temporal.Instant;
}

/** About 10,000 alerts. */
const maxBytes = 10 * 1024 * 1024;

const texts = z.record(z.string(), z.string());
const instant = z.string().transform((text) => Temporal.Instant.from(text));

const alertmanagerAlerts = z.array(
  z.object({
    labels: texts,
    annotations: texts.optional(),
    startsAt: z.string().optional(),
    status: z.object({ state: z.string() }).optional(),
  }),
);
const alertmanagerStatus = z.object({ uptime: instant });
const prometheusAlerts = z.object({
  status: z.literal('success'),
  data: z.object({
    alerts: z.array(z.object({ labels: texts, annotations: texts.optional(), state: z.string(), activeAt: z.string().optional() })),
  }),
});
const prometheusStatus = z.object({ data: z.object({ startTime: instant }) });

const protocols: Readonly<Record<AlertReplicas['program'], Protocol>> = {
  Alertmanager: {
    alertsPath: '/api/v2/alerts?active=true&silenced=false&inhibited=false&unprocessed=false',
    alertsOf: (answer) =>
      alertmanagerAlerts
        .parse(answer)
        .filter(({ status }) => status === undefined || status.state === 'active')
        .map(({ labels, annotations, startsAt }) => alertOf(labels, annotations, startsAt)),
    statusPath: '/api/v2/status',
    startedAt: (answer) => alertmanagerStatus.parse(answer).uptime,
  },
  Prometheus: {
    alertsPath: '/api/v1/alerts',
    alertsOf: (answer) =>
      prometheusAlerts
        .parse(answer)
        .data.alerts.filter(({ state }) => state === 'firing')
        .map(({ labels, annotations, activeAt }) => alertOf(labels, annotations, activeAt)),
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
  const { alertsPath, alertsOf, statusPath, startedAt } = protocols[program];
  const ask = (path: string) => outbound.get(`${url.replace(/\/+$/, '')}${path}`, { maxBytes, signal });
  const text = await ask(alertsPath);
  const alerts = understood(text, alertsOf);
  if (!alerts) throw new Error(`what it answers to ${alertsPath.replace(/\?.*/, '')} is not what ${program} answers`);
  // What only resembles these programs may not say when it started; then it is taken to know all alerts.
  const status = await ask(statusPath).catch(() => '');
  return { alerts, startedAt: understood(status, startedAt) };
}

/** Undefined for what is no JSON, or of another form. */
function understood<T>(text: string, parse: (answer: unknown) => T): T | undefined {
  try {
    return parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Of a label's value; names of objects have 253 characters at most. */
const longestLabel = 320;

function alertOf(said: Record<string, string>, annotations: Record<string, string> = {}, startsAt?: string): ActiveAlert {
  const labels = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, shortened(value, longestLabel)]));
  return { name: labels.alertname ?? '', labels, startsAt, runbook: shortened(annotations.runbook_url ?? '', longestLabel) };
}
