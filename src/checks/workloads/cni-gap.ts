import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { type Context, defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { isVirtual } from '../nodes/availability.ts';
import { nameOf } from '../observability/workloads.ts';
import { noParameters } from '../parameters.ts';
import { missingReplicas } from './missing-replicas.ts';
import { networkDaemonSets } from './network-daemonsets.ts';
import { type AffectedPod, affectedPods, earliest, howItEnds, podNeeds, podsThere } from './pod-states.ts';

export const cniGap = defineCheck({
  id: 'cni-gap',
  area: 'Workloads',
  tier: 'Level2',
  title: 'The network plugin or kube-proxy is not ready on a node',
  severity: 'critical',
  for: '10m',
  needs: podNeeds,
  remediation:
    'Look at the pod on the nodes that the message names (`kubectl describe pod`, `kubectl logs`). Until it is ready, new pods there get no address, and Services may not be reached from there: cordon the node if it takes longer.',
  references: ['own default: 10m, longer than the DaemonSet takes to start on a new node', 'kubernetes-mixin: KubeProxyDown (15m)'],
  alerts: ['KubeProxyDown', ...missingReplicas],
  parameters: noParameters,
  evaluate: (context): Evaluation => {
    const daemonSets = networkDaemonSets(context);
    if (daemonSets.length === 0)
      return {
        outcome: 'NotApplicable',
        message: 'No DaemonSet of a well-known network plugin and no kube-proxy is seen in a platform namespace.',
      };
    return { observations: daemonSets.flatMap((daemonSet) => gapOf(context, daemonSet) ?? []) };
  },
});

function gapOf(context: Context, daemonSet: WorkloadView): Observation | undefined {
  const { observed, desired, namespace } = daemonSet;
  const object = nameOf(daemonSet);
  if (!observed) return undefined;
  const pods = affectedPods(context).filter((affected) => affected.object === object && isGap(context, affected));
  if (pods.length > 0) {
    const nodes = inBrief(pods.map(({ pod }) => pod.nodeName));
    const causes = [...new Set(pods.flatMap(causesOf))];
    return {
      object,
      reason: 'NotReady',
      message: `${object} is not ready on ${nodes}${causes.length > 0 ? ` (${inBrief(causes)})` : ''}: new pods there get no network, or Services cannot be reached. See why: kubectl -n ${namespace} describe pod.`,
      since: earliest(pods.map(sinceOf)),
    };
  }
  if (podsThere(context.view, object) >= desired) return undefined;
  return {
    object,
    reason: 'PodsMissing',
    message: `${object} has fewer pods than the ${desired} nodes that it is meant for, and no more are made: nodes without one have no network. See its Events: kubectl -n ${namespace} describe daemonset ${daemonSet.name}.`,
  };
}

/** One that ran out of memory and is ready again leaves no gap. */
function isGap({ view }: Context, { pod, state, trouble }: AffectedPod): boolean {
  const node = view.get('nodes', pod.nodeName);
  return (state !== 'OutOfMemory' || trouble.notReady !== undefined) && node !== undefined && !isVirtual(node);
}

function causesOf({ state, containers }: AffectedPod): string[] {
  if (state === 'OutOfMemory') return ['out of memory'];
  return containers.map((container) => (state === 'Crashing' ? howItEnds(container) : `${container.name} waits (${container.waiting})`));
}

/** Without a readiness probe a container that crashes is ready each time that it runs, so that this says nothing. */
function sinceOf({ state, since }: AffectedPod): Temporal.Instant | undefined {
  return state === 'Crashing' ? undefined : since;
}
