import { createHash } from 'node:crypto';
import type { Drift, Finding, PendingFinding } from '../api/v1alpha1/coveragereport.ts';
import type { Severity, Tier } from '../api/v1alpha1/fields.ts';
import type { Observation } from '../checks/check.ts';
import type { CheckResult } from '../checks/run.ts';
import { counts, type Judge } from './judge.ts';

/** What is remembered between two passes. It is read from the report, so that a restart forgets nothing. */
export interface Memory {
  findings: readonly Finding[];
  pending: readonly PendingFinding[];
  /** Set where the report had to leave findings out and this process has not seen them itself: when the last pass ended. */
  incompleteSince?: Temporal.Instant;
}

export type Transition =
  | { type: 'Opened'; finding: Finding }
  | { type: 'SeverityChanged'; finding: Finding; from: Severity }
  /** Its root cause is over and it is not: from now on it is told on its own. */
  | { type: 'OutlivedCause'; finding: Finding }
  | { type: 'Resolved'; finding: Finding };

export interface Advanced {
  findings: Finding[];
  pending: PendingFinding[];
  transitions: Transition[];
  /** By check: when the first state that is seen now, and has not held for long enough, will have. */
  opensAt: Map<string, Temporal.Instant>;
}

/** Identity of a finding: never its message or severity. 16 hex digits of SHA-256. */
export function fingerprint(cluster: string, check: string, object: string, reason: string): string {
  return createHash('sha256')
    .update(JSON.stringify([cluster, check, object, reason]))
    .digest('hex')
    .slice(0, 16);
}

/**
 * From what was known and what is seen now, what is known next. A state opens a finding once it has held for the check's time, counted
 * from Kubernetes' own date where there is one, else from our first sight. What is no longer seen resolves at once; what a check cannot
 * judge stays as it was, since not to see is not to know; whose work it is, is judged anew. A finding of a check that is not among the results resolves.
 */
export function advance(previous: Memory, results: readonly CheckResult[], cluster: string, now: Temporal.Instant, judge: Judge): Advanced {
  const known = new Map(previous.findings.map((finding) => [finding.id, finding]));
  const waiting = new Map(previous.pending.map((entry) => [entry.id, entry]));
  const findings: Finding[] = [];
  const pending: PendingFinding[] = [];
  const transitions: Transition[] = [];
  const opensAt = new Map<string, Temporal.Instant>();

  for (const result of results) {
    const seen = new Set<string>();
    for (const observation of result.observations) {
      const id = fingerprint(cluster, result.check.id, observation.object, observation.reason);
      if (seen.has(id)) continue;
      seen.add(id);
      const before = known.get(id);
      if (observation.uncertain) {
        const wait = waiting.get(id);
        if (before) findings.push(judgedAnew(before, result.check.tier, judge));
        else if (wait) pending.push(wait);
        continue;
      }
      const holdMs = observation.holdMs ?? result.holdMs;
      const firstSeen = before?.firstSeen ?? began(observation, waiting.get(id), now);
      const opens = Temporal.Instant.from(firstSeen).add({ milliseconds: holdMs });
      if (!before && Temporal.Instant.compare(now, opens) < 0) {
        opensAt.set(result.check.id, earlier(opens, opensAt.get(result.check.id)));
        if (!isDatedBy(observation, firstSeen)) pending.push({ id, check: result.check.id, object: observation.object, firstSeen });
        continue;
      }
      const severity = observation.severity ?? result.check.severity;
      const { object, reason } = observation;
      const finding: Finding = {
        ...kept(before),
        id,
        check: result.check.id,
        severity,
        ...judge({ kind: 'Finding', check: result.check.id, tier: result.check.tier, object, reason, severity }),
        object,
        reason,
        ...(observation.stage ? { stage: observation.stage } : {}),
        ...(observation.cause ? { cause: observation.cause } : {}),
        ...(observation.subject ? { subject: observation.subject } : {}),
        message: observation.message,
        remediation: result.check.remediation,
        firstSeen,
        openedAt: before?.openedAt ?? stamp(now),
      };
      findings.push(finding);
      if (!before && !wasLeftOut(previous, observation, holdMs)) transitions.push({ type: 'Opened', finding });
      else if (before && before.severity !== finding.severity)
        transitions.push({ type: 'SeverityChanged', finding, from: before.severity });
    }
    if (result.unknown !== undefined) {
      const unseen = previous.findings.filter(({ check, id }) => check === result.check.id && !seen.has(id));
      findings.push(...unseen.map((finding) => judgedAnew(finding, result.check.tier, judge)));
      pending.push(...previous.pending.filter(({ check, id }) => check === result.check.id && !seen.has(id)));
    }
  }

  const open = new Set(findings.map(({ id }) => id));
  for (const finding of previous.findings) if (!open.has(finding.id)) transitions.push({ type: 'Resolved', finding });
  return { findings: findings.sort(byUrgency), pending: pending.sort(byIdentity), transitions, opensAt };
}

/** Rules, scope and exceptions may have changed while the check could not look. */
function judgedAnew({ exception: _, ...finding }: Finding, tier: Tier, judge: Judge): Finding {
  const { check, object, reason, severity } = finding;
  return { ...finding, ...judge({ kind: 'Finding', check, tier, object, reason, severity }) };
}

/** Who was told, and who takes care of it, of a finding or drift that goes on. */
export function kept(before: Finding | Drift | undefined): Pick<Finding, 'notified' | 'acknowledgedBy' | 'acknowledgedAt'> {
  if (!before) return {};
  const { notified, acknowledgedBy, acknowledgedAt } = before;
  return {
    ...(notified ? { notified } : {}),
    ...(acknowledgedBy ? { acknowledgedBy } : {}),
    ...(acknowledgedAt ? { acknowledgedAt } : {}),
  };
}

const rank: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

/** What counts before what does not, causes before their consequences, then the more urgent. */
export function byUrgency(a: Finding, b: Finding): number {
  return Number(counts(b)) - Number(counts(a)) || Number(isConsequence(a)) - Number(isConsequence(b)) || bySeverity(a, b);
}

/** True for what comes of something else that is open, and is told with that. */
export function isConsequence(each: Finding | Drift): boolean {
  return 'rootCause' in each && each.rootCause !== undefined;
}

/** Critical before warning before info; the older first; then by identity, so that the order is the same every time. */
export function bySeverity(a: Pick<Finding, 'id' | 'severity' | 'firstSeen'>, b: Pick<Finding, 'id' | 'severity' | 'firstSeen'>): number {
  return rank[a.severity] - rank[b.severity] || compare(a.firstSeen, b.firstSeen) || compare(a.id, b.id);
}

/** Kubernetes' own date or our first sight, whichever is earlier: a node whose clock is ahead does not hold a finding back. */
function began({ since }: Observation, waiting: PendingFinding | undefined, now: Temporal.Instant): string {
  const firstSight = waiting?.firstSeen ?? stamp(now);
  return since && Temporal.Instant.compare(since, Temporal.Instant.from(firstSight)) < 0 ? stamp(since) : firstSight;
}

/** True where the beginning can be read from the object again, so that it need not be remembered. */
function isDatedBy({ since, dateMoves }: Observation, firstSeen: string): boolean {
  return !dateMoves && since !== undefined && stamp(since) === firstSeen;
}

/** True for a state that Kubernetes dates so early that it was open in a pass whose report could not hold all: it is no news. */
function wasLeftOut({ incompleteSince }: Memory, { since }: Observation, holdMs: number): boolean {
  return incompleteSince !== undefined && since !== undefined && since.epochMilliseconds + holdMs <= incompleteSince.epochMilliseconds;
}

/** So that the order is the same every time. */
export function byIdentity(a: Pick<PendingFinding, 'id'>, b: Pick<PendingFinding, 'id'>): number {
  return compare(a.id, b.id);
}

function earlier(one: Temporal.Instant, other: Temporal.Instant | undefined): Temporal.Instant {
  return other && Temporal.Instant.compare(other, one) < 0 ? other : one;
}

/** Whole seconds, as Kubernetes writes times. */
export function stamp(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'second' });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
