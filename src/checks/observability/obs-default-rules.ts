import * as z from 'zod';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { names } from '../parameters.ts';
import { coreAlerts } from './layers.ts';
import { isOldEnough, selectingUnreadable, type Unselected, unselected } from './unselected.ts';

export const obsDefaultRules = defineCheck({
  id: 'obs-default-rules',
  area: 'Observability',
  tier: 'Level1',
  title: 'Default alerting rules are missing, or no Prometheus selects rules of the platform',
  severity: 'info',
  for: '1h',
  needs: { resources: ['prometheusrules'], optional: ['namespaces', 'prometheuses', 'thanosrulers'] },
  remediation:
    'Install the alerting rules of kubernetes-mixin, as kube-prometheus and kube-prometheus-stack do, or switch the missing groups on again. Name what you agreed to instead in the parameter. Where no Prometheus selects a rule, add the labels that the message names.',
  references: ['kubernetes-mixin: alerts', 'kube-prometheus: general rules (TargetDown, Watchdog)'],
  parameters: z.strictObject({
    required: names(coreAlerts, 'Alerts that must exist in a PrometheusRule.'),
  }),
  evaluate: ({ view, agreement, parameters, now, holdMs }): Evaluation => {
    const unknown = selectingUnreadable(view, 'prometheusrules');
    if (view.count('prometheusrules') === 0 && view.count('prometheuses') === 0) {
      return unknown
        ? { outcome: 'Unknown', message: unknown }
        : { outcome: 'NotApplicable', message: 'There is neither a PrometheusRule nor a Prometheus that would evaluate one.' };
    }
    const object = `Cluster/${view.cluster}`;
    const ignored = unselected({ view, agreement }, 'prometheusrules', (rule) => isOldEnough(rule, now, holdMs), 'NotSelected');
    return {
      observations: [...missing(object, view, parameters.required), ...notSelected(object, ignored)],
      corrections: ignored.flatMap(({ correction }) => correction ?? []),
      ...(unknown ? { unknown } : {}),
    };
  },
});

function missing(object: string, view: ClusterView, required: readonly string[]): Observation[] {
  const there = new Set<string>();
  for (const { alerts } of view.list('prometheusrules')) for (const alert of alerts) there.add(alert);
  const absent = required.filter((alert) => !there.has(alert));
  if (absent.length === 0) return [];
  return [
    {
      object,
      reason: 'RulesMissing',
      message: `${absent.length} of the ${required.length} alerts that every cluster should have are in no PrometheusRule: ${inBrief(absent)}. Install their rules, or name the alerts you agreed to in the parameter required.`,
    },
  ];
}

function notSelected(object: string, ignored: readonly Unselected[]): Observation[] {
  if (ignored.length === 0) return [];
  return [
    {
      object,
      reason: 'NotSelected',
      message: `${ignored.length} ${ignored.length === 1 ? 'PrometheusRule of the platform lacks' : 'PrometheusRules of the platform lack'} labels by which Prometheus selects, so their alerts never fire: ${inBrief(ignored.map(({ text }) => text))}. Add the labels.`,
    },
  ];
}
