import type { ClusterView } from './cluster-view.ts';

/** Whose Kubernetes it is, as far as its support dates go. */
export type Distribution = 'eks' | 'aks' | 'gke' | 'upstream';

/** From the version's vendor suffix, else from the nodes' provider ids and labels (AKS has no suffix). */
export function distributionOf(view: ClusterView): Distribution {
  const version = view.probe('version')?.gitVersion ?? '';
  if (version.includes('-eks-')) return 'eks';
  if (version.includes('-gke.')) return 'gke';
  for (const node of view.list('nodes')) if ('kubernetes.azure.com/cluster' in node.labels) return 'aks';
  return 'upstream';
}

/** Values of this label for nodes that EKS makes as pods need them; `hybrid` marks the user's own machines. */
const madeByEks = new Set(['auto', 'fargate']);

/** True where something adds nodes when they are needed: cluster-autoscaler's status, or nodes that Karpenter or an auto mode made. */
export function hasAutoscaler(view: ClusterView): boolean {
  if (view.count('cluster-autoscaler-status') > 0) return true;
  for (const { labels } of view.list('nodes'))
    if ('karpenter.sh/nodepool' in labels || madeByEks.has(labels['eks.amazonaws.com/compute-type'] ?? '')) return true;
  return false;
}
