import type { CertificateSigningRequest } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

/** One that nobody has decided on yet. */
export interface CertificateSigningRequestView {
  name: string;
  signer: string;
  /** Who asks, as the API server knows them: `system:node:worker-1`. */
  username: string;
  createdAt: string | undefined;
}

const decisions = new Set(['Approved', 'Denied', 'Failed']);

export const certificatesigningrequests = defineResource({
  type: {
    group: 'certificates.k8s.io',
    version: 'v1',
    resource: 'certificatesigningrequests',
    kind: 'CertificateSigningRequest',
    namespaced: false,
  },
  project: ({ metadata, spec, status }: CertificateSigningRequest): CertificateSigningRequestView | undefined => {
    if (status?.conditions?.some(({ type }) => decisions.has(type))) return undefined;
    return {
      name: metadata?.name ?? '',
      signer: spec?.signerName ?? '',
      username: spec?.username ?? '',
      createdAt: metadata?.creationTimestamp,
    };
  },
});
