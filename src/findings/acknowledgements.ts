import type { Acknowledgement, AcknowledgementSpec } from '../api/v1alpha1/acknowledgement.ts';
import type { Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { matchesGlob } from '../kube/glob.ts';
import { problemOf } from './boundary.ts';
import { firstOf } from './exceptions.ts';
import { stamp } from './lifecycle.ts';

export interface AcknowledgementInput {
  findings: readonly Finding[];
  drift: readonly Drift[];
  /** Of the coverage's namespace. */
  acknowledgements: readonly Acknowledgement[];
  /** Name of the coverage. */
  coverage: string;
  /** Name of the cluster in the coverage. */
  cluster: string;
  now: Temporal.Instant;
}

export interface Acknowledged {
  findings: Finding[];
  drift: Drift[];
  /** How many findings and drift each acknowledgement of this coverage matches, by its `namespace/name`; 0 for one that has expired. */
  matched: Map<string, number>;
  /** When the next acknowledgement expires. */
  nextAt?: Temporal.Instant;
}

/** Longest text that a report keeps of who has acknowledged something. */
const longest = 253;
/** Between the operator's clock, which dates findings, and the API server's, which dates acknowledgements. */
const skew = { minutes: 5 };

/**
 * Findings and drift with who takes care of them; of several acknowledgements the one created first. `acknowledgedBy` goes when none matches
 * any more; `acknowledgedAt` stays for as long as the finding is open, so that the time to acknowledge is counted once.
 */
export function acknowledge({ findings, drift, acknowledgements, coverage, cluster, now }: AcknowledgementInput): Acknowledged {
  const own = acknowledgements.filter(({ spec }) => spec.coverage === coverage).sort(byCreation);
  const active = own.filter(({ spec }) => !hasExpired(spec, now));
  const matched = new Map(own.map((acknowledgement) => [keyOf(acknowledgement), 0]));
  const marked = <T extends Finding | Drift>(entry: T): T => {
    const matching = active.filter((acknowledgement) => isAbout(acknowledgement, entry, cluster));
    for (const each of matching) matched.set(keyOf(each), (matched.get(keyOf(each)) ?? 0) + 1);
    const { acknowledgedBy: _, ...rest } = entry;
    const [first] = matching;
    if (!first) return rest as T;
    return { ...entry, acknowledgedBy: textOf(first.spec), acknowledgedAt: entry.acknowledgedAt ?? stamp(now) };
  };
  const ends = active.flatMap(({ spec }) => endOf(spec) ?? []).sort(Temporal.Instant.compare);
  return { findings: findings.map(marked), drift: drift.map(marked), matched, ...(ends[0] ? { nextAt: ends[0] } : {}) };
}

/** Why a match never matches anything, as it is written; undefined where it may. */
export function problemOfMatch(
  { match }: Pick<AcknowledgementSpec, 'match'>,
  { ids, clusters }: { ids: readonly string[]; clusters: readonly string[] },
): string | undefined {
  if (!match) return undefined;
  if (match.cluster !== undefined && !clusters.includes(match.cluster))
    return `the coverage has no cluster ${match.cluster}; it has ${clusters.join(', ')}`;
  return problemOf(match.check, ids, 'check or fact', 'match.check')[0]?.message;
}

/** `namespace/name`. */
export function keyOf({ metadata }: Acknowledgement): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** A time that cannot be read has passed: nothing is held back by a mistake. */
export function hasExpired(spec: AcknowledgementSpec, now: Temporal.Instant): boolean {
  if (spec.expires === undefined) return false;
  const end = endOf(spec);
  return end === undefined || Temporal.Instant.compare(end, now) <= 0;
}

function endOf({ expires }: AcknowledgementSpec): Temporal.Instant | undefined {
  try {
    return expires === undefined ? undefined : Temporal.Instant.from(expires);
  } catch {
    return undefined;
  }
}

function isAbout({ metadata, spec }: Acknowledgement, entry: Finding | Drift, cluster: string): boolean {
  if (spec.findings) return spec.findings.includes(entry.id) && beganBefore(metadata.creationTimestamp, entry);
  const { match } = spec;
  if (!match || (match.cluster !== undefined && match.cluster !== cluster)) return false;
  const id = 'check' in entry ? entry.check : entry.fact;
  return matchesGlob(match.check, id) && matchesGlob(match.object, entry.object);
}

/** The same state has the same id when it comes back, and nobody has acknowledged that. */
function beganBefore(created: string | undefined, { firstSeen }: Finding | Drift): boolean {
  if (created === undefined) return true;
  return Temporal.Instant.compare(Temporal.Instant.from(firstSeen), Temporal.Instant.from(created).add(skew)) <= 0;
}

function byCreation(a: Acknowledgement, b: Acknowledgement): number {
  const [first, second] = [a, b].map((each) => `${each.metadata.creationTimestamp ?? ''} ${each.metadata.name}`);
  return (first ?? '') < (second ?? '') ? -1 : 1;
}

function textOf({ by, reason }: AcknowledgementSpec): string {
  const text = `${by}: ${reason}`;
  return [...text].length <= longest ? text : `${firstOf(text, longest - 1)}…`;
}
