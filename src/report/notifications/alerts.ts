import type { Subject } from '../../api/v1alpha1/coveragereport.ts';
import { severities } from '../../api/v1alpha1/fields.ts';
import type { OpenAlert } from './channel.ts';
import { type CoverageRef, namespaceOf } from './message.ts';

/** An alert as the Alertmanager API v2 takes it. */
export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** RFC 3339. */
  startsAt: string;
}

/** Values of the label alertname. Routes are written against them: they do not change. */
export const alertNames = {
  finding: 'SupportCoverageFinding',
  more: 'SupportCoverageMoreFindings',
  test: 'SupportCoverageTest',
} as const;

/** Alerts of their own a contact line and cluster. What is beyond them is one alert together. */
export const maxSingle = 100;

/** Whose alerts these are. */
export interface Sender {
  coverage: CoverageRef;
  contact: string;
}

/** Two alerts are the same to an Alertmanager where their labels are. */
export function identityOf({ labels }: Pick<Alert, 'labels'>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The alerts for what is open, most urgent first: one a finding and step up to `maxSingle` a cluster, and one for all others. What `isTold` has an
 * alert of its own keeps it while it is open, since an alert that ends reads as solved; so a storm may have up to `maxSingle` of each severity.
 */
export function alertsOf(sender: Sender, open: readonly OpenAlert[], isTold: (identity: string) => boolean): Alert[] {
  const clusters = Map.groupBy(open, ({ cluster }) => cluster);
  return [...clusters.values()].flatMap((list) => clusterAlerts(sender, list, isTold));
}

function clusterAlerts(sender: Sender, open: readonly OpenAlert[], isTold: (identity: string) => boolean): Alert[] {
  const entries = open.map((entry) => {
    const alert = findingAlert(sender, entry);
    return { entry, alert, told: isTold(identityOf(alert)) };
  });
  entries.sort(
    (a, b) =>
      severities.indexOf(a.entry.severity) - severities.indexOf(b.entry.severity) ||
      Number(b.told) - Number(a.told) ||
      order(a.entry.since, b.entry.since) ||
      order(a.entry.id + a.entry.step, b.entry.id + b.entry.step),
  );
  const single = entries.filter(({ told }, index) => index < maxSingle || told);
  const rest = entries.filter(({ told }, index) => index >= maxSingle && !told).map(({ entry }) => entry);
  return [...single.map(({ alert }) => alert), ...moreAlert(sender, rest)];
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function findingAlert(sender: Sender, { message, remediation, since, ...entry }: OpenAlert): Alert {
  return {
    labels: findingLabels(sender, entry, entry),
    annotations: {
      summary: `${sender.coverage.name}/${entry.cluster}: ${entry.severity} ${entry.check} ${entry.object}`,
      description: remediation ? `${message} ${remediation}` : message,
    },
    startsAt: since,
  };
}

/** The labels by which an alert of a finding is known, also when it has to be ended by somebody who did not begin it. */
export function findingLabels(
  sender: Sender,
  place: { cluster: string; environment?: string },
  { id, check, object, severity, step }: Pick<Subject, 'id' | 'check' | 'object' | 'severity' | 'step'>,
): Record<string, string> {
  const namespace = namespaceOf({ object });
  return {
    ...sharedLabels(alertNames.finding, sender, place),
    ...{ severity, check, object, finding: id, step },
    ...(namespace === undefined ? {} : { object_namespace: namespace }),
  };
}

function sharedLabels(alertname: string, { coverage, contact }: Sender, place?: { cluster: string; environment?: string }) {
  return {
    alertname,
    coverage: coverage.name,
    coverage_namespace: coverage.namespace,
    contact,
    ...(place ? { cluster: place.cluster } : {}),
    ...(place?.environment ? { environment: place.environment } : {}),
  };
}

/** One alert for all that have none of their own, as urgent as the most urgent of them. */
function moreAlert(sender: Sender, rest: readonly OpenAlert[]): Alert[] {
  const [first] = rest;
  if (!first) return [];
  const { coverage } = sender;
  // A finding that has gone several steps is one finding.
  const found = [...new Map(rest.map((alert) => [alert.id, alert])).values()];
  const counts = severities
    .map((severity) => ({ severity, count: found.filter((alert) => alert.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`);
  const total = `${found.length} more ${found.length === 1 ? 'finding' : 'findings'}`;
  return [
    {
      labels: { ...sharedLabels(alertNames.more, sender, first), severity: first.severity },
      annotations: {
        summary: `${coverage.name}/${first.cluster}: ${total} (${counts.join(', ')})`,
        description: `They have no alert of their own. kubectl get coveragereports -n ${coverage.namespace} ${coverage.name}.${first.cluster} -o yaml lists what is open.`,
      },
      startsAt: rest.map(({ since }) => since).sort()[0] ?? first.since,
    },
  ];
}

/** Whether the contact line can be reached; it ends by itself. */
export function testAlert(sender: Sender, summary: string, at: string): Alert {
  return {
    labels: { ...sharedLabels(alertNames.test, sender), severity: 'info' },
    annotations: { summary, description: summary },
    startsAt: at,
  };
}
