import type { Condition } from '../api/v1alpha1/fields.ts';
import { fitted } from '../api/v1alpha1/fitted.ts';
import { type ClusterStatus, type SupportCoverageStatus, supportCoverageStatus, type Trigger } from '../api/v1alpha1/supportcoverage.ts';
import type { BaselineState } from '../baseline/integrity.ts';
import { exceptionExpired } from '../findings/exceptions.ts';
import { counts } from '../findings/judge.ts';
import { byUrgency } from '../findings/lifecycle.ts';
import type { Pass } from '../findings/pass.ts';
import { type Summary, summarise } from '../findings/summary.ts';
import { formatDuration } from '../kube/duration.ts';
import { apart, areaVerdicts, dated, healthy, merged, type Verdict } from './conditions.ts';

const bounded = fitted(supportCoverageStatus);
const maxTop = 10;
const maxHistory = 10;

/** How a run went, besides what it found. */
export interface Run {
  trigger: Trigger;
  /** When it was evaluated. */
  at: string;
  durationMs: number;
  nextCheckTime: string | undefined;
  handledRunAt: string | undefined;
  generation: number | undefined;
}

/** What is known of a cluster itself. */
export interface ClusterFacts {
  name: string;
  environment: string | undefined;
  version: string | undefined;
  nodes: number | undefined;
  /** uid of its namespace kube-system. */
  uid?: string | undefined;
  reachable: boolean;
  /** Why it cannot be reached. */
  problem?: string | undefined;
  baselineName: string;
  /** Of the coverage, and so of its baseline. */
  namespace: string;
  /** Why that one cannot be used, with the path of the field. */
  baselineProblem?: string;
  /** Other coverages of the same cluster. */
  sharedWith?: readonly string[];
  /** What is missing for the agreement to be complete, beyond the baseline's approval. */
  missing: readonly string[];
}

/** What the last checks of one cluster said. */
export interface ClusterOutcome extends Pick<Pass, 'checks' | 'findings' | 'drift' | 'driftUnknown' | 'baseline'> {
  facts: ClusterFacts;
  /** When they ran. */
  at: string;
  /** Whether updates are made in time; undefined where nothing was agreed that can be due. */
  maintenance: Verdict | undefined;
}

/** The status after a run, of all clusters together. `specProblem`: why the spec as it is written was not what ran. */
export function statusAfter(
  outcomes: readonly ClusterOutcome[],
  previous: SupportCoverageStatus | undefined,
  run: Run,
  specProblem: string | undefined,
  contactProblems: readonly string[] = [],
): SupportCoverageStatus {
  const found = foundIn(outcomes, previous, ready(specProblem), contactProblems, run);
  const { summary } = found;
  return {
    ...(run.generation === undefined ? {} : { observedGeneration: run.generation }),
    ...found,
    ...kept(previous),
    lastCheckTime: run.at,
    ...(run.nextCheckTime ? { nextCheckTime: run.nextCheckTime } : {}),
    lastCheckDuration: formatDuration(Math.max(1, run.durationMs)),
    ...(run.handledRunAt === undefined ? {} : { lastHandledRunAt: run.handledRunAt }),
    history: [
      {
        time: run.at,
        trigger: run.trigger,
        duration: formatDuration(Math.max(1, run.durationMs)),
        critical: summary.critical,
        warning: summary.warning,
        drift: summary.drift,
      },
      ...(previous?.history ?? []),
    ].slice(0, maxHistory),
  };
}

/** What a status says of what was found. `accepted`: whether the spec is what runs. */
export function foundIn(
  outcomes: readonly ClusterOutcome[],
  previous: SupportCoverageStatus | undefined,
  accepted: readonly Verdict[],
  contactProblems: readonly string[],
  { at, generation }: Pick<Run, 'at' | 'generation'>,
): Required<Pick<SupportCoverageStatus, 'conditions' | 'topFindings' | 'clusters'>> & { summary: Summary } {
  return bounded({
    conditions: dated(verdictsOf(outcomes, accepted, contactProblems), previous?.conditions ?? [], generation, at),
    summary: total(outcomes.map(({ checks, findings, drift }) => summarise(checks, findings, drift))),
    topFindings: topFindings(outcomes),
    clusters: outcomes.map((outcome) => clusterStatus(outcome, previous)),
  });
}

/** What is not of the checks. */
function kept(status: SupportCoverageStatus | undefined): Agreed {
  const { windows, contacts, escalation } = status ?? {};
  return { ...(windows ? { windows } : {}), ...(contacts ? { contacts } : {}), ...(escalation ? { escalation } : {}) };
}

/** What the status says of the agreement itself, which changes between checks. */
export type Agreed = Pick<SupportCoverageStatus, 'windows' | 'contacts' | 'escalation'>;

/** The status as it was, with what it says of the agreement now. `verdict`: whether everything is onboarded, where that is known. */
export function withAgreed(
  status: SupportCoverageStatus,
  agreed: Agreed,
  verdict: Verdict | undefined,
  now: string,
): SupportCoverageStatus {
  const { windows: _w, contacts: _c, escalation: _e, conditions = [], ...rest } = status;
  const before = conditions.find(({ type }) => type === verdict?.type);
  const [after] = verdict && before ? dated([verdict], conditions, before.observedGeneration, now) : [];
  return bounded({ ...rest, conditions: conditions.map((condition) => (condition === before && after ? after : condition)), ...agreed });
}

function topFindings(outcomes: readonly ClusterOutcome[]): NonNullable<SupportCoverageStatus['topFindings']> {
  const top = outcomes.flatMap(({ facts, findings }) =>
    findings
      .filter(counts)
      .slice(0, maxTop)
      .map((finding) => ({ cluster: facts.name, finding })),
  );
  return top
    .sort((a, b) => byUrgency(a.finding, b.finding))
    .slice(0, maxTop)
    .map(({ cluster, finding }) => {
      const { check, object, severity, scope, firstSeen, message } = finding;
      return { check, cluster, object, severity, scope, since: firstSeen, message };
    });
}

function total(summaries: readonly Summary[]): Summary {
  const [first = summarise([], [], []), ...others] = summaries;
  const keys = Object.keys(first) as (keyof Summary)[];
  return others.reduce<Summary>((sum, next) => Object.fromEntries(keys.map((key) => [key, sum[key] + next[key]])) as never, first);
}

function verdictsOf(outcomes: readonly ClusterOutcome[], ready: readonly Verdict[], contactProblems: readonly string[]): Verdict[] {
  const each = outcomes.map((outcome) => {
    const areas = [...areaVerdicts(outcome.checks, outcome.findings), ...(outcome.maintenance ? [outcome.maintenance] : [])];
    const baseline = baselineVerdict(outcome);
    return { cluster: outcome.facts.name, areas, baseline, counted: baseline.reason === 'NotApproved' ? areas : [...areas, baseline] };
  });
  const together = (of: (one: (typeof each)[number]) => Verdict[]) =>
    merged(each.map((one) => ({ cluster: one.cluster, verdicts: of(one) })));
  return [
    healthy(together(({ counted }) => counted)),
    ...ready,
    onboarded(outcomes, contactProblems),
    ...together(({ areas, baseline }) => [...areas, baseline]),
  ];
}

function ready(specProblem: string | undefined): Verdict[] {
  if (specProblem === undefined)
    return [{ type: 'Ready', status: 'True', reason: 'ChecksScheduled', message: 'The spec is accepted and the checks run on schedule' }];
  const message = specProblem.slice(0, 4096);
  return [
    { type: 'Ready', status: 'False', reason: 'SpecNotAccepted', message },
    { type: 'Stalled', status: 'True', reason: 'SpecNotAccepted', message },
  ];
}

/** Whether everything that was agreed is in place. */
export function onboarded(outcomes: readonly ClusterOutcome[], contactProblems: readonly string[]): Verdict {
  const missing = outcomes.flatMap((outcome) =>
    missingOf(outcome).map((text) => (outcomes.length > 1 ? `${outcome.facts.name}: ${text}` : text)),
  );
  const open = [...missing, ...contactProblems];
  if (open.length > 0)
    return {
      type: 'Onboarded',
      status: 'False',
      reason: contactProblems.length > 0 || outcomes.some(({ facts }) => facts.missing.length > 0) ? 'Incomplete' : 'BaselineNotApproved',
      message: open.join('; ').slice(0, 4096),
    };
  return {
    type: 'Onboarded',
    status: 'True',
    reason: 'Complete',
    message:
      outcomes.length > 1
        ? 'Every cluster can be read as the tier needs, and its baseline is approved'
        : 'The cluster can be read as the tier needs, and its baseline is approved',
  };
}

/** What is missing for the agreement to be complete. */
function missingOf({ baseline, facts: { missing, baselineName, baselineProblem, namespace } }: ClusterOutcome): string[] {
  if (baselineProblem) return [...missing, baselineProblem];
  if (baseline.state === 'Unapproved')
    return [
      ...missing,
      `the baseline ${baselineName} waits for approval: kubectl get scbl ${baselineName} -n ${namespace} -o yaml, then set spec.approval`,
    ];
  if (baseline.state === 'Absent') return [...missing, `the baseline ${baselineName} is not captured yet`];
  if (baseline.state === 'Altered') return [...missing, baseline.observation.message];
  return [...missing];
}

function baselineVerdict({ baseline, findings, drift, driftUnknown, facts }: ClusterOutcome): Verdict {
  const type = 'BaselineInSync';
  if (baseline.state === 'Altered')
    return { type, status: 'False', reason: baseline.observation.reason, message: baseline.observation.message };
  const counting = drift.filter(counts);
  const [first] = counting;
  if (first) {
    const where = first.path === '' ? first.object : `${first.object} ${first.path}`;
    const change = first.expected === '' ? 'is new' : first.actual === '' ? 'is gone' : `is ${first.actual}, agreed was ${first.expected}`;
    const by = first.manager ? `, written by ${first.manager}` : '';
    return {
      type,
      status: 'False',
      reason: 'Drifted',
      message: withMore(`${where} ${change}${by}`, counting.length - 1),
    };
  }
  const expired = findings.filter((finding) => finding.check === exceptionExpired.id && counts(finding));
  const [accepted] = expired;
  if (accepted) return { type, status: 'False', reason: accepted.reason, message: withMore(accepted.message, expired.length - 1) };
  if (baseline.state !== 'Approved')
    return { type, status: 'Unknown', reason: 'NotApproved', message: 'There is no approved baseline to compare with' };
  if (facts.baselineProblem)
    return {
      type,
      status: 'Unknown',
      reason: 'NotKnown',
      message: `${facts.baselineProblem}; compared with ${baseline.baseline.metadata.name} until then, nothing differs that counts`,
    };
  const [unknown] = driftUnknown;
  if (unknown) return { type, status: 'Unknown', reason: 'NotKnown', message: `${unknown.fact}: ${unknown.message}` };
  const [separate] = drift;
  const but = separate ? `, but for differences that are recorded apart: ${apart(drift)}; the first is ${separate.object}` : '';
  return { type, status: 'True', reason: 'AsAgreed', message: `The cluster is as its baseline says${but}` };
}

function withMore(message: string, more: number): string {
  return more > 0 ? `${message} (and ${more} more)` : message;
}

function clusterStatus(outcome: ClusterOutcome, previous: SupportCoverageStatus | undefined): ClusterStatus {
  const { name, environment, version, nodes, uid, reachable, problem, sharedWith = [], baselineName } = outcome.facts;
  const summary = summarise(outcome.checks, outcome.findings, outcome.drift);
  return {
    name,
    ...(environment ? { environment } : {}),
    ...(uid ? { uid } : {}),
    ...(version ? { version } : {}),
    ...(nodes === undefined ? {} : { nodes }),
    reachable,
    ...(problem ? { problem } : {}),
    ...(sharedWith.length > 0 ? { sharedWith: [...sharedWith] } : {}),
    lastCheckTime: outcome.at,
    critical: summary.critical,
    warning: summary.warning,
    drift: summary.drift,
    baseline: baselineStatus(outcome.baseline, baselineName, previous?.clusters?.find((entry) => entry.name === name)?.baseline),
  };
}

/** The hash of what was approved is kept until another baseline is named, whatever happens to the object. */
function baselineStatus(state: BaselineState, name: string, before: ClusterStatus['baseline']): NonNullable<ClusterStatus['baseline']> {
  if (state.state === 'Altered') return before ?? { name };
  if (state.state !== 'Approved') return { name };
  const { metadata, spec } = state.baseline;
  const { approval } = spec;
  return {
    name: metadata.name,
    contentHash: state.hash,
    ...(approval ? { approvedBy: approval.approvedBy, approvedAt: approval.approvedAt } : {}),
  };
}

/**
 * The status of a coverage that cannot be run as it is written, or is suspended: what was found before stays, and is no longer vouched
 * for. No check is due, so none is announced.
 */
export function statusWithoutPass(
  previous: SupportCoverageStatus | undefined,
  verdicts: readonly Verdict[],
  generation: number | undefined,
  now: string,
): SupportCoverageStatus {
  const { nextCheckTime: _, ...kept } = previous ?? {};
  return bounded({
    ...kept,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: dated(verdicts, previous?.conditions ?? [], generation, now),
  });
}

/** Value of the label that the operator keeps on the coverage. */
export function healthOf(status: SupportCoverageStatus): 'healthy' | 'degraded' | 'critical' | 'unknown' {
  const condition = status.conditions?.find(({ type }) => type === 'Healthy')?.status;
  if (condition === 'True') return 'healthy';
  if (condition !== 'False') return 'unknown';
  return (status.summary?.critical ?? 0) > 0 ? 'critical' : 'degraded';
}

export function conditionOf(status: SupportCoverageStatus | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}
