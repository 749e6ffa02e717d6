import type { CheckReport, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Condition } from '../api/v1alpha1/fields.ts';
import { type Area, areas } from '../checks/areas.ts';
import { counts } from '../findings/judge.ts';

/** A condition before it is dated. */
export type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Condition types that are not an area's. docs/conditions.md explains all; a test compares. */
export const lifecycleConditions = ['Ready', 'Reconciling', 'Stalled', 'Onboarded', 'Healthy'] as const;

/**
 * One condition for each area that has a check in this coverage's tier. What support does not answer for never changes one, nor does info;
 * what is not known is never True.
 */
export function areaVerdicts(checks: readonly CheckReport[], findings: readonly Finding[]): Verdict[] {
  return (Object.keys(areas) as Area[]).flatMap((area) => {
    const own = checks.filter((check) => check.area === area && check.coverage !== 'NotCovered');
    return area === 'Baseline' || own.length === 0 ? [] : [areaVerdict(areas[area].condition, own, findings)];
  });
}

function areaVerdict(type: string, checks: readonly CheckReport[], findings: readonly Finding[]): Verdict {
  const ids = new Set(checks.map(({ check }) => check));
  const open = findings.filter((finding) => ids.has(finding.check) && finding.severity !== 'info');
  const urgent = open.filter(counts);
  const [first] = urgent;
  if (first) return { type, status: 'False', reason: first.reason, message: withMore(first.message, urgent.length - 1, 'finding') };
  const unknown = checks.filter(({ outcome }) => outcome === 'Unknown');
  const [missing] = unknown;
  if (missing)
    return {
      type,
      status: 'Unknown',
      reason: 'NotKnown',
      message: withMore(`${missing.check}: ${missing.message}`, unknown.length - 1, 'check'),
    };
  const applicable = checks.filter(({ outcome }) => outcome !== 'NotApplicable').length;
  if (applicable === 0)
    return {
      type,
      status: 'True',
      reason: 'NotApplicable',
      message: `None of the checks applies to this cluster: ${checks.map(({ check }) => check).join(', ')}`,
    };
  const passed =
    open.length === 0 ? `${applicable} of ${applicable} checks pass` : `Nothing that counts is open; recorded apart: ${apart(open)}`;
  return { type, status: 'True', reason: 'ChecksPassed', message: passed };
}

/** What is recorded and does not count, such as `2 of scope Project, 1 excepted`. */
export function apart(open: readonly (Finding | Drift)[]): string {
  const labels = open.filter((entry) => !counts(entry)).map(apartAs);
  return [...new Set(labels)].map((label) => `${labels.filter((each) => each === label).length} ${label}`).join(', ');
}

function apartAs(entry: Finding | Drift): string {
  if (entry.coverage === 'NotCovered') return 'not covered';
  return 'exception' in entry && entry.exception !== undefined ? 'excepted' : `of scope ${entry.scope}`;
}

const worst = ['False', 'Unknown', 'True'] as const;

/** One verdict a type, of several clusters: the worst, with the names of the clusters that say so. One cluster speaks for itself. */
export function merged(clusters: readonly { cluster: string; verdicts: readonly Verdict[] }[]): Verdict[] {
  const [only, ...others] = clusters;
  if (!only || others.length === 0) return [...(only?.verdicts ?? [])];
  const types = [...new Set(clusters.flatMap(({ verdicts }) => verdicts.map(({ type }) => type)))];
  return types.map((type) => {
    const said = clusters.flatMap(({ cluster, verdicts }) =>
      verdicts.filter((verdict) => verdict.type === type).map((verdict) => ({ cluster, verdict })),
    );
    const status = worst.find((candidate) => said.some(({ verdict }) => verdict.status === candidate)) ?? 'Unknown';
    const saying = said.filter(({ verdict }) => verdict.status === status);
    const alike = saying.every(({ verdict }) => verdict.message === saying[0]?.verdict.message);
    const message =
      alike && saying.length > 1
        ? `${saying.map(({ cluster }) => cluster).join(', ')}: ${saying[0]?.verdict.message}`
        : saying.map(({ cluster, verdict }) => `${cluster}: ${verdict.message}`).join(' ');
    return { type, status, reason: saying[0]?.verdict.reason ?? 'NotKnown', message: message.slice(0, 4096) };
  });
}

/** Healthy is what to alert on: False if any is False, else Unknown if any is Unknown, or if there is none. */
export function healthy(verdicts: readonly Verdict[]): Verdict {
  const said = (status: Verdict['status']) =>
    verdicts
      .filter((verdict) => verdict.status === status)
      .map(({ type, message }) => `${type}: ${message}`)
      .join(' ')
      .slice(0, 4096);
  if (verdicts.some(({ status }) => status === 'False'))
    return { type: 'Healthy', status: 'False', reason: 'FindingsOpen', message: said('False') };
  if (verdicts.some(({ status }) => status === 'Unknown'))
    return { type: 'Healthy', status: 'Unknown', reason: 'NotKnown', message: said('Unknown') };
  if (verdicts.length === 0) return { type: 'Healthy', status: 'Unknown', reason: 'NotKnown', message: 'No check is enabled' };
  return { type: 'Healthy', status: 'True', reason: 'AllHealthy', message: `All of ${verdicts.map(({ type }) => type).join(', ')}` };
}

/** A status whose verdicts about the cluster are Unknown, for while it cannot be read. */
export function unread<T extends { conditions?: Condition[] | undefined }>(status: T): T {
  const kept: readonly string[] = lifecycleConditions.filter((type) => type !== 'Healthy');
  const conditions = status.conditions?.map((condition) =>
    kept.includes(condition.type) ? condition : { ...condition, status: 'Unknown' as const },
  );
  return { ...status, conditions };
}

/** The conditions of a coverage that is not obeyed, or whose spec never could be run. */
export function declined(reason: 'NamespaceNotServed' | 'SpecNotAccepted', why: string): Verdict[] {
  const message = why.slice(0, 4096);
  return [
    { type: 'Ready', status: 'False', reason, message },
    { type: 'Stalled', status: 'True', reason, message },
    { type: 'Healthy', status: 'Unknown', reason, message: 'No check runs' },
  ];
}

/** The conditions of a coverage that is suspended: whatever was known of the cluster's health is not any more. */
export function suspended(why: string, specProblem: string | undefined, before: readonly Condition[]): Verdict[] {
  const problem = specProblem?.slice(0, 4096);
  const message = `${why}: no check runs and nothing is reported${problem ? `; ${problem}` : ''}`;
  const health = before.filter(({ type }) => !(lifecycleConditions as readonly string[]).includes(type));
  return [
    { type: 'Healthy', status: 'Unknown', reason: 'Suspended', message },
    { type: 'Ready', status: 'False', reason: 'Suspended', message },
    ...(problem ? [{ type: 'Stalled', status: 'True', reason: 'SpecNotAccepted', message: problem } as const] : []),
    ...health.map(({ type }): Verdict => ({ type, status: 'Unknown', reason: 'Suspended', message })),
  ];
}

/** The conditions before the first check, while the watches have not all been filled. */
export function readingCluster(): Verdict[] {
  const message = 'The cluster is being read for the first time since the operator started';
  return [
    { type: 'Reconciling', status: 'True', reason: 'ReadingCluster', message },
    { type: 'Ready', status: 'False', reason: 'ReadingCluster', message },
  ];
}

/** Dates the verdicts: a condition keeps its transition time for as long as its status is the same. */
export function dated(
  verdicts: readonly Verdict[],
  previous: readonly Condition[],
  generation: number | undefined,
  now: string,
): Condition[] {
  return verdicts.map((verdict) => {
    const before = previous.find(({ type }) => type === verdict.type);
    return {
      ...verdict,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastTransitionTime: before?.status === verdict.status ? before.lastTransitionTime : now,
    };
  });
}

function withMore(text: string, more: number, noun: string): string {
  return more > 0 ? `${text} (and ${more} more ${noun}${more > 1 ? 's' : ''})` : text;
}
