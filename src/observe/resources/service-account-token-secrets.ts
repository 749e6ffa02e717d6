import type { Secret } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

/** Of Secrets with tokens that never expire the metadata only; the API server sends nothing else. */
export interface ServiceAccountTokenSecretView {
  name: string;
  namespace: string;
  serviceAccount: string;
  createdAt: string | undefined;
  /** The controller that made it, where it says so. */
  createdBy: string;
  /** The API server has seen the token, which it records since 1.26. */
  used: boolean;
  /** The API server refuses the token: Kubernetes cleans up what it made itself and nobody used for a year. */
  invalid: boolean;
  deleting: boolean;
}

export const serviceAccountTokenSecrets = defineResource({
  type: { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true },
  fieldSelector: 'type=kubernetes.io/service-account-token',
  metadataOnly: true,
  feature: 'service-account-tokens',
  project: ({ metadata }: Secret): ServiceAccountTokenSecretView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    serviceAccount: metadata?.annotations?.['kubernetes.io/service-account.name'] ?? '',
    createdAt: metadata?.creationTimestamp,
    createdBy: metadata?.annotations?.['kubernetes.io/created-by'] ?? '',
    used: 'kubernetes.io/legacy-token-last-used' in (metadata?.labels ?? {}),
    invalid: 'kubernetes.io/legacy-token-invalid-since' in (metadata?.labels ?? {}),
    deleting: metadata?.deletionTimestamp !== undefined,
  }),
});
