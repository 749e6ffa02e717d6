import * as z from 'zod';
import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { isLeaving, isVirtual } from '../nodes/availability.ts';
import { ratio } from '../parameters.ts';
import { requestsByNode } from './node-requests.ts';
import { percent } from './share.ts';

export const capacityPodsPerNode = defineCheck({
  id: 'capacity-pods-per-node',
  area: 'Capacity',
  tier: 'Level1',
  title: 'Nodes run nearly as many pods as they may',
  severity: 'info',
  for: '15m',
  needs: { resources: ['nodes', 'pods'] },
  remediation:
    'Add nodes, or raise the limit where the node has room for more: the kubelet’s maxPods, and what the network plugin has addresses for (`kubectl describe node` shows both numbers).',
  references: ['kubernetes-mixin: KubeletTooManyPods (95%, 15m)', 'Kubernetes: considerations for large clusters (110 pods a node)'],
  alerts: ['KubeletTooManyPods'],
  parameters: z.strictObject({ ratio: ratio(0.95, 'Pods divided by allocatable pods from which a node is named.') }),
  evaluate: ({ view, parameters }) => {
    const requests = requestsByNode(view);
    const full: string[] = [];
    for (const node of view.list('nodes')) {
      const { pods: allowed = 0 } = node.allocatable;
      // Nodes of EKS Fargate are made for one pod each.
      if (allowed <= 1 || isLeaving(node) || isVirtual(node)) continue;
      if ((requests.get(node.name)?.asked.pods ?? 0) / allowed >= parameters.ratio) full.push(`${node.name} (of ${allowed})`);
    }
    if (full.length === 0) return { observations: [] };
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'PodLimitNear',
          message: `${full.length === 1 ? 'One node runs' : `${full.length} nodes run`} at least ${percent(parameters.ratio)}% of the pods that may run there: ${inBrief(full)}. Past the limit no pod is placed there. Add nodes, or raise the limit.`,
        },
      ],
    };
  },
});
