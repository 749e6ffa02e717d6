import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { kubeStateMetrics } from './layers.ts';
import { evaluateLayer, layerNeeds } from './presence.ts';

export const obsKubeStateMetrics = defineCheck({
  id: 'obs-kube-state-metrics',
  area: 'Observability',
  tier: 'Level1',
  title: 'The exporter kube-state-metrics is missing or not ready',
  severity: 'warning',
  for: '15m',
  needs: layerNeeds,
  remediation:
    'Look at the pods that the message names, and their Events. Where kube-state-metrics was never installed, install it: most alerts about the state of the cluster are computed from it.',
  references: [
    'own default: 15m, longer than a rolling update of a small workload',
    'kubernetes-mixin: its alerts read kube-state-metrics',
  ],
  parameters: noParameters,
  evaluate: (context) => evaluateLayer(context, kubeStateMetrics),
});
