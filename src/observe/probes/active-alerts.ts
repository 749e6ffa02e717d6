import { KubeError } from '../../kube/errors.ts';
import type { Probe } from './probe.ts';

/** An alert that is active: not silenced and not inhibited, where its source knows of that. */
export interface ActiveAlert {
  /** '' where it has none. */
  name: string;
  /** All of them, the name too. */
  labels: Readonly<Record<string, string>>;
  /** RFC 3339, as received. */
  startsAt: string | undefined;
  /** The annotation runbook_url; '' where there is none. */
  runbook: string;
}

/** What is said where nobody named a source. */
export const noAlertSource =
  'the coverage names no source of alerts for this cluster: to have them read, set alertSource in its entry of spec.scope.clusters';

/** Not the cluster's to answer: a coverage names whom to ask, and alerts/with-alerts.ts puts the answer beside what is watched. */
export const activeAlerts: Probe<readonly ActiveAlert[]> = {
  rules: [],
  ask: () => Promise.reject(new KubeError('NotFound', noAlertSource)),
};
