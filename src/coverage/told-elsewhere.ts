import { counts } from '../findings/judge.ts';
import { isConsequence } from '../findings/lifecycle.ts';
import { type Case, openSince, severityOf } from './cases.ts';
import { isDue, waitedIn } from './escalation.ts';
import { reaches } from './escalation-path.ts';
import type { Sharing } from './known.ts';

/**
 * True for what a coverage before this one finds in the same cluster too, and has told or tells now: it tells that alone. What its path does
 * not reach, or only later, is not left to it.
 */
export function toldElsewhere(own: string, sharing: readonly Sharing[], now: Temporal.Instant): (each: Case) => boolean {
  const before = sharing.filter(({ key }) => key < own).map((other) => toldBy(other, now));
  return (each) => before.some((tells) => tells(each));
}

function toldBy({ path, hours, findings, drift }: Sharing, now: Temporal.Instant): (each: Case) => boolean {
  // Of a consequence it tells the cause alone.
  const theirs = Map.groupBy(
    [...findings, ...drift].filter((each) => counts(each) && !isConsequence(each)),
    subjectKey,
  );
  const { open } = hours.at(now);
  const waited = waitedIn(hours, now);
  return (each) =>
    (theirs.get(subjectKey(each)) ?? []).some(
      (their) =>
        (their.notified ?? []).length > 0 ||
        // Counted from when this one opened it: of two that look in turn the other may have opened it a moment later.
        path.some((step) => reaches(step, severityOf(their)) && isDue(step, waited(openSince(each)), open)),
    );
}

function subjectKey(each: Case): string {
  return 'fact' in each ? `${each.fact} ${each.object} ${each.path}` : `${each.check} ${each.object}`;
}
