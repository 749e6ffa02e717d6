import type { CorrectionReport, CoverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import { outcomes } from '../api/v1alpha1/coveragereport.ts';
import { type Severity, severities } from '../api/v1alpha1/fields.ts';
import { type SupportCoverage, scopes } from '../api/v1alpha1/supportcoverage.ts';
import { counts, type Judgement } from '../findings/judge.ts';
import type { Transition } from '../findings/lifecycle.ts';
import type { Pass } from '../findings/pass.ts';
import { Counter, Gauge, Histogram, type Registry } from '../runtime/metrics.ts';

/** The series about coverages. Only the leader has them. */
export interface CoverageMetrics {
  /**
   * Sets every series of a coverage from what is written in its status and report; series it no longer has go. `overdueMs`: for how long
   * the oldest update has been overdue; undefined where nothing was agreed that can be due.
   */
  publish(coverage: SupportCoverage, clusters: readonly PublishedCluster[], overdueMs?: number): void;
  /** Counts what one pass changed. `durationMs`: of a pass over all checks; undefined for one over some. */
  count(coverage: { name: string; namespace: string }, cluster: string, pass: Pass, durationMs: number | undefined): void;
  countCorrection(coverage: { name: string; namespace: string }, correction: CorrectionReport): void;
  /** Removes every series of a coverage that was deleted. */
  forget(coverage: { name: string; namespace: string }): void;
}

export interface PublishedCluster {
  name: string;
  report: CoverageReportStatus | undefined;
}

type Labels = Record<string, string>;
const own = ['coverage', 'coverage_namespace'];

/** The ids that always have a series: facts, and checks with the severity they report by default. */
export interface KnownIds {
  facts: readonly string[];
  severityOf: (check: string) => Severity | undefined;
}

/** Values of the label `scope`: whose work it is, or why it is nobody's for now. */
export const scopeLabels = [...scopes, 'NotCovered', 'Excepted'] as const;

/** All label sets that a finding can have, besides its check and cluster. */
const severityAndScope = severities.flatMap((severity) => scopeLabels.map((scope) => ({ severity, scope })));

function scopeLabel({ coverage, exception, scope }: Omit<Judgement, 'rule'>): (typeof scopeLabels)[number] {
  if (coverage === 'NotCovered') return 'NotCovered';
  return exception === undefined ? scope : 'Excepted';
}

export function createCoverageMetrics(registry: Registry, known: KnownIds): CoverageMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, labels: string[] = []) =>
    new Gauge({ name: `supportcoverage_${name}`, help, labelNames: [...own, ...labels], registers });
  const gauges = {
    info: gauge('info', 'Always 1; what the coverage is.', ['tier']),
    condition: gauge('condition', '1 for the status that a condition of the coverage has; Unknown while the cluster cannot be read.', [
      'type',
      'status',
    ]),
    findings: gauge('findings', 'Open findings.', ['cluster', 'check', 'severity', 'scope']),
    outcome: gauge('check_outcome', '1 for the outcome that a check had.', ['cluster', 'check', 'outcome']),
    drift: gauge('drift', 'Differences from the approved baseline that support answers for.', ['cluster', 'fact']),
    lastRun: gauge('check_last_run_timestamp_seconds', 'When the checks ran last.', ['cluster']),
    nextRun: gauge('next_check_timestamp_seconds', 'When the checks run next.'),
    window: gauge('window_open', '1 while the window is open.', ['window']),
    nextWindow: gauge('next_window_timestamp_seconds', 'When the window opens or closes next.', ['window']),
    overdue: gauge('maintenance_overdue_seconds', 'For how long the oldest update had been overdue when the checks ran last.'),
  };
  const duration = new Histogram({
    name: 'supportcoverage_pass_duration_seconds',
    help: 'Time of one pass over all checks.',
    labelNames: [...own, 'cluster'],
    buckets: [0.01, 0.05, 0.1, 0.3, 1, 3, 10, 30],
    registers,
  });
  const opened = new Counter({
    name: 'supportcoverage_findings_opened_total',
    help: 'Findings opened.',
    labelNames: [...own, 'cluster', 'severity', 'scope'],
    registers,
  });
  const resolved = new Counter({
    name: 'supportcoverage_findings_resolved_total',
    help: 'Findings resolved.',
    labelNames: [...own, 'cluster', 'severity', 'scope'],
    registers,
  });
  const corrections = new Counter({
    name: 'supportcoverage_corrections_total',
    help: 'Small changes that the operator tried to make.',
    labelNames: [...own, 'check', 'result'],
    registers,
  });
  /** Label sets in use by coverage, so that they can be taken away again. */
  const used = new Map<string, Map<Gauge, Map<string, Labels>>>();
  /** Label sets of counters and histograms, by coverage. */
  const counted = new Map<string, Set<string>>();

  /** Checks with corrections that were counted, by coverage. */
  const corrected = new Map<string, Set<string>>();

  /** Removes what was counted for the clusters of a coverage, but for those that it still has. */
  function uncount(name: string, namespace: string, kept: readonly string[] = []): void {
    const clusters = counted.get(`${namespace}/${name}`) ?? new Set();
    for (const cluster of clusters) {
      if (kept.includes(cluster)) continue;
      const labels = { coverage: name, coverage_namespace: namespace, cluster };
      duration.remove(labels);
      for (const counter of [opened, resolved]) for (const each of severityAndScope) counter.remove({ ...labels, ...each });
      clusters.delete(cluster);
    }
  }

  function publish(coverage: SupportCoverage, clusters: readonly PublishedCluster[], overdueMs?: number): void {
    const { name, namespace } = coverage.metadata;
    const next = new Map<Gauge, Map<string, Labels>>();
    const set = (metric: Gauge, labels: Labels, value: number) => {
      const full = { coverage: name, coverage_namespace: namespace, ...labels };
      metric.set(full, value);
      const sets = next.get(metric) ?? new Map<string, Labels>();
      next.set(metric, sets.set(JSON.stringify(full), full));
    };
    const key = `${namespace}/${name}`;
    const seen = (labels: Labels) =>
      used
        .get(key)
        ?.get(gauges.findings)
        ?.has(JSON.stringify({ coverage: name, coverage_namespace: namespace, ...labels })) === true;
    setSeries(set, gauges, coverage);
    for (const cluster of clusters) {
      setClusterSeries(set, gauges, cluster, known, seen);
      const lastRun = coverage.status?.clusters?.find((entry) => entry.name === cluster.name)?.lastCheckTime;
      if (lastRun) set(gauges.lastRun, { cluster: cluster.name }, seconds(lastRun));
    }
    if (overdueMs !== undefined) set(gauges.overdue, {}, overdueMs / 1000);
    for (const [metric, sets] of used.get(key) ?? [])
      for (const [id, labels] of sets) if (!next.get(metric)?.has(id)) metric.remove(labels);
    used.set(key, next);
    uncount(
      name,
      namespace,
      clusters.map((cluster) => cluster.name),
    );
  }

  return {
    publish,
    count: ({ name, namespace }, cluster, pass, durationMs) => {
      const labels = { coverage: name, coverage_namespace: namespace, cluster };
      const key = `${namespace}/${name}`;
      counted.set(key, (counted.get(key) ?? new Set()).add(cluster));
      if (durationMs !== undefined) duration.observe(labels, durationMs / 1000);
      for (const each of severityAndScope) {
        const matching = (type: Transition['type']) =>
          pass.transitions.filter(
            (transition) =>
              transition.type === type && transition.finding.severity === each.severity && scopeLabel(transition.finding) === each.scope,
          ).length;
        // Zero too: a counter that appears with its first event hides that event from rate().
        opened.inc({ ...labels, ...each }, matching('Opened'));
        resolved.inc({ ...labels, ...each }, matching('Resolved'));
      }
    },
    countCorrection: ({ name, namespace }, { check, result }) => {
      const labels = { coverage: name, coverage_namespace: namespace, check };
      for (const known of ['Applied', 'Refused', 'Failed']) corrections.inc({ ...labels, result: known }, known === result ? 1 : 0);
      corrected.set(`${namespace}/${name}`, (corrected.get(`${namespace}/${name}`) ?? new Set()).add(check));
    },
    forget: ({ name, namespace }) => {
      for (const check of corrected.get(`${namespace}/${name}`) ?? [])
        for (const result of ['Applied', 'Refused', 'Failed'])
          corrections.remove({ coverage: name, coverage_namespace: namespace, check, result });
      corrected.delete(`${namespace}/${name}`);
      const key = `${namespace}/${name}`;
      for (const [metric, sets] of used.get(key) ?? []) for (const labels of sets.values()) metric.remove(labels);
      uncount(name, namespace);
      used.delete(key);
      counted.delete(key);
    },
  };
}

type Gauges = Record<'info' | 'condition' | 'findings' | 'outcome' | 'drift' | 'lastRun' | 'nextRun' | 'window' | 'nextWindow', Gauge>;

type SetSeries = (metric: Gauge, labels: Labels, value: number) => void;

function setSeries(set: SetSeries, gauges: Gauges, { spec, status }: SupportCoverage): void {
  set(gauges.info, { tier: spec.tier }, 1);
  for (const { type, status: actual } of status?.conditions ?? []) {
    for (const candidate of ['True', 'False', 'Unknown']) set(gauges.condition, { type, status: candidate }, candidate === actual ? 1 : 0);
  }
  if (status?.nextCheckTime) set(gauges.nextRun, {}, seconds(status.nextCheckTime));
  const { workingHours, workingHoursNext, maintenance, maintenanceNext } = status?.windows ?? {};
  const windows = [
    { window: 'workingHours', state: workingHours, next: workingHoursNext },
    { window: 'maintenance', state: maintenance, next: maintenanceNext },
  ];
  for (const { window, state, next } of windows) {
    if (state) set(gauges.window, { window }, state === 'Open' ? 1 : 0);
    if (next) set(gauges.nextWindow, { window }, seconds(next));
  }
}

function setClusterSeries(
  set: SetSeries,
  gauges: Gauges,
  { name: cluster, report }: PublishedCluster,
  known: KnownIds,
  seen: (labels: Labels) => boolean,
): void {
  const open = new Map<string, number>();
  for (const finding of report?.findings ?? []) {
    const key = `${finding.check}/${finding.severity}/${scopeLabel(finding)}`;
    open.set(key, (open.get(key) ?? 0) + 1);
  }
  for (const { check, outcome, coverage } of report?.checks ?? []) {
    for (const candidate of outcomes) set(gauges.outcome, { cluster, check, outcome: candidate }, candidate === outcome ? 1 : 0);
    for (const { severity, scope } of severityAndScope) {
      const labels = { cluster, check, severity, scope };
      const value = open.get(`${check}/${severity}/${scope}`) ?? 0;
      const first = severity === known.severityOf(check) && scope === (coverage === 'NotCovered' ? 'NotCovered' : 'Support');
      // One series a check from the beginning; another severity's or scope's once it was seen, so that it can return to 0.
      if (value > 0 || first || seen(labels)) set(gauges.findings, labels, value);
    }
  }
  const drift = new Map(report ? known.facts.map((fact) => [fact, 0]) : []);
  for (const { fact } of (report?.drift ?? []).filter(counts)) drift.set(fact, (drift.get(fact) ?? 0) + 1);
  for (const [fact, value] of drift) set(gauges.drift, { cluster, fact }, value);
}

function seconds(time: string): number {
  return Temporal.Instant.from(time).epochMilliseconds / 1000;
}
