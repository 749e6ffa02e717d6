import { Counter, type Registry } from '../../runtime/metrics.ts';

/** Delivered: the contact line took the message. Failed: it did not, and is tried again soon. Refused: only somebody's change can help. */
export const results = ['Delivered', 'Failed', 'Refused'] as const;
export type Result = (typeof results)[number];

/** Tries to deliver a message. Only the leader has them. */
export interface NotificationMetrics {
  /** A contact line has a series for each result from the beginning. */
  begin(coverage: Named, contact: string): void;
  count(coverage: Named, contact: string, result: Result): void;
  forget(coverage: Named, contact: string): void;
}

type Named = { name: string; namespace: string };

export function createNotificationMetrics(registry: Registry): NotificationMetrics {
  const notifications = new Counter({
    name: 'supportcoverage_notifications_total',
    help: 'Tries to deliver a message to a contact line.',
    labelNames: ['coverage', 'coverage_namespace', 'contact', 'result'],
    registers: [registry],
  });
  const labels = ({ name, namespace }: Named, contact: string, result: Result) => ({
    ...{ coverage: name, coverage_namespace: namespace, contact, result },
  });
  return {
    begin: (coverage, contact) => {
      for (const result of results) notifications.inc(labels(coverage, contact, result), 0);
    },
    count: (coverage, contact, result) => notifications.inc(labels(coverage, contact, result)),
    forget: (coverage, contact) => {
      for (const result of results) notifications.remove(labels(coverage, contact, result));
    },
  };
}
