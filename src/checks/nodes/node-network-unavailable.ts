import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { isLeaving } from './availability.ts';

export const nodeNetworkUnavailable = defineCheck({
  id: 'node-network-unavailable',
  area: 'Nodes',
  tier: 'Level1',
  title: 'A node has no pod network',
  severity: 'critical',
  for: '5m',
  needs: { resources: ['nodes'] },
  remediation:
    'Look at the network plugin’s pod on the node (`kubectl get pods -n kube-system -o wide --field-selector spec.nodeName=<node>`) and its log; where the cloud makes the routes, at the log of its controller and the quota of routes. Cordon the node while it is repaired: a cordoned node is not reported.',
  references: [
    'popeye 707',
    'Kubernetes: node conditions, NetworkUnavailable',
    'own default: 5m, a node gets its network within that after it has started',
  ],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const node of view.list('nodes')) {
      const condition = node.conditions.NetworkUnavailable;
      // A plugin that is stopped with its node says that the network is gone; then the node is what is to be looked at.
      if (condition?.status !== 'True' || node.conditions.Ready?.status === 'Unknown' || node.unschedulable || isLeaving(node)) continue;
      observations.push({
        object: `Node/${node.name}`,
        reason: 'NetworkUnavailable',
        message: `Node ${node.name} has no pod network: NetworkUnavailable=True (${condition.reason || 'no reason given'}), so pods there reach no others. Look at its network plugin or its routes.`,
        since: instantOf(condition.since),
      });
    }
    return { observations };
  },
});
