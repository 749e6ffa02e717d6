import type { Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Exception } from '../api/v1alpha1/supportcoverage.ts';
import type { CheckMetadata, Observation } from '../checks/check.ts';
import { matchesGlob } from '../kube/glob.ts';

/** Longest text that a report keeps of an exception. */
const longest = 1024;

/** A check that reads the coverage's own exceptions; it cannot be switched off. */
export const exceptionExpired: CheckMetadata = {
  id: 'exception-expired',
  area: 'Baseline',
  tier: 'Level1',
  title: 'An exception has expired and what it accepted is still there',
  severity: 'warning',
  for: '0s',
  needs: {},
  remediation:
    'Ask the owner of the exception. Mend what it accepted, or agree on a new date and write it in spec.exceptions with the reason; take the exception out where nobody needs it any more.',
  references: ['own rule: what is accepted is accepted until a date'],
};

/** Why a finding is accepted today, with who answers for it and until when; undefined where it is not. The first exception that matches says it. */
export function acceptedBy(
  exceptions: readonly Exception[],
  finding: { check: string; object: string },
  today: Temporal.PlainDate,
): string | undefined {
  const found = exceptions.find((exception) => isAbout(exception, finding) && !hasExpired(exception, today));
  if (!found) return undefined;
  const end = ` (${found.owner}, until ${found.expires})`;
  return found.reason.length + end.length <= longest
    ? `${found.reason}${end}`
    : `${firstOf(found.reason, longest - end.length - 1)}…${end}`;
}

/** One observation for each exception that has expired while an open finding that it accepted counts again. */
export function expiredExceptions(
  exceptions: readonly Exception[],
  open: readonly Finding[],
  timeZone: string,
  now: Temporal.Instant,
): Observation[] {
  const today = dayIn(timeZone, now);
  const counting = open.filter(({ coverage, exception }) => coverage !== 'NotCovered' && exception === undefined);
  return exceptions
    .filter((exception) => hasExpired(exception, today) && counting.some((finding) => isAbout(exception, finding)))
    .map(({ check, object, owner, expires }) => ({
      object: `Exception/${check}/${object}`,
      reason: 'ExceptionExpired',
      message: `The exception for ${check} on ${object} ended on ${expires} and what it accepted is still there, so it counts again. Mend it, or agree with its owner, ${owner}, on a new date and write it in spec.exceptions.`,
      since: Temporal.PlainDate.from(expires).add({ days: 1 }).toZonedDateTime(timeZone).toInstant(),
    }));
}

/** The calendar day that it is in a time zone. */
export function dayIn(timeZone: string, now: Temporal.Instant): Temporal.PlainDate {
  return now.toZonedDateTimeISO(timeZone).toPlainDate();
}

function isAbout(exception: Exception, { check, object }: { check: string; object: string }): boolean {
  return matchesGlob(exception.check, check) && matchesGlob(exception.object, object);
}

/** It counts through the whole of its last day. */
function hasExpired({ expires }: Exception, today: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(today, Temporal.PlainDate.from(expires)) > 0;
}

/** By code points: half of a character cannot be stored. */
export function firstOf(text: string, length: number): string {
  return [...text].slice(0, length).join('');
}
