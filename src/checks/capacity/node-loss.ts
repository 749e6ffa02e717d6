import type { ClusterView } from '../../observe/cluster-view.ts';
import { poolNamedBy } from '../../observe/node-pools.ts';
import type { NodeView } from '../../observe/resources/nodes.ts';
import { isLeaving, isVirtual } from '../nodes/availability.ts';
import { type Amounts, type NodeRequests, noRequests, requestsByNode } from './node-requests.ts';

export const lossResources = ['cpu', 'memory', 'pods'] as const;
export type LossResource = (typeof lossResources)[number];

/** A resource of which the nodes that are left have too little once one of them is gone. */
export interface Shortage {
  resource: LossResource;
  /** What pods would need. */
  needed: number;
  /** What the others can give. */
  left: number;
}

/** Nodes among which pods can move: all that take any pod, or one pool for the pods that select it. */
export interface Scope {
  /** undefined: not a pool but the cluster. */
  pool: string | undefined;
  shortages: Shortage[];
}

interface Load extends NodeRequests {
  node: NodeView;
  pool: string;
  /** What it can give. */
  gives: Amounts;
}

/** Every set of at least two nodes, and what is short there when the node is lost that leaves the least. */
export function scopesAfterLoss(view: ClusterView): Scope[] {
  const loads = loadsOf(view);
  const open = loads.filter(({ node }) => takesAnyPod(node));
  const pools = [...Map.groupBy(loads, ({ pool }) => pool)].filter(
    ([pool, members]) =>
      pool !== '' &&
      members.some(({ movingInPool }) => movingInPool.pods > 0) &&
      // A pool that is the whole cluster is judged as that.
      !(members.length === open.length && members.every(({ node }) => takesAnyPod(node))),
  );
  return [
    { pool: undefined, loads: open, part: 'moving' as const },
    ...pools.map(([pool, members]) => ({ pool, loads: members, part: 'movingInPool' as const })),
  ]
    .filter((scope) => scope.loads.length >= 2)
    .map((scope) => ({ pool: scope.pool, shortages: shortagesOf(scope.loads, scope.part) }));
}

function shortagesOf(loads: readonly Load[], part: 'moving' | 'movingInPool'): Shortage[] {
  return lossResources.flatMap((resource) => {
    const [gives, asked] = [sum(loads, 'gives', resource), sum(loads, 'asked', resource)];
    const after = loads.map((load) => ({
      needed: asked - load.asked[resource] + load[part][resource],
      left: gives - load.gives[resource],
    }));
    const worst = after.reduce((a, b) => (b.needed - b.left > a.needed - a.left ? b : a));
    // Sums of cores are not exact.
    return worst.needed > worst.left * (1 + 1e-9) ? [{ resource, ...worst }] : [];
  });
}

function sum(loads: readonly Load[], part: 'gives' | 'asked', resource: LossResource): number {
  return loads.reduce((total, load) => total + load[part][resource], 0);
}

function loadsOf(view: ClusterView): Load[] {
  const requests = requestsByNode(view);
  return view.list('nodes').flatMap((node) => {
    const { cpu, memory, pods } = node.allocatable;
    if (isLeaving(node) || isVirtual(node) || !cpu || !memory || !pods) return [];
    const pool = poolNamedBy(node.labels) ?? '';
    return [{ node, pool, gives: { cpu, memory, pods }, ...(requests.get(node.name) ?? noRequests()) }];
  });
}

/** Kubernetes' own taints tell how a node fares, and pass; a cordoned node comes back after its maintenance. Others keep a node for some pods. */
function takesAnyPod({ taints }: NodeView): boolean {
  return taints.every(({ key, effect }) => effect === 'PreferNoSchedule' || key.startsWith('node.kubernetes.io/'));
}
