import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { observeAbsences } from './availability.ts';

export const nodeUnreachable = defineCheck({
  id: 'node-unreachable',
  area: 'Nodes',
  tier: 'Level1',
  title: 'A node has stopped reporting',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['nodes'] },
  remediation:
    'Check that the machine runs and reaches the API server (provider console, network, kubelet certificate). If the machine is gone for good, delete the Node object. Cordon the node while it is repaired: a cordoned node is not reported.',
  references: ['kubernetes-mixin: KubeNodeUnreachable', 'Kubernetes: taint node.kubernetes.io/unreachable'],
  alerts: ['KubeNodeUnreachable', 'KubeNodeNotReady'],
  parameters: noParameters,
  evaluate: ({ view, now, holdMs }) => ({
    observations: observeAbsences(
      view,
      'Unreachable',
      now,
      holdMs,
      (node) =>
        `Node ${node.name} has stopped reporting: the control plane set Ready=Unknown and the taint node.kubernetes.io/unreachable. Its pods are being evicted.`,
    ),
  }),
});
