import { resources } from '../../observe/catalogue.ts';
import { hasAutoscaler } from '../../observe/platform.ts';
import type { NodeView } from '../../observe/resources/nodes.ts';
import { type Fact, nameOf } from '../fact.ts';

/** Labels by which providers and provisioners name a pool. */
const poolLabels = [
  'eks.amazonaws.com/nodegroup',
  'karpenter.sh/nodepool',
  'cloud.google.com/gke-nodepool',
  'kubernetes.azure.com/agentpool',
  'node.cluster.x-k8s.io/pool',
];
/** Labels of a node that are the pool's business, not the single node's. */
const ownLabels =
  /^(topology\.kubernetes\.io\/|kubernetes\.io\/(arch|os)$|node-role\.kubernetes\.io\/|node\.kubernetes\.io\/exclude-from-external-load-balancers$)/;
/** Taints that the control plane and autoscalers put on and take off; they say how a node fares, not what was agreed. */
const passingTaints =
  /^(node\.kubernetes\.io\/|node\.cloudprovider\.kubernetes\.io\/|ToBeDeletedByClusterAutoscaler|DeletionCandidateOfClusterAutoscaler|karpenter\.sh\/disrupt|aws-node-termination-handler\/)/;

export const nodePools: Fact = {
  id: 'node-pools',
  title: 'Node pools: kubelet versions, instance types, taints, labels and minimum size',
  needs: { resources: ['nodes'], optional: ['cluster-autoscaler-status'] },
  collect: (view) => {
    const pools = new Map<string, NodeView[]>();
    for (const node of view.list('nodes')) {
      const pool = poolOf(node);
      pools.set(pool, [...(pools.get(pool) ?? []), node]);
    }
    const autoscaled = hasAutoscaler(view);
    return [...pools].map(([pool, nodes]) => ({
      object: `NodePool/${pool}`,
      value: {
        kubeletVersions: distinct(nodes.map(({ kubeletVersion }) => kubeletVersion)),
        instanceTypes: distinct(nodes.map(({ labels }) => labels['node.kubernetes.io/instance-type'] ?? '')),
        ...commonTaints(nodes),
        ...commonLabels(nodes),
        // How many an autoscaler keeps is its own affair.
        ...(autoscaled ? {} : { minimumSize: String(nodes.length) }),
      },
    }));
  },
  tolerates: (path, expected, actual) =>
    path === 'minimumSize' && (expected === undefined || actual === undefined || Number(actual) >= Number(expected)),
  source: (object, path, expected, view) => {
    const [, group, key] = /^(taints|labels)\.(.+)$/s.exec(path) ?? [];
    if (!group || !key) return undefined;
    const node = [...view.list('nodes')].find(
      (candidate) => poolOf(candidate) === nameOf(object) && valueAt(candidate, group, key) !== expected,
    );
    return (
      node && { type: resources.nodes.type, name: node.name, fields: group === 'taints' ? ['spec', 'taints'] : ['metadata', 'labels', key] }
    );
  },
};

/** The pool's name; nodes without one are told apart by their role. */
function poolOf({ labels }: NodeView): string {
  for (const label of poolLabels) {
    const pool = labels[label];
    if (pool) return pool;
  }
  return 'node-role.kubernetes.io/control-plane' in labels ? 'control-plane' : 'default';
}

function distinct(values: string[]): string {
  return [...new Set(values.filter((value) => value !== ''))].sort().join(', ');
}

function valueAt(node: NodeView, group: string, key: string): string {
  if (group === 'labels') return node.labels[key] ?? '';
  const taint = node.taints.find((candidate) => candidate.key === key);
  return taint ? `${taint.value}:${taint.effect}` : '';
}

/** What all nodes of the pool have alike: one node that differs shows as the pool's drift. */
function commonTaints(nodes: NodeView[]): Record<string, string> {
  const keys = new Set(nodes.flatMap(({ taints }) => taints.map(({ key }) => key)).filter((key) => !passingTaints.test(key)));
  return Object.fromEntries([...keys].map((key) => [`taints.${key}`, distinct(nodes.map((node) => valueAt(node, 'taints', key)))]));
}

/** Labels that differ within a pool by nature (zone, provider's own) are left out; the operator's users label pools, providers label nodes. */
function commonLabels(nodes: NodeView[]): Record<string, string> {
  const [first] = nodes;
  if (!first) return {};
  const alike = Object.entries(first.labels).filter(
    ([key, value]) =>
      !ownLabels.test(key) &&
      !poolLabels.includes(key) &&
      !key.includes('kubernetes.io/') &&
      !key.includes('k8s.io/') &&
      nodes.every(({ labels }) => labels[key] === value),
  );
  return Object.fromEntries(alike.map(([key, value]) => [`labels.${key}`, value]));
}
