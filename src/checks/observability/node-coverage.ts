import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { NodeView } from '../../observe/resources/nodes.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { isLeaving } from '../nodes/availability.ts';
import { nameOf } from './workloads.ts';

/** Which nodes a DaemonSet must serve, and which may be without a ready pod of it. */
export interface NodesToCover {
  /** Ready for long enough, and meant for ordinary pods. */
  expected: ReadonlySet<string>;
  /** Not ready, just joined, leaving, or no machine at all. */
  excused: ReadonlySet<string>;
}

/** Nodes that stand for a service that runs pods: a pod a machine, or no machine. */
function isVirtual({ labels, taints }: NodeView): boolean {
  return (
    labels['eks.amazonaws.com/compute-type'] === 'fargate' ||
    labels.type === 'virtual-kubelet' ||
    labels.type === 'kwok' ||
    labels['liqo.io/type'] === 'virtual-node' ||
    taints.some(({ key }) => key === 'virtual-kubelet.io/provider' || key === 'kwok.x-k8s.io/node')
  );
}

const controlPlaneTaint = /^node-role\.kubernetes\.io\/(control-plane|master|controlplane|etcd)$/;

/** Keeps ordinary pods off for good: cordoned, or a control plane with its taint. */
function isSetApart({ unschedulable, taints }: NodeView): boolean {
  return unschedulable || taints.some(({ key, effect }) => controlPlaneTaint.test(key) && effect !== 'PreferNoSchedule');
}

function isSettled(node: NodeView, now: Temporal.Instant, holdMs: number): boolean {
  const ready = node.conditions.Ready;
  const since = instantOf(ready?.since);
  return !isLeaving(node) && ready?.status === 'True' && (!since || now.epochMilliseconds - since.epochMilliseconds >= holdMs);
}

/** A node counts once it has been Ready for as long as the check asks: before that it is still joining. */
export function nodesToCover(view: ClusterView, now: Temporal.Instant, holdMs: number): NodesToCover {
  return view.derive(`nodes to cover at ${now.epochMilliseconds}, settled for ${holdMs}`, () => {
    const expected = new Set<string>();
    const excused = new Set<string>();
    for (const node of view.list('nodes')) {
      if (isVirtual(node) || !isSettled(node, now, holdMs)) excused.add(node.name);
      else if (node.labels['kubernetes.io/os'] !== 'windows' && !isSetApart(node)) expected.add(node.name);
    }
    return { expected, excused };
  });
}

/** Where the pods of a DaemonSet are, and how many have no node yet. */
export interface Placement {
  nodes: readonly string[];
  unplaced: number;
}

const nowhere: Placement = { nodes: [], unplaced: 0 };

export function placementOf(view: ClusterView, daemonset: WorkloadView): Placement {
  const placements = view.derive('placements of daemonsets', () => {
    const byWorkload = new Map<string, { nodes: string[]; unplaced: number }>();
    for (const { workload, nodeName } of view.list('pods')) {
      if (!workload.startsWith('DaemonSet/')) continue;
      const placement = byWorkload.get(workload) ?? { nodes: [], unplaced: 0 };
      if (nodeName === '') placement.unplaced += 1;
      else placement.nodes.push(nodeName);
      byWorkload.set(workload, placement);
    }
    return byWorkload;
  });
  return placements.get(nameOf(daemonset)) ?? nowhere;
}

/** How many pods of a DaemonSet need not be ready, because of the nodes that they are on or meant for. */
export function excusedPods(view: ClusterView, daemonset: WorkloadView, { excused }: NodesToCover): number {
  const { nodes, unplaced } = placementOf(view, daemonset);
  return nodes.filter((name) => excused.has(name)).length + Math.min(unplaced, excused.size);
}

/** Nodes that should have a pod of one of these DaemonSets and have none; a pod that waits for a node is its DaemonSet's to report. */
export function uncoveredNodes(view: ClusterView, daemonsets: readonly WorkloadView[], { expected }: NodesToCover): string[] {
  const placements = daemonsets.map((daemonset) => placementOf(view, daemonset));
  const covered = new Set(placements.flatMap(({ nodes }) => nodes));
  const uncovered = [...expected].filter((name) => !covered.has(name));
  const unplaced = placements.reduce((sum, placement) => sum + placement.unplaced, 0);
  return uncovered.length > unplaced ? uncovered : [];
}
