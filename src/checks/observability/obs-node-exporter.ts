import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { nodeExporter } from './layers.ts';
import { evaluateLayer, layerNeeds } from './presence.ts';

export const obsNodeExporter = defineCheck({
  id: 'obs-node-exporter',
  area: 'Observability',
  tier: 'Level1',
  title: 'The exporter node-exporter is missing, not ready, or not on every node',
  severity: 'warning',
  for: '15m',
  needs: layerNeeds,
  remediation:
    'Look at the pods or nodes that the message names. A node without a pod mostly has a taint that the DaemonSet does not tolerate, or lacks a label that it selects.',
  references: ['own default: 15m, longer than a node takes to start its DaemonSet pods', 'node-mixin: its alerts read node-exporter'],
  parameters: noParameters,
  evaluate: (context) => evaluateLayer(context, nodeExporter),
});
