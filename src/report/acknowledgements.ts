import type { AcknowledgementSpec } from '../api/v1alpha1/acknowledgement.ts';
import { hasExpired } from '../findings/acknowledgements.ts';
import type { Verdict } from './conditions.ts';

/** What an acknowledgement matches now; `count` findings and drift. `problem`: why it never will. docs/conditions.md explains each reason; a test compares. */
export function matchedCondition(spec: AcknowledgementSpec, count: number, now: Temporal.Instant, problem?: string): Verdict {
  const type = 'Matched';
  if (hasExpired(spec, now))
    return {
      type,
      status: 'False',
      reason: 'Expired',
      message: `It ended at ${spec.expires}: escalation of what is still open goes on. Delete it, or make a new one.`,
    };
  // What is open still may be of a check or a cluster that is no longer there.
  if (count === 0 && problem)
    return {
      type,
      status: 'False',
      reason: 'NothingMatches',
      message: `Nothing can match spec.match: ${problem}. Correct it, or delete it.`,
    };
  if (count === 0)
    return {
      type,
      status: 'False',
      reason: 'NothingMatches',
      message: spec.match
        ? `Nothing that the coverage ${spec.coverage} has open matches; what opens until ${spec.expires} and matches is acknowledged.`
        : `The coverage ${spec.coverage} has none of these open: they are resolved, or the ids are not as its CoverageReport has them.`,
    };
  const until = spec.expires ? `until ${spec.expires}` : 'until resolved';
  return {
    type,
    status: 'True',
    reason: 'Matching',
    message: `It stops the escalation of ${count} open ${count === 1 ? 'finding or difference' : 'findings and differences'} ${until}.`,
  };
}
