import type { Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Agreement } from '../checks/agreement.ts';
import { covers } from '../checks/areas.ts';
import type { Observation } from '../checks/check.ts';
import { type CheckResult, type ConfiguredCheck, runCheck } from '../checks/run.ts';
import type { ClusterView } from '../observe/cluster-view.ts';

interface Judging {
  checks: readonly ConfiguredCheck[];
  /** Those of this pass. */
  results: readonly CheckResult[];
  /** What was open before it. */
  before: readonly Finding[];
  view: ClusterView;
  now: Temporal.Instant;
  agreement: Agreement;
}

/**
 * The results without alerts whose matter a check of the tier sees itself on the same object, whether or not it has held for long enough there.
 * What no check sees is told, since the alert may know better; but from our own first sight of that, because an alert goes on for a while after
 * the check has seen the end.
 */
export function withoutTold(judging: Judging): CheckResult[] {
  const seen = new Map<string, ReadonlySet<string>>();
  const seenBy = (check: ConfiguredCheck): ReadonlySet<string> => {
    const { id } = check.check;
    const objects = seen.get(id) ?? objectsSeenBy(check, judging);
    seen.set(id, objects);
    return objects;
  };
  const judgesOf = (alert: string) =>
    judging.checks.filter(({ check }) => check.alerts?.includes(alert) && covers(judging.agreement.tier, check.tier));
  const told = (observation: Observation): Observation[] => {
    const judges = observation.alert === undefined ? [] : judgesOf(observation.alert);
    if (judges.length === 0) return [observation];
    return judges.some((judge) => seenBy(judge).has(observation.object)) ? [] : [{ ...observation, since: undefined }];
  };
  return judging.results.map((result) => ({ ...result, observations: result.observations.flatMap(told) }));
}

/** A pass over some checks has not run the others; they are pure, so that it can ask them. What cannot be judged now was judged before. */
function objectsSeenBy(configured: ConfiguredCheck, { results, before, view, now, agreement }: Judging): ReadonlySet<string> {
  const { id } = configured.check;
  const result = results.find(({ check }) => check.id === id) ?? runCheck(configured, view, now, agreement);
  const open = result.unknown === undefined ? [] : before.filter(({ check }) => check === id);
  return new Set([...result.observations, ...open].map(({ object }) => object));
}
