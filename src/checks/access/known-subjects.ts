import { matchesGlob } from '../../kube/glob.ts';

/** Whom Kubernetes and its distributions give cluster-admin themselves, as globs, by whose they are. */
const adminsByDistribution: Record<string, readonly string[]> = {
  kubernetes: ['Group/system:masters'],
  // The group of admin.conf, since 1.29.
  kubeadm: ['Group/kubeadm:cluster-admins'],
  // The add-on manager, in the binding eks:addon-cluster-admin. EKS lets nobody take a name that begins so.
  eks: ['User/eks:*'],
  // The local accounts that `az aks get-credentials --admin` hands out, in the binding aks-cluster-admin-binding.
  aks: ['User/clusterAdmin', 'User/clusterUser'],
  gke: ['User/system:storageversionmigrator'],
  // The namespaces openshift-* are the platform's: the API refuses to let users create such a project.
  openshift: ['Group/system:cluster-admins', 'User/system:admin', 'ServiceAccount/openshift-*/*'],
  // The helm-controller of k3s and RKE2 makes one for each chart that comes with the distribution.
  'k3s and rke2': ['ServiceAccount/kube-system/helm-*'],
  rke: ['ServiceAccount/kube-system/rke-job-deployer'],
};

const known = Object.values(adminsByDistribution).flat();

/** True for whom the distribution itself gives every right. */
export function isDistributionsAdmin(subject: string): boolean {
  return known.some((glob) => matchesGlob(glob, subject));
}
