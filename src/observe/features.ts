/**
 * What the operator reads only where somebody has said so, because the permission reaches further than the purpose. Each is a value of the
 * chart, which grants the permission and passes the name in `--features`. A check whose switch is off is NotApplicable and says which.
 */
export const features = {
  'tls-secrets': {
    chartValue: 'features.tlsSecrets',
    description:
      'List Secrets of type kubernetes.io/tls, of which only tls.crt is looked at, and the names of others (tls-expiring, ingress-tls-missing). Kubernetes cannot limit it to that.',
  },
  'helm-releases': {
    chartValue: 'features.helmReleases',
    description:
      'List the metadata of the Secrets in which Helm keeps releases (helm-release-stuck, the fact helm-releases). Kubernetes cannot limit it to them.',
  },
  'service-account-tokens': {
    chartValue: 'features.serviceAccountTokens',
    description:
      'List the metadata of Secrets of type kubernetes.io/service-account-token (sa-long-lived-token, the fact service-account-tokens). Kubernetes cannot limit it to them.',
  },
  'kubelet-stats': {
    chartValue: 'features.kubeletStats',
    description:
      'Ask kubelets for the fill level of volumes (pvc-filling) and, of nodes that are short of something, what pods use (node-saturation): the permission nodes/stats, never nodes/proxy.',
  },
  'pull-secrets': {
    chartValue: 'features.pullSecrets',
    description:
      'List Secrets of the types kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg, of which only the names of registries are kept (pull-secret-missing, image-pull, the fact registry-secrets). Kubernetes cannot limit it to that.',
  },
} as const satisfies Record<string, { chartValue: string; description: string }>;

export type Feature = keyof typeof features;
export const featureNames = Object.keys(features) as Feature[];
