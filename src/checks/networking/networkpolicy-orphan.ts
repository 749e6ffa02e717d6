import { matchesLabels } from '../../kube/label-selector.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { namespacesWithPods } from '../../observe/pods.ts';
import { instantOf } from '../../observe/resource.ts';
import type { NetworkPolicyView } from '../../observe/resources/networkpolicies.ts';
import { type CheckContext, defineCheck, type Evaluation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { selectablePods, selectsNone } from '../observability/selection.ts';
import { noParameters } from '../parameters.ts';

export const networkpolicyOrphan = defineCheck({
  id: 'networkpolicy-orphan',
  area: 'Networking',
  tier: 'Level2',
  title: 'A NetworkPolicy selects no pod',
  severity: 'info',
  for: '1h',
  needs: { resources: ['networkpolicies', 'namespaces', 'pods', 'deployments', 'statefulsets', 'daemonsets', 'cronjobs'] },
  remediation:
    'Compare the podSelector of the policy with the labels of the pods that it is for; delete it where they are gone. What it should protect is open, or closed, as if it were not there.',
  references: ['own default: 1h, longer than an installation takes to create what its policies select', 'popeye 1204'],
  parameters: noParameters,
  evaluate: (context): Evaluation => {
    const { view } = context;
    const jobs = labelsOfCronJobs(view);
    const used = namespacesInUse(view);
    const orphans = view.list('networkpolicies').filter((policy) => {
      const { namespace, podSelector, selectsAll } = policy;
      if (selectsAll || !used.has(namespace) || !isJudged(policy, context)) return false;
      const selection = { selector: podSelector, namespaces: [namespace] };
      const pods = selectablePods(view);
      if (!pods.isCertain(selection) || !selectsNone(selection, pods)) return false;
      return !jobs.get(namespace)?.some((labels) => matchesLabels(podSelector, labels));
    });
    if (orphans.length === 0) return { observations: [] };
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'SelectsNothing',
          message: `${orphans.length} ${orphans.length === 1 ? 'NetworkPolicy selects' : 'NetworkPolicies select'} no pod: ${inBrief(orphans.map(({ namespace, name }) => `NetworkPolicy/${namespace}/${name}`))}. Correct their selectors or delete them.`,
        },
      ],
    };
  },
});

/** Covered, and not so new that what it selects may still be on its way. */
function isJudged({ namespace, createdAt }: NetworkPolicyView, { agreement, now, holdMs }: CheckContext<unknown>): boolean {
  const created = instantOf(createdAt);
  const isFresh = created !== undefined && now.epochMilliseconds - created.epochMilliseconds < holdMs;
  return !isFresh && agreement.isCovered(namespace);
}

/** With pods, and not being deleted. */
function namespacesInUse(view: ClusterView): ReadonlySet<string> {
  const used = new Set(namespacesWithPods(view));
  for (const { name, deletingSince } of view.list('namespaces')) if (deletingSince !== undefined) used.delete(name);
  return used;
}

/** Between two runs a CronJob has no pod. */
function labelsOfCronJobs(view: ClusterView): ReadonlyMap<string, Readonly<Record<string, string>>[]> {
  const found = new Map<string, Readonly<Record<string, string>>[]>();
  for (const { namespace, podLabels } of view.list('cronjobs')) found.set(namespace, [...(found.get(namespace) ?? []), podLabels]);
  return found;
}
