import { formatBytes, formatCores } from '../../kube/quantity.ts';
import { hasAutoscaler } from '../../observe/platform.ts';
import { defineCheck, type Evaluation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { type Scope, type Shortage, scopesAfterLoss } from './node-loss.ts';
import { atLeastPercent } from './share.ts';

export const capacityNodeLoss = defineCheck({
  id: 'capacity-node-loss',
  area: 'Capacity',
  tier: 'Level1',
  title: 'The pods of a node that is lost would find no room on the others',
  severity: 'warning',
  for: '10m',
  needs: { resources: ['nodes', 'pods'], optional: ['cluster-autoscaler-status'] },
  remediation:
    'Add a node, to the pool where the message names one, or lower requests that are far above use (`kubectl top pods -A`). Several smaller nodes lose less with each of them than few large ones.',
  references: ['kubernetes-mixin: KubeCPUOvercommit and KubeMemoryOvercommit (10m)', 'Kubernetes: resource requests and scheduling'],
  alerts: ['KubeCPUOvercommit', 'KubeMemoryOvercommit'],
  parameters: noParameters,
  evaluate: ({ view }): Evaluation => {
    const scopes = scopesAfterLoss(view);
    if (scopes.length === 0) {
      const message = 'There are fewer than two schedulable nodes, so that no other node could take the pods of one that is lost.';
      return { outcome: 'NotApplicable', message };
    }
    const short = scopes.filter(({ shortages }) => shortages.length > 0);
    const cluster = `Cluster/${view.cluster}`;
    const reason = 'NodeLossNotCovered';
    if (short.length > 0 && hasAutoscaler(view)) {
      const where = inBrief(short.map((scope) => `${nameOf(scope)} (${inBrief(scope.shortages.map(({ resource }) => resource))})`));
      const message = `If the largest node were lost, its pods would wait until the autoscaler has added another one: ${where}. Check that it may still add nodes.`;
      return { observations: [{ object: cluster, reason, severity: 'info', message }] };
    }
    return {
      observations: short.map((scope) => ({
        object: scope.pool === undefined ? cluster : `NodePool/${scope.pool}`,
        reason,
        message: `If the largest node of ${nameOf(scope)} were lost, its pods would not fit on the others: needed would be ${scope.shortages.map(describe).join(', ')} that is left. Add a node, or lower requests.`,
      })),
    };
  },
});

function nameOf({ pool }: Scope): string {
  return pool === undefined ? 'the cluster' : `the pool ${pool}`;
}

function describe({ resource, needed, left }: Shortage): string {
  const amount = resource === 'cpu' ? formatCores(left) : resource === 'memory' ? formatBytes(left) : String(left);
  return `at least ${atLeastPercent(needed / left)}% of the ${resource === 'pods' ? 'places for pods' : resource} (${amount})`;
}
