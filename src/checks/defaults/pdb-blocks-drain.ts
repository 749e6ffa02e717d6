import { instantOf } from '../../observe/resource.ts';
import type { PodDisruptionBudgetView } from '../../observe/resources/poddisruptionbudgets.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

/**
 * Labels by which budgets select that their operator lifts by itself. CloudNativePG, Zalando's Postgres operator, KubeVirt, Longhorn and Portworx
 * see that a node is drained, move what its pod does elsewhere, and let it go; Strimzi's Drain Cleaner asks for budgets of zero and has the pods
 * moved; Rook lets no OSD go, or those of one host or zone only, until Ceph has recovered.
 */
const liftedByTheirOperator =
  /^((cnpg\.io|kubevirt\.io|longhorn\.io|strimzi\.io)\/.*|spilo-role=master|operator\.libopenstorage\.org\/node-name=.*|topology-location-.*|app=rook-ceph-osd)$/;

export const pdbBlocksDrain = defineCheck({
  id: 'pdb-blocks-drain',
  area: 'Defaults',
  tier: 'Level1',
  title: 'A PodDisruptionBudget lets no pod be evicted although all are healthy',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['poddisruptionbudgets'] },
  remediation:
    'Run one pod more than the budget keeps, or let the budget give one up (maxUnavailable: 1); where the application cannot have two pods, agree on who stops it before a maintenance window.',
  references: ['polaris: pdbDisruptionsIsZero', 'own default: 15m', 'Kubernetes: disruptions, specifying a PodDisruptionBudget'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const budget of view.list('poddisruptionbudgets')) {
      if (!blocksHealthyPods(budget) || isLiftedByOperator(budget)) continue;
      const { namespace, name, rule, refusingSince } = budget;
      observations.push({
        object: `PodDisruptionBudget/${namespace}/${name}`,
        reason: 'NoDisruptionAllowed',
        message: `PodDisruptionBudget ${namespace}/${name} (${rule}) lets no pod be evicted although all that it is about are healthy: the drain of a node with one of them does not come to an end. Run one pod more, or let the budget give one up.`,
        since: instantOf(refusingSince),
      });
    }
    return { observations };
  },
});

/** With fewer healthy pods than expected the budget does what it is there for. */
function blocksHealthyPods(budget: PodDisruptionBudgetView): boolean {
  const { deleting, observed, expectedPods, currentHealthy, disruptionsAllowed } = budget;
  return !deleting && observed && expectedPods > 0 && currentHealthy >= expectedPods && disruptionsAllowed === 0;
}

function isLiftedByOperator({ selector }: PodDisruptionBudgetView): boolean {
  return Object.entries(selector?.matchLabels ?? {}).some(([key, value]) => liftedByTheirOperator.test(`${key}=${value}`));
}
