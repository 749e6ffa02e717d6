import type { NodeView } from './resources/nodes.ts';

/** On every node that Karpenter, or EKS Auto Mode, made. */
export const karpenterPool = 'karpenter.sh/nodepool';
/** Labels by which providers and provisioners name a pool. */
const poolLabels = [
  'eks.amazonaws.com/nodegroup',
  karpenterPool,
  'cloud.google.com/gke-nodepool',
  'kubernetes.azure.com/agentpool',
  'node.cluster.x-k8s.io/pool',
];

/** The pool that labels of a node, or a pod's nodeSelector, name. */
export function poolNamedBy(labels: Readonly<Record<string, string>>): string | undefined {
  for (const label of poolLabels) if (labels[label]) return labels[label];
  return undefined;
}

/** The pool's name; nodes without one are told apart by their role. */
export function poolOf({ labels }: NodeView): string {
  return poolNamedBy(labels) ?? ('node-role.kubernetes.io/control-plane' in labels ? 'control-plane' : 'default');
}
