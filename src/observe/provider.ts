import type { ObjectMeta } from '../kube/types.ts';

/**
 * True for what the provider's own addon manager keeps as it wants it, and changes when it renews the cluster. The first label is that of
 * Kubernetes' cluster/addons/addon-manager, which GKE, AKS and others run; with the mode EnsureExists the object is the owner's to change.
 */
export function isKeptByProvider(labels: ObjectMeta['labels']): boolean {
  return labels?.['addonmanager.kubernetes.io/mode'] === 'Reconcile' || labels?.['kubernetes.azure.com/managedby'] === 'aks';
}
