import { X509Certificate } from 'node:crypto';
import type { Secret } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

/** Of the first certificate in tls.crt what can be seen by anyone who connects. The rest of tls.crt is not kept and tls.key is not touched. */
export interface TlsSecretView {
  name: string;
  namespace: string;
  /** RFC 3339; undefined where there is a problem. */
  notBefore: string | undefined;
  notAfter: string | undefined;
  dnsNames: readonly string[];
  /** The issuer's common name; '' where it has none. */
  issuer: string;
  /** Why there is no certificate to be read; never anything of the data. '' where there is one. */
  problem: string;
}

type Certificate = Pick<TlsSecretView, 'notBefore' | 'notAfter' | 'dnsNames' | 'issuer' | 'problem'>;

export const tlsSecrets = defineResource({
  type: { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true },
  fieldSelector: 'type=kubernetes.io/tls',
  feature: 'tls-secrets',
  project: ({ metadata, data }: Secret): TlsSecretView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    ...readCertificate(data?.['tls.crt']),
  }),
});

function readCertificate(base64: string | undefined): Certificate {
  if (!base64) return unreadable('tls.crt is empty');
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    return {
      notBefore: rfc3339(certificate.validFromDate),
      notAfter: rfc3339(certificate.validToDate),
      dnsNames: dnsNamesIn(certificate.subjectAltName ?? ''),
      issuer: /^CN=(.+)$/m.exec(certificate.issuer)?.[1] ?? '',
      problem: '',
    };
  } catch {
    // The parser's own words are left out: they could repeat what it read.
    return unreadable('tls.crt does not begin with a certificate in PEM');
  }
}

function unreadable(problem: string): Certificate {
  return { notBefore: undefined, notAfter: undefined, dnsNames: [], issuer: '', problem };
}

function rfc3339(date: Date): string {
  return date.toTemporalInstant().toString({ smallestUnit: 'second' });
}

/** From `DNS:shop.example.com, IP Address:192.0.2.1`. A DNS name holds no comma; Node quotes what is none. */
function dnsNamesIn(subjectAltName: string): string[] {
  return subjectAltName.split(', ').flatMap((entry) => (entry.startsWith('DNS:') ? [entry.slice('DNS:'.length)] : []));
}
