import * as z from 'zod';
import { formatBytes, formatCores } from '../../kube/quantity.ts';
import { hasAutoscaler } from '../../observe/platform.ts';
import { defineCheck, type Observation } from '../check.ts';
import { isLeaving } from '../nodes/availability.ts';
import { ratio } from '../parameters.ts';
import { requestsByNode } from './node-requests.ts';
import { atLeastPercent, percent } from './share.ts';

export const capacityRequestsHigh = defineCheck({
  id: 'capacity-requests-high',
  area: 'Capacity',
  tier: 'Level1',
  title: 'Pods have reserved nearly all that the nodes can give',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['nodes', 'pods'], optional: ['cluster-autoscaler-status'] },
  remediation:
    'Add nodes, or lower requests that are far above use (`kubectl top pods -A`). Where an autoscaler runs, check that it may still add nodes.',
  references: ['own default: 85% leaves room for a rolling update', 'Kubernetes: resource requests and scheduling'],
  parameters: z.strictObject({
    warningRatio: ratio(0.85, 'Requests divided by allocatable from which it is a warning.'),
    criticalRatio: ratio(0.95, 'Requests divided by allocatable from which it is critical.'),
  }),
  evaluate: ({ view, parameters }) => {
    const allocatable = { cpu: 0, memory: 0 };
    const requests = { cpu: 0, memory: 0 };
    for (const node of view.list('nodes')) {
      // A cordoned node counts: it comes back after its maintenance. One that leaves does not, but its pods must fit elsewhere.
      if (isLeaving(node)) continue;
      allocatable.cpu += node.allocatable.cpu ?? 0;
      allocatable.memory += node.allocatable.memory ?? 0;
    }
    if (allocatable.cpu === 0 || allocatable.memory === 0) return { outcome: 'NotApplicable', message: 'No node says what it can give.' };
    for (const { asked } of requestsByNode(view).values()) {
      requests.cpu += asked.cpu;
      requests.memory += asked.memory;
    }
    const autoscaled = hasAutoscaler(view);
    const observations: Observation[] = [];
    for (const resource of ['cpu', 'memory'] as const) {
      const used = requests[resource] / allocatable[resource];
      if (used < Math.min(parameters.warningRatio, parameters.criticalRatio)) continue;
      const critical = used >= parameters.criticalRatio;
      const format = resource === 'cpu' ? formatCores : formatBytes;
      observations.push({
        object: `Cluster/${view.cluster}`,
        reason: resource === 'cpu' ? 'CpuRequestsHigh' : 'MemoryRequestsHigh',
        // A full cluster is what an autoscaler works towards.
        severity: autoscaled ? 'info' : critical ? 'critical' : 'warning',
        message: `Pods have reserved at least ${atLeastPercent(used)}% of the ${resource} of the nodes (${format(allocatable[resource])}); the threshold is ${percent(critical ? parameters.criticalRatio : parameters.warningRatio)}%. Add nodes or lower requests.`,
      });
    }
    return { observations };
  },
});
