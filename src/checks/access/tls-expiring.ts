import * as z from 'zod';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { CertificateView } from '../../observe/resources/certificates.ts';
import type { TlsSecretView } from '../../observe/resources/tls-secrets.ts';
import { defineCheck, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { days } from '../parameters.ts';
import { beginOf, deadlinesOf, renewalOf } from './certificate-deadlines.ts';
import { usersOfSecrets } from './tls-users.ts';

export const tlsExpiring = defineCheck({
  id: 'tls-expiring',
  area: 'Access',
  tier: 'Level1',
  title: 'A certificate that an Ingress or Gateway presents is about to end',
  severity: 'warning',
  for: '1h',
  needs: { resources: ['tls-secrets', 'ingresses'], optional: ['gateways', 'certificates'] },
  remediation:
    'Renew the certificate and put it into the Secret. Where cert-manager keeps the Secret, find out why it does not renew: `kubectl describe certificate`, and the CertificateRequest and Order that it names.',
  references: [
    'own defaults: 30d, a third of the 90 days that ACME issuers give, and 7d',
    'cert-manager: renewal after two thirds of the lifetime, or at renewBefore',
    'own default: 1h, so that a renewal that starts at the threshold can end',
  ],
  parameters: z.strictObject({
    warningDays: days(30, 'Days before the end from which it is a warning; at most a third of the lifetime.'),
    criticalDays: days(7, 'Days before the end from which it is critical; shortened in the same proportion.'),
  }),
  evaluate: ({ view, parameters: { warningDays, criticalDays }, now }) => {
    const observations: Observation[] = [];
    const unreadable: string[] = [];
    const renewals = problemOf(view, 'certificates');
    const kept = new Map(view.list('certificates').map((one) => [`${one.namespace}/${one.secret}`, one]));
    for (const [key, users] of usersOfSecrets(view)) {
      const secret = view.get('tls-secrets', key);
      if (!secret) continue;
      const deadlines = deadlinesOf(secret, warningDays, criticalDays);
      if (!deadlines) {
        unreadable.push(`Secret/${key} (${secret.problem})`);
        continue;
      }
      const certificate = kept.get(key);
      // As long as it is not known what cert-manager renews, only what is critical is certainly late.
      const since = renewals ? deadlines.critical : beginOf(deadlines, certificate);
      if (Temporal.Instant.compare(now, since) < 0) continue;
      const critical = Temporal.Instant.compare(now, deadlines.critical) >= 0;
      const ended = Temporal.Instant.compare(now, deadlines.notAfter) >= 0;
      const limit = formatSpan((critical ? criticalDays : warningDays) * deadlines.scale);
      observations.push({
        object: `Secret/${key}`,
        reason: 'CertificateExpiring',
        severity: critical ? 'critical' : 'warning',
        message: `The certificate in ${describe(secret)} ${ended ? 'ended' : 'ends'} at ${secret.notAfter}${ended ? '' : `, within ${limit}`}; presented by ${inBrief(users)}. ${advice(certificate, now)}`,
        since,
      });
    }
    const unknown = [problemOf(view, 'gateways'), renewals, unreadable.length > 0 && `these cannot be read: ${inBrief(unreadable)}`];
    return { observations, unknown: unknown.filter(Boolean).join('; ') };
  },
});

/** Why what is known of an optional resource may not be relied upon. That it is not installed is known. */
function problemOf(view: ClusterView, name: 'gateways' | 'certificates'): string {
  const knowledge = view.knowledge(name);
  return knowledge.state === 'NotPermitted' || knowledge.state === 'Stale' ? knowledge.message : '';
}

function describe({ name, namespace, dnsNames, issuer }: TlsSecretView): string {
  const details = [inBrief(dnsNames), issuer && `issued by ${issuer}`].filter(Boolean).join(', ');
  return `Secret/${namespace}/${name}${details && ` (${details})`}`;
}

function advice(certificate: CertificateView | undefined, now: Temporal.Instant): string {
  if (!certificate || certificate.deleting) return 'Renew it and put it into the Secret.';
  const { name, namespace } = certificate;
  const renewal = renewalOf(certificate);
  return renewal && Temporal.Instant.compare(now, renewal) < 0
    ? `cert-manager renews it only at ${renewal}: give Certificate/${namespace}/${name} a longer renewBefore.`
    : `cert-manager should have renewed it: see \`kubectl describe certificate -n ${namespace} ${name}\`.`;
}

/** In the unit that a reader would take. */
function formatSpan(days: number): string {
  if (days >= 2) return `${Math.round(days)} days`;
  const hours = days * 24;
  return hours >= 2 ? `${Math.round(hours)} hours` : `${Math.round(hours * 60)} minutes`;
}
