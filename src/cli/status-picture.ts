import type { CorrectionReport, CoverageReport, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Tier } from '../api/v1alpha1/fields.ts';
import type { SupportCoverage, SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { byUrgency } from '../findings/lifecycle.ts';
import { conditionOf } from '../report/status.ts';
import { exitCodes } from './exit-codes.ts';

/** Of one cluster among several. */
export type InCluster<T> = T & { cluster: string };

export interface Verdict {
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  since?: string;
}

/** All that the status of a coverage and its reports say; the text is made from it, and `-o json` is it. */
export interface StatusPicture {
  coverage: string;
  namespace: string;
  tier: Tier;
  healthy: Verdict;
  ready: Verdict;
  /** Why what is said here may be out of date. */
  stale?: string;
  windows?: NonNullable<SupportCoverageStatus['windows']> & { workingHoursZone: string; maintenanceZone: string };
  /** Open, covered, not accepted and not separate project scope; most urgent first, and consequences after all that stands alone. */
  findings: InCluster<Finding & { correction?: string }>[];
  drift: InCluster<Drift>[];
  /** Checks that cannot tell. */
  unknown: { cluster: string; check: string; message: string }[];
  /** Findings and drift that are in neither list, and why. */
  apart: { notCovered: number; projectScope: number; accepted: number; leftOut: number };
  /** What is missing for the agreement to be complete. */
  missing?: string;
  clusters: NonNullable<SupportCoverageStatus['clusters']>;
  escalation?: NonNullable<SupportCoverageStatus['escalation']> & { steps: number };
  contacts: NonNullable<SupportCoverageStatus['contacts']>;
  lastCheckTime: string | undefined;
  lastCheckDuration: string | undefined;
  nextCheckTime: string | undefined;
  exitCode: number;
}

/** So long after a check was due it should have run: the operator waits up to a minute for its watches, and tries again. */
const lateMs = 300_000;

/** `all`: the reports of the namespace. */
export function pictureOf(coverage: SupportCoverage, all: readonly CoverageReport[], now: Temporal.Instant): StatusPicture {
  const { metadata, spec, status } = coverage;
  const reports = all.filter((report) => report.spec.coverage === metadata.name);
  const findings = reports.flatMap(findingsOf);
  const drift = inCluster(reports, (report) => report.status?.drift);
  const counted = [...findings, ...drift];
  const healthy = verdictOf(status, 'Healthy');
  const onboarded = conditionOf(status, 'Onboarded');
  const stale = staleness(coverage, now);
  return {
    coverage: metadata.name,
    namespace: metadata.namespace,
    tier: spec.tier,
    healthy,
    ready: verdictOf(status, 'Ready'),
    ...(stale ? { stale } : {}),
    ...(status?.windows ? { windows: { ...status.windows, ...zonesOf(coverage) } } : {}),
    findings: findings.filter(isOpen).sort(byUrgency),
    drift: drift.filter(isOpen),
    unknown: inCluster(reports, (report) => report.status?.checks)
      .filter(({ outcome }) => outcome === 'Unknown')
      .map(({ cluster, check, message }) => ({ cluster, check, message })),
    apart: {
      notCovered: status?.summary?.notCovered ?? counted.filter(isNotCovered).length,
      projectScope: status?.summary?.projectScope ?? counted.filter((entry) => !isNotCovered(entry) && entry.scope === 'Project').length,
      accepted: findings.filter((finding) => !isNotCovered(finding) && finding.exception !== undefined).length,
      leftOut: reports.reduce((sum, report) => sum + (report.status?.truncated?.findings ?? 0) + (report.status?.truncated?.drift ?? 0), 0),
    },
    ...(onboarded?.status === 'False' ? { missing: onboarded.message } : {}),
    clusters: status?.clusters ?? [],
    ...(status?.escalation ? { escalation: { ...status.escalation, steps: spec.escalation?.length ?? 0 } } : {}),
    contacts: status?.contacts ?? [],
    lastCheckTime: status?.lastCheckTime,
    lastCheckDuration: status?.lastCheckDuration,
    nextCheckTime: status?.nextCheckTime,
    exitCode: exitCodeOf(healthy, stale),
  };
}

/** With the command that mends it, where the operator suggests one. */
function findingsOf({ spec, status }: CoverageReport): StatusPicture['findings'] {
  const commands = new Map(
    (status?.corrections ?? []).filter(isSuggested).map((entry) => [`${entry.check} ${entry.object}`, entry.command]),
  );
  return (status?.findings ?? []).map((finding) => {
    const correction = commands.get(`${finding.check} ${finding.object}`);
    return { ...finding, cluster: spec.cluster, ...(correction ? { correction } : {}) };
  });
}

function isSuggested({ result }: CorrectionReport): boolean {
  return result === 'Suggested';
}

function inCluster<T extends object>(
  reports: readonly CoverageReport[],
  of: (report: CoverageReport) => readonly T[] | undefined,
): InCluster<T>[] {
  return reports.flatMap((report) => (of(report) ?? []).map((entry) => ({ ...entry, cluster: report.spec.cluster })));
}

function isNotCovered({ coverage }: Pick<Finding, 'coverage'>): boolean {
  return coverage === 'NotCovered';
}

function isOpen(entry: Pick<Finding, 'coverage' | 'scope' | 'exception'>): boolean {
  return !isNotCovered(entry) && entry.scope !== 'Project' && entry.exception === undefined;
}

function verdictOf(status: SupportCoverageStatus | undefined, type: string): Verdict {
  const condition = conditionOf(status, type);
  if (!condition)
    return { status: 'Unknown', reason: 'NotLookedAt', message: 'the operator has not looked at it yet; look whether it runs' };
  const { status: verdict, reason, message, lastTransitionTime } = condition;
  return { status: verdict, reason, message, since: lastTransitionTime };
}

function staleness({ metadata, status }: SupportCoverage, now: Temporal.Instant): string | undefined {
  const { nextCheckTime, observedGeneration } = status ?? {};
  const late = nextCheckTime && now.epochMilliseconds - Temporal.Instant.from(nextCheckTime).epochMilliseconds > lateMs;
  if (late) return `the checks were due at ${nextCheckTime} and have not run since: look whether the operator runs`;
  if (status && observedGeneration !== undefined && (metadata.generation ?? 0) > observedGeneration)
    return 'the last change of the coverage has not been looked at yet';
  return undefined;
}

/** What was healthy when it was last looked at is not known to be so any more; what was not is worth waking up for all the same. */
function exitCodeOf({ status }: Verdict, stale: string | undefined): number {
  if (status === 'False') return exitCodes.findings;
  return status === 'True' && stale === undefined ? exitCodes.ok : exitCodes.unknown;
}

function zonesOf({ spec }: SupportCoverage): { workingHoursZone: string; maintenanceZone: string } {
  return { workingHoursZone: spec.workingHours?.timeZone ?? 'UTC', maintenanceZone: spec.maintenance?.timeZone ?? 'UTC' };
}
