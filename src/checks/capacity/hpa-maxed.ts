import { objectName } from '../../kube/types.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

export const hpaMaxed = defineCheck({
  id: 'hpa-maxed',
  area: 'Capacity',
  tier: 'Level1',
  title: 'An autoscaler has reached its maximum of pods',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['horizontalpodautoscalers'] },
  remediation:
    'See what drives the load (`kubectl describe hpa`). Raise maxReplicas where nodes and quota have room for more pods; else make each pod do more, or lower the load.',
  references: ['kubernetes-mixin: KubeHpaMaxedOut (15m)'],
  alerts: ['KubeHpaMaxedOut'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const { name, namespace, target, min, max, current, desired, scaleDownDisabled, conditions, deleting } of view.list(
      'horizontalpodautoscalers',
    )) {
      // It scales nothing while it is switched off by zero replicas or cannot read its metrics; of the latter hpa-inactive tells.
      if (deleting || min === max || scaleDownDisabled || conditions.ScalingActive?.status === 'False') continue;
      if (max === 0 || current < max || desired < max) continue;
      const object = objectName('HorizontalPodAutoscaler', name, namespace);
      observations.push({
        object,
        reason: 'AtMaximum',
        message: `${object} keeps ${target} at its maximum of ${max} pods (minimum ${min}): more load would find no more pods. Raise maxReplicas, or find out what drives the load.`,
      });
    }
    return { observations };
  },
});
