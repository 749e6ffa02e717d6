/** Signers that kubelets ask, and what for; their requests are node-csr-pending's, all others csr-pending's. */
export const kubeletSigners: ReadonlyMap<string, { reason: string; use: string }> = new Map([
  ['kubernetes.io/kubelet-serving', { reason: 'KubeletServingPending', use: 'serving' }],
  ['kubernetes.io/kube-apiserver-client-kubelet', { reason: 'KubeletClientPending', use: 'client' }],
]);
