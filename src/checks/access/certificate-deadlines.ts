import { instantOf } from '../../observe/resource.ts';
import type { CertificateView } from '../../observe/resources/certificates.ts';
import type { TlsSecretView } from '../../observe/resources/tls-secrets.ts';

export interface Deadlines {
  notAfter: Temporal.Instant;
  /** From when on the remaining time is a warning, and critical. */
  warning: Temporal.Instant;
  critical: Temporal.Instant;
  /** What the limits are multiplied by for this certificate: 1, or less for one that does not live long. */
  scale: number;
}

const dayMs = 24 * 3_600_000;
/** Of the lifetime: cert-manager and most ACME clients renew when a third is left, so until then nothing is late. */
const longestShare = 1 / 3;

/**
 * The days given, unless they are more than a third of the certificate's lifetime; then both are shortened in proportion. So a certificate
 * of 24 hours, with 30 and 7 days, is a warning 8 hours before its end and critical 112 minutes before. undefined for what cannot be read.
 */
export function deadlinesOf(secret: TlsSecretView, warningDays: number, criticalDays: number): Deadlines | undefined {
  const notBefore = instantOf(secret.notBefore);
  const notAfter = instantOf(secret.notAfter);
  if (!notBefore || !notAfter) return undefined;
  const lifetimeMs = notAfter.epochMilliseconds - notBefore.epochMilliseconds;
  const scale = Math.min(1, (lifetimeMs * longestShare) / (Math.max(warningDays, criticalDays) * dayMs));
  const before = (days: number) => notAfter.subtract({ milliseconds: Math.round(days * dayMs * scale) });
  return { notAfter, warning: before(warningDays), critical: before(criticalDays), scale };
}

/**
 * From when on the time left is too short. What cert-manager is going to renew is in order until a day after that should have been done,
 * but no longer than until it is critical: Ready stays True while renewals fail, and then nothing else would tell.
 */
export function beginOf({ warning, critical, scale }: Deadlines, certificate: CertificateView | undefined): Temporal.Instant {
  const first = earlier(warning, critical);
  const renewal = renewalOf(certificate);
  if (!renewal) return first;
  const end = earlier(renewal.add({ milliseconds: Math.round(dayMs * scale) }), critical);
  return earlier(first, end) === first ? end : first;
}

/** When cert-manager is going to renew what it keeps; undefined where it does not keep it, or where it is not in order. */
export function renewalOf(certificate: CertificateView | undefined): Temporal.Instant | undefined {
  return certificate?.ready?.status === 'True' && !certificate.deleting ? instantOf(certificate.renewalTime) : undefined;
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) <= 0 ? a : b;
}
