import type { Secret } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

/** That a Secret of a type that may hold a certificate, though it is not kubernetes.io/tls, is there; the API server sends no data. */
export interface OtherSecretView {
  name: string;
  namespace: string;
}

/** Types of which a cluster has many and which never hold a certificate. */
const leftOut = [
  'kubernetes.io/tls',
  'helm.sh/release.v1',
  'kubernetes.io/service-account-token',
  'kubernetes.io/dockerconfigjson',
  'kubernetes.io/dockercfg',
];

export const otherSecrets = defineResource({
  type: { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true },
  fieldSelector: leftOut.map((type) => `type!=${type}`).join(','),
  metadataOnly: true,
  feature: 'tls-secrets',
  project: ({ metadata }: Secret): OtherSecretView => ({ name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' }),
});
