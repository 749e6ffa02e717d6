import { z } from 'zod';
import { defineCheck, type Evaluation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { names } from '../parameters.ts';
import { coreAlerts } from './layers.ts';
import { unreadable } from './operator-instances.ts';

export const obsDefaultRules = defineCheck({
  id: 'obs-default-rules',
  area: 'Observability',
  tier: 'Level1',
  title: 'Default alerting rules are missing',
  severity: 'info',
  for: '1h',
  needs: { resources: ['prometheusrules'], optional: ['prometheuses'] },
  remediation:
    'Install the alerting rules of kubernetes-mixin, as kube-prometheus and kube-prometheus-stack do, or switch the missing groups on again. Name what you agreed to instead in the parameter.',
  references: ['kubernetes-mixin: alerts', 'kube-prometheus: general rules (TargetDown, Watchdog)'],
  parameters: z.strictObject({
    required: names(coreAlerts, 'Alerts that must exist in a PrometheusRule.'),
  }),
  evaluate: ({ view, parameters }): Evaluation => {
    const unknown = unreadable(view, 'prometheuses');
    if (view.count('prometheusrules') === 0 && view.count('prometheuses') === 0) {
      return unknown
        ? { outcome: 'Unknown', message: unknown }
        : { outcome: 'NotApplicable', message: 'There is neither a PrometheusRule nor a Prometheus that would evaluate one.' };
    }
    const there = new Set<string>();
    for (const { alerts } of view.list('prometheusrules')) for (const alert of alerts) there.add(alert);
    const missing = parameters.required.filter((alert) => !there.has(alert));
    if (missing.length === 0) return { observations: [] };
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'RulesMissing',
          message: `${missing.length} of the ${parameters.required.length} alerts that every cluster should have are in no PrometheusRule: ${inBrief(missing)}. Install their rules, or name the alerts you agreed to in the parameter required.`,
        },
      ],
    };
  },
});
