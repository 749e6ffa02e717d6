import { formatDuration } from '../../kube/duration.ts';
import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { isLeaving } from './availability.ts';

export const nodeCordoned = defineCheck({
  id: 'node-cordoned',
  area: 'Nodes',
  tier: 'Level1',
  title: 'A node has been cordoned for long',
  severity: 'warning',
  for: '24h',
  needs: { resources: ['nodes'] },
  remediation:
    'Ask who cordoned it and why (the audit log names them). Finish the work and `kubectl uncordon` the node, or drain and delete it.',
  references: ['own default: 24h, longer than a maintenance window', 'Kubernetes: taint node.kubernetes.io/unschedulable'],
  parameters: noParameters,
  evaluate: ({ view, holdMs }) => {
    const observations: Observation[] = [];
    for (const node of view.list('nodes')) {
      if (!node.unschedulable || isLeaving(node)) continue;
      observations.push({
        object: `Node/${node.name}`,
        reason: 'Cordoned',
        message: `Node ${node.name} has been cordoned for ${formatDuration(holdMs)} or longer: it takes no new pods, and while it is cordoned nobody is told when it is not ready. Uncordon it, or drain and delete it.`,
        since: instantOf(node.cordonedAt),
      });
    }
    return { observations };
  },
});
