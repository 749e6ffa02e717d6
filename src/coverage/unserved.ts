import type { SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import { msUntil } from '../runtime/clock.ts';

/** Ours: an operator that serves a new coverage has spoken by then. */
const firstWord = { seconds: 10 };
/** Ours: longer than an operator is away while its node is replaced. */
const overdue = { hours: 1 };

/**
 * How long a coverage in a namespace that this operator does not serve is left alone, since another operator of the cluster may serve it;
 * 0 where nobody does, Infinity until somebody changes it. Milliseconds.
 */
export function leftAloneMs({ metadata, status }: SupportCoverage, now: Temporal.Instant): number {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (!ready) return msUntil(Temporal.Instant.from(metadata.creationTimestamp ?? now).add(firstWord), now);
  if (ready.reason === 'NamespaceNotServed') return status?.observedGeneration === metadata.generation ? Number.POSITIVE_INFINITY : 0;
  // Without a next time it is suspended or refused by the one that serves it.
  return status?.nextCheckTime ? msUntil(Temporal.Instant.from(status.nextCheckTime).add(overdue), now) : Number.POSITIVE_INFINITY;
}
