import * as z from 'zod';
import type { Severity } from '../../api/v1alpha1/fields.ts';
import { severities } from '../../api/v1alpha1/fields.ts';
import { redact } from '../../kube/redact.ts';
import type { ActiveAlert } from '../../observe/probes/active-alerts.ts';
import { instantOf } from '../../observe/resource.ts';
import { type CheckContext, defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { alertLabel, names } from '../parameters.ts';
import { labelOf, type Place, placedOn, placeOf } from './alert-objects.ts';
import { earliest, podNeeds } from './pod-states.ts';

const parameters = z.strictObject({
  ignored: names(['Watchdog', 'InfoInhibitor'], 'Names of alerts that are never findings.'),
  clusterLabel: alertLabel(
    'cluster',
    'Label that says which cluster an alert is about; its value must be the name of the cluster in `scope.clusters`.',
  ),
  severityLabel: alertLabel('severity', 'Label that says how severe an alert is.'),
  critical: names(['critical'], 'Values of that label that count as critical.'),
  info: names(['info'], 'Values that count as info. Any other, and none, counts as warning.'),
  ignoredSeverities: names(['none'], 'Values with which an alert is never a finding.'),
});
type Context = CheckContext<z.output<typeof parameters>>;

/** An alert of this cluster, with its place in it. */
interface Placed extends Place {
  alert: ActiveAlert;
  severity: Severity;
}

/** Findings of their own; what is beyond them is one together. */
const maxSingle = 200;
const reasonPattern = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
/** Of all alerts whose names are no words that a reason can be. */
const anyName = 'AlertFiring';

export const alertFiring = defineCheck({
  id: 'alert-firing',
  area: 'Workloads',
  tier: 'Level2',
  title: 'An alert is active in what is covered',
  severity: 'warning',
  for: '5m',
  needs: { ...podNeeds, optional: placedOn, probes: ['active-alerts'] },
  remediation:
    'Follow the runbook that the message names, or look at the rule of the alert in Prometheus. The finding resolves with the alert; where the state is known and accepted, silence the alert in Alertmanager, or name it in the parameter `ignored`.',
  references: [
    'Alertmanager: API v2, alerts',
    'Prometheus: HTTP API, alerts',
    'own default: 5m, as long as an alert may go on after what it tells of is over; Prometheus has already waited for the rule’s own time',
  ],
  parameters,
  evaluate: (context) => {
    const { view } = context;
    const alerts = (view.probe('active-alerts') ?? []).filter((alert) => !isOwn(alert));
    const clusters = new Set(alerts.map((alert) => clusterOf(alert, context)));
    if (clusters.size > 0 && !clusters.has('') && !clusters.has(view.cluster)) return otherClusters(context, [...clusters]);
    const placed = alerts.flatMap((alert) => place(alert, context) ?? []);
    const isInfo = ({ severity }: Placed) => severity === 'info';
    return {
      observations: [
        ...single(
          placed.filter((each) => !isInfo(each)),
          view.cluster,
        ),
        ...quiet(placed.filter(isInfo), view.cluster),
      ],
    };
  },
});

/** The operator's rules, and what it sends to contact lines. */
function isOwn({ name, labels }: ActiveAlert): boolean {
  return name.startsWith('SupportCoverage') || (labels.coverage !== undefined && labels.coverage_namespace !== undefined);
}

function clusterOf({ labels }: ActiveAlert, { parameters: { clusterLabel } }: Context): string {
  return labels[clusterLabel] ?? '';
}

/** That none is about this cluster may as well mean that it has another name there: then all of its alerts would be missed. */
function otherClusters({ view, parameters: { clusterLabel } }: Context, clusters: readonly string[]): Evaluation {
  const named = inBrief(clusters.map((name) => JSON.stringify(redact(name).slice(0, 63))));
  return {
    outcome: 'Unknown',
    message: `Every active alert is about another cluster than ${view.cluster} (label ${clusterLabel}: ${named}), so it is not known whether alerts of this one arrive: give the cluster that name in scope.clusters, or set the parameter clusterLabel.`,
  };
}

function place(alert: ActiveAlert, context: Context): Placed | undefined {
  const { ignored, severityLabel, critical, info, ignoredSeverities } = context.parameters;
  const said = alert.labels[severityLabel] ?? '';
  const cluster = clusterOf(alert, context);
  if (ignored.includes(alert.name) || ignoredSeverities.includes(said) || !['', context.view.cluster].includes(cluster)) return undefined;
  const found = placeOf(alert, context);
  const severity = critical.includes(said) ? 'critical' : info.includes(said) ? 'info' : 'warning';
  return found && { ...found, alert, severity };
}

/** One observation for an object and name, the most severe and the oldest first. */
function single(placed: readonly Placed[], cluster: string): Observation[] {
  const groups = Map.groupBy(placed, ({ object, alert }) => JSON.stringify([object, reasonOf(alert)]));
  const all = [...groups.values()].map(observe).sort(byUrgency);
  if (all.length <= maxSingle) return all;
  return [
    ...all.slice(0, maxSingle),
    {
      object: `Cluster/${cluster}`,
      reason: 'MoreAlertsFiring',
      severity: all[maxSingle]?.severity ?? 'warning',
      message: `More alerts are active than the ${maxSingle} that have findings of their own, which are the most severe and the oldest. See them where they are read.`,
    },
  ];
}

function byUrgency(a: Observation, b: Observation): number {
  const rank = ({ severity }: Observation) => (severity ? severities.indexOf(severity) : severities.length);
  const began = ({ since }: Observation) => since?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
  const key = ({ object, reason }: Observation) => `${object} ${reason}`;
  const age = began(a) === began(b) ? 0 : began(a) - began(b);
  return rank(a) - rank(b) || age || (key(a) < key(b) ? -1 : 1);
}

function observe(group: readonly Placed[]): Observation {
  const object = group[0]?.object ?? '';
  const alerts = group.map(({ alert }) => alert);
  const reason = reasonOf(alerts[0]);
  const isExact = group.every(({ exact }) => exact);
  // Of a namespace that is not there any more the alerts end in some minutes.
  const isGone = !isExact && object.startsWith('Cluster/') && alerts.every((alert) => labelOf(alert, 'namespace') !== '');
  const subject = group.length > 1 ? `${group.length} alerts ${namesOf(alerts)} are` : `The alert ${namesOf(alerts)} is`;
  return {
    object,
    reason,
    severity: severities.find((severity) => group.some((each) => each.severity === severity)) ?? 'warning',
    message: `${subject} active for ${object}${isExact ? '' : labelsOf(alerts)}. ${adviceOf(alerts)}`,
    since: isGone ? undefined : earliest(alerts.map(({ startsAt }) => instantOf(startsAt))),
    ...(reason === anyName ? {} : { alert: reason }),
  };
}

function reasonOf(alert: ActiveAlert | undefined): string {
  return alert && reasonPattern.test(alert.name) ? alert.name : anyName;
}

/** Names are whatever somebody wrote into a rule. */
function namesOf(alerts: readonly ActiveAlert[]): string {
  return inBrief([...new Set(alerts.map(({ name }) => (reasonPattern.test(name) ? name : JSON.stringify(redact(name).slice(0, 80)))))]);
}

/** What of the labels says where, when no object does. */
const placing = ['pod', 'service', 'container', 'instance', 'job'] as const;

function labelsOf(alerts: readonly ActiveAlert[]): string {
  const said = alerts.flatMap((alert) => {
    const label = placing.find((name) => labelOf(alert, name) !== '');
    return label ? [`${label} ${redact(labelOf(alert, label)).slice(0, 80)}`] : [];
  });
  return said.length > 0 ? ` (${inBrief([...new Set(said)])})` : '';
}

function adviceOf(alerts: readonly ActiveAlert[]): string {
  const runbooks = [...new Set(alerts.map(({ runbook }) => runbook).filter((url) => /^https?:\/\/[^\s"'<>]{1,256}$/.test(url)))].sort();
  return runbooks[0] ? `Follow its runbook: ${redact(runbooks[0])}` : 'It names no runbook: look at its rule in Prometheus.';
}

/** Info is one finding for all. */
function quiet(placed: readonly Placed[], cluster: string): Observation[] {
  if (placed.length === 0) return [];
  const each = [...new Set(placed.map(({ alert, object }) => `${namesOf([alert])} (${object})`))];
  const message = `Alerts of severity info are active: ${inBrief(each)}. Look at them when there is time.`;
  return [{ object: `Cluster/${cluster}`, reason: 'InfoAlertsFiring', severity: 'info', message }];
}
