import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { isLeaving } from './availability.ts';

const resourceOf = { MemoryPressure: 'memory', DiskPressure: 'disk space or inodes', PIDPressure: 'process ids' } as const;

export const nodePressure = defineCheck({
  id: 'node-pressure',
  area: 'Nodes',
  tier: 'Level1',
  title: 'A node is short of memory, disk or process ids',
  severity: 'warning',
  for: '10m',
  needs: { resources: ['nodes'] },
  remediation:
    'See which pods use most (`kubectl top pods -A --sort-by=memory`, or the kubelet log for evictions); free disk space by removing unused images and logs; give workloads requests and limits that match what they use.',
  references: ['kubernetes-mixin: KubeNodePressure (10m)', 'Kubernetes: node-pressure eviction'],
  alerts: ['KubeNodePressure'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const node of view.list('nodes')) {
      if (isLeaving(node)) continue;
      for (const type of ['MemoryPressure', 'DiskPressure', 'PIDPressure'] as const) {
        const condition = node.conditions[type];
        if (condition?.status !== 'True') continue;
        observations.push({
          object: `Node/${node.name}`,
          reason: type,
          message: `Node ${node.name} is short of ${resourceOf[type]}: its kubelet reports ${type}=True (${condition.reason || 'no reason given'}), may refuse new pods and evict others.`,
          since: instantOf(condition.since),
        });
      }
    }
    return { observations };
  },
});
