import type { ClusterView } from '../../observe/cluster-view.ts';

/** Secrets that cert-manager is yet to fill, by `namespace/name`: certificate-not-ready's. */
export function issuingSecrets(view: ClusterView): ReadonlySet<string> {
  return view.derive('secrets that cert-manager is yet to fill', () => {
    const certificates = view.list('certificates').filter(({ ready, deleting }) => !deleting && ready?.status !== 'True');
    return new Set(certificates.map(({ namespace, secret }) => `${namespace}/${secret}`));
  });
}
