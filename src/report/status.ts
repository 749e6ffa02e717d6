import type { Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Condition } from '../api/v1alpha1/fields.ts';
import type { ClusterStatus, SupportCoverageStatus, Trigger } from '../api/v1alpha1/supportcoverage.ts';
import type { BaselineState } from '../baseline/integrity.ts';
import { exceptionExpired } from '../findings/exceptions.ts';
import { counts } from '../findings/judge.ts';
import type { Pass } from '../findings/pass.ts';
import { type Summary, summarise } from '../findings/summary.ts';
import { formatDuration } from '../kube/duration.ts';
import { apart, areaVerdicts, dated, healthy, type Verdict } from './conditions.ts';

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
  /** Whether updates are made in time; undefined where nothing was agreed that can be due. */
  maintenance: Verdict | undefined;
  generation: number | undefined;
}

/** What is known of the cluster itself. */
export interface ClusterFacts {
  name: string;
  environment: string | undefined;
  version: string | undefined;
  nodes: number | undefined;
  reachable: boolean;
  baselineName: string;
  /** What is missing for the agreement to be complete, beyond the baseline's approval. */
  missing: readonly string[];
}

/** The status after a pass. `specProblem`: why the spec as it is written was not what ran. */
export function statusAfter(
  pass: Pass,
  previous: SupportCoverageStatus | undefined,
  run: Run,
  cluster: ClusterFacts,
  specProblem: string | undefined,
): SupportCoverageStatus {
  const summary = summarise(pass.checks, pass.findings, pass.drift);
  const verdicts = verdictsOf(pass, cluster, run.maintenance, specProblem);
  return {
    ...(run.generation === undefined ? {} : { observedGeneration: run.generation }),
    conditions: dated(verdicts, previous?.conditions ?? [], run.generation, run.at),
    summary,
    topFindings: topOf(pass.findings, cluster.name),
    clusters: [clusterStatus(pass, previous, run, cluster, summary)],
    ...(previous?.windows ? { windows: previous.windows } : {}),
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

function topOf(findings: readonly Finding[], cluster: string): NonNullable<SupportCoverageStatus['topFindings']> {
  return findings
    .filter(counts)
    .slice(0, maxTop)
    .map(({ check, object, severity, scope, firstSeen, message }) => ({
      check,
      cluster,
      object,
      severity,
      scope,
      since: firstSeen,
      message,
    }));
}

function verdictsOf(pass: Pass, cluster: ClusterFacts, maintenance: Verdict | undefined, specProblem: string | undefined): Verdict[] {
  const areas = [...areaVerdicts(pass.checks, pass.findings), ...(maintenance ? [maintenance] : [])];
  const baseline = baselineVerdict(pass);
  const counted = baseline.reason === 'NotApproved' ? areas : [...areas, baseline];
  return [healthy(counted), ...ready(specProblem), onboarded(pass.baseline, cluster), ...areas, baseline];
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

function onboarded(baseline: BaselineState, { missing, baselineName }: ClusterFacts): Verdict {
  const open = [...missing];
  if (baseline.state === 'Unapproved')
    open.push(`the baseline ${baselineName} waits for approval: kubectl get scbl ${baselineName} -o yaml, then set spec.approval`);
  if (baseline.state === 'Absent') open.push(`the baseline ${baselineName} is not captured yet`);
  if (baseline.state === 'Altered') open.push(baseline.observation.message);
  if (open.length > 0)
    return {
      type: 'Onboarded',
      status: 'False',
      reason: missing.length > 0 ? 'Incomplete' : 'BaselineNotApproved',
      message: open.join('; ').slice(0, 4096),
    };
  return {
    type: 'Onboarded',
    status: 'True',
    reason: 'Complete',
    message: 'The cluster can be read as the tier needs, and its baseline is approved',
  };
}

function baselineVerdict({ baseline, findings, drift, driftUnknown }: Pass): Verdict {
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
  const [unknown] = driftUnknown;
  if (unknown) return { type, status: 'Unknown', reason: 'NotKnown', message: `${unknown.fact}: ${unknown.message}` };
  const [separate] = drift;
  const but = separate ? `, but for differences that are recorded apart: ${apart(drift)}; the first is ${separate.object}` : '';
  return { type, status: 'True', reason: 'AsAgreed', message: `The cluster is as its baseline says${but}` };
}

function withMore(message: string, more: number): string {
  return more > 0 ? `${message} (and ${more} more)` : message;
}

function clusterStatus(
  pass: Pass,
  previous: SupportCoverageStatus | undefined,
  run: Run,
  cluster: ClusterFacts,
  summary: Summary,
): ClusterStatus {
  return {
    name: cluster.name,
    ...(cluster.environment ? { environment: cluster.environment } : {}),
    ...(cluster.version ? { version: cluster.version } : {}),
    ...(cluster.nodes === undefined ? {} : { nodes: cluster.nodes }),
    reachable: cluster.reachable,
    lastCheckTime: run.at,
    critical: summary.critical,
    warning: summary.warning,
    drift: summary.drift,
    baseline: baselineStatus(pass.baseline, cluster.baselineName, previous?.clusters?.find(({ name }) => name === cluster.name)?.baseline),
  };
}

/** The hash of what was approved is kept until another baseline is named, whatever happens to the object. */
function baselineStatus(state: BaselineState, name: string, before: ClusterStatus['baseline']): NonNullable<ClusterStatus['baseline']> {
  if (state.state === 'Altered') return before ?? { name };
  if (state.state !== 'Approved') return { name };
  const { approval } = state.baseline.spec;
  return { name, contentHash: state.hash, ...(approval ? { approvedBy: approval.approvedBy, approvedAt: approval.approvedAt } : {}) };
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
  return {
    ...kept,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: dated(verdicts, previous?.conditions ?? [], generation, now),
  };
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
