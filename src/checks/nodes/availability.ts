import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { NodeView } from '../../observe/resources/nodes.ts';
import type { Observation } from '../check.ts';

/**
 * Taints of a node that is on its way out on purpose: cluster-autoscaler, Karpenter, a provider's notice for spot or preemptible
 * capacity, or the cloud controller that found its machine shut down.
 */
const leavingTaints =
  /^(ToBeDeletedByClusterAutoscaler|karpenter\.sh\/disrupt(ed|ion)|aws-node-termination-handler\/.+|cloud\.google\.com\/impending-node-termination|remediator\.kubernetes\.azure\.com\/.+|node\.cloudprovider\.kubernetes\.io\/shutdown)$/;

/** True for a node that is being removed, whose state is nobody's concern. */
export function isLeaving(node: NodeView): boolean {
  return node.deleting || node.taints.some(({ key }) => leavingTaints.test(key));
}

/** True for a node that stands for somebody else's machines, such as Azure Container Instances or another cluster: no kubelet runs there. */
export function isVirtual({ labels, taints }: NodeView): boolean {
  return (
    labels.type === 'virtual-kubelet' ||
    labels.type === 'kwok' ||
    labels['liqo.io/type'] === 'virtual-node' ||
    taints.some(({ key }) => key === 'virtual-kubelet.io/provider')
  );
}

/** How a node is absent: its kubelet says so (NotReady), or nobody has heard of it (Unreachable). */
export type Absence = 'NotReady' | 'Unreachable';

/** Undefined for a node that is ready, and for one that has not yet said anything. */
export function absenceOf(node: NodeView): { kind: Absence; since: Temporal.Instant | undefined } | undefined {
  const ready = node.conditions.Ready;
  if (!ready || ready.status === 'True') return undefined;
  const unreachable = ready.status === 'Unknown' && node.taints.some(({ key }) => key === 'node.kubernetes.io/unreachable');
  return { kind: unreachable ? 'Unreachable' : 'NotReady', since: instantOf(ready.since) };
}

/** "A third of the nodes" also means at least two, unless there is only one. */
export function isThird(part: number, all: number): boolean {
  return all > 0 && part * 3 >= all && (part >= 2 || all === 1);
}

/**
 * One observation a node that is absent in the given way. Nodes that are cordoned (maintenance) or leaving are not counted. All become
 * critical when a third of the others has been absent, in either way, for as long as the check asks; shorter absences are reboots.
 */
export function observeAbsences(
  view: ClusterView,
  kind: Absence,
  now: Temporal.Instant,
  holdMs: number,
  describe: (node: NodeView) => string,
): Observation[] {
  const absent: { node: NodeView; since: Temporal.Instant | undefined }[] = [];
  let expected = 0;
  let lost = 0;
  for (const node of view.list('nodes')) {
    if (node.unschedulable || isLeaving(node)) continue;
    expected += 1;
    const absence = absenceOf(node);
    if (!absence) continue;
    if (absence.since && now.epochMilliseconds - absence.since.epochMilliseconds >= holdMs) lost += 1;
    if (absence.kind === kind) absent.push({ node, since: absence.since });
  }
  const third = isThird(lost, expected);
  return absent.map(({ node, since }) => ({
    object: `Node/${node.name}`,
    reason: kind === 'NotReady' ? 'NodeNotReady' : 'NodeUnreachable',
    severity: third ? 'critical' : 'warning',
    message: `${describe(node)}${third ? ' At least a third of the nodes are not ready.' : ''}`,
    since,
  }));
}
