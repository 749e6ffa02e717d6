import { checkServerIdentity } from 'node:tls';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { TlsSecretView } from '../../observe/resources/tls-secrets.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { unreadable } from '../observability/operator-instances.ts';
import { noParameters } from '../parameters.ts';
import { chainResources, type HandledIngress, handledIngresses } from './ingress-chain.ts';
import { issuingSecrets } from './issuing-secrets.ts';

export const ingressTlsMissing = defineCheck({
  id: 'ingress-tls-missing',
  area: 'Networking',
  tier: 'Level2',
  title: 'The Secret that an Ingress names for TLS is absent or holds no certificate for its host',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['tls-secrets', 'other-secrets', ...chainResources], optional: ['certificates'], probes: ['version'] },
  remediation:
    'Put a certificate for the hosts into the Secret that the Ingress names, in the namespace of the Ingress. Until then clients get the default certificate of the controller and refuse it.',
  references: [
    'own default: 15m, as certificate-not-ready allows a certificate to be issued',
    'popeye 1403',
    'RFC 9525: names of a service in a certificate',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const issuing = issuingSecrets(view);
    const observations = handledIngresses(view, agreement)
      .filter(({ handler }) => handler.controller?.readsSecrets)
      .flatMap((one) => [...absent(view, one, issuing), ...unfit(view, one, issuing)]);
    const unknown = unreadable(view, 'certificates');
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});

function absent(view: ClusterView, { ingress, object }: HandledIngress, issuing: ReadonlySet<string>): Observation[] {
  // As long as it is not known what cert-manager is about to make, nothing is certainly missing.
  if (unreadable(view, 'certificates')) return [];
  const missing = new Set(
    ingress.tls
      .map(({ secret }) => `${ingress.namespace}/${secret}`)
      .filter((key) => !view.get('tls-secrets', key) && !view.get('other-secrets', key) && !issuing.has(key)),
  );
  if (missing.size === 0) return [];
  return [
    {
      object,
      reason: 'SecretMissing',
      message: `${object} names for TLS what is not there: ${inBrief([...missing].map((key) => `Secret/${key}`))}. Clients of its hosts get the default certificate of the controller. Create it, or correct the name in the Ingress.`,
    },
  ];
}

/** Secrets of another type may hold a certificate; the operator does not look. */
function unfit(view: ClusterView, { ingress, object }: HandledIngress, issuing: ReadonlySet<string>): Observation[] {
  const wrong = ingress.tls.flatMap(({ secret, hosts }) => {
    const key = `${ingress.namespace}/${secret}`;
    const found = view.get('tls-secrets', key);
    if (!found || issuing.has(key)) return [];
    if (found.problem !== '') return [`Secret/${key} (${found.problem})`];
    const uncovered = hosts.filter((host) => !isFor(found, host));
    return uncovered.length > 0 ? [`Secret/${key} (for ${namesOf(found)}, not for ${inBrief(uncovered)})`] : [];
  });
  if (wrong.length === 0) return [];
  return [
    {
      object,
      reason: 'NotForHost',
      message: `${object} presents a certificate that its clients refuse: ${inBrief(wrong)}. Put one for its hosts into the Secret.`,
    },
  ];
}

function namesOf({ dnsNames }: TlsSecretView): string {
  return dnsNames.length > 0 ? inBrief(dnsNames) : 'no DNS name';
}

/** A wildcard host needs that very name in the certificate; one in a name stands for one label. */
function isFor({ dnsNames }: TlsSecretView, host: string): boolean {
  const subjectaltname = dnsNames.map((name) => `DNS:${name}`).join(', ');
  return checkServerIdentity(host, { subjectaltname } as Parameters<typeof checkServerIdentity>[1]) === undefined;
}
