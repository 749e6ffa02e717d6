import type { ClusterView } from './cluster-view.ts';
import { karpenterPool } from './node-pools.ts';

/** Whose Kubernetes it is. `upstream` is everything that has no mark of its own. */
export type Distribution = 'eks' | 'aks' | 'gke' | 'openshift' | 'k3s' | 'rke2' | 'kubeadm' | 'kind' | 'upstream';

const suffixes: readonly [string, Distribution][] = [
  ['-eks-', 'eks'],
  ['-gke.', 'gke'],
  ['+k3s', 'k3s'],
  ['+rke2', 'rke2'],
];

/** From the version's vendor suffix, else from the nodes' provider ids, labels and annotations. */
export function distributionOf(view: ClusterView): Distribution {
  const version = view.probe('version')?.gitVersion ?? '';
  const bySuffix = suffixes.find(([suffix]) => version.includes(suffix));
  if (bySuffix) return bySuffix[1];
  return view.derive('distribution by nodes', () => distributionByNodes(view));
}

function distributionByNodes(view: ClusterView): Distribution {
  for (const { labels, providerID, kubeadm } of view.list('nodes')) {
    if ('kubernetes.azure.com/cluster' in labels) return 'aks';
    if ('node.openshift.io/os_id' in labels) return 'openshift';
    // kind's nodes are kubeadm's too.
    if (providerID.startsWith('kind://')) return 'kind';
    if (kubeadm) return 'kubeadm';
  }
  return 'upstream';
}

/** Who gives support dates of its own. */
export type SupportProvider = 'eks' | 'aks' | 'gke' | 'openshift' | 'upstream';

/** Whose support dates count: what k3s, RKE2, kubeadm and kind install is upstream's. */
export function calendarOf(distribution: Distribution): SupportProvider {
  return distribution === 'eks' || distribution === 'aks' || distribution === 'gke' || distribution === 'openshift'
    ? distribution
    : 'upstream';
}

const controlPlaneLabels = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** True where somebody else runs the control plane, so that its scheduler, controllers and etcd are not to be seen. */
export function hasManagedControlPlane(view: ClusterView): boolean {
  for (const { labels } of view.list('nodes')) if (controlPlaneLabels.some((label) => label in labels)) return false;
  return true;
}

/** Values of this label for nodes that EKS makes as pods need them; `hybrid` marks the user's own machines. */
const madeByEks = new Set(['auto', 'fargate']);

/** True where something adds nodes when they are needed: cluster-autoscaler's status, or nodes that Karpenter or an auto mode made. */
export function hasAutoscaler(view: ClusterView): boolean {
  if (view.count('cluster-autoscaler-status') > 0) return true;
  for (const { labels } of view.list('nodes'))
    if (karpenterPool in labels || madeByEks.has(labels['eks.amazonaws.com/compute-type'] ?? '')) return true;
  return false;
}
