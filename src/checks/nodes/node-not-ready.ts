import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { observeAbsences } from './availability.ts';

export const nodeNotReady = defineCheck({
  id: 'node-not-ready',
  area: 'Nodes',
  tier: 'Level1',
  title: 'A node is not ready',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['nodes'] },
  remediation:
    'Read the Ready condition with `kubectl describe node`, then the kubelet and container runtime logs on the node. Cordon the node while it is repaired: a cordoned node is not reported.',
  references: ['kubernetes-mixin: KubeNodeNotReady (15m)'],
  alerts: ['KubeNodeNotReady'],
  parameters: noParameters,
  evaluate: ({ view, now, holdMs }) => ({
    observations: observeAbsences(
      view,
      'NotReady',
      now,
      holdMs,
      (node) =>
        `Node ${node.name} is not ready: its kubelet reports Ready=${node.conditions.Ready?.status} (${node.conditions.Ready?.reason || 'no reason given'}).`,
    ),
  }),
});
