import { isDeepStrictEqual } from 'node:util';
import type { CorrectionReport, CoverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import { localCluster, type SupportCoverage, type SupportCoverageStatus, type Trigger } from '../api/v1alpha1/supportcoverage.ts';
import type { Fact } from '../baseline/fact.ts';
import { lastWriter } from '../baseline/last-writer.ts';
import type { Check } from '../checks/check.ts';
import { stamp } from '../findings/lifecycle.ts';
import { type Pass, runPass } from '../findings/pass.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import type { Observer } from '../observe/observer.ts';
import { declined, readingCluster, suspended, unread, type Verdict } from '../report/conditions.ts';
import { quietMs, reportStatus, worthWriting } from '../report/coverage-report.ts';
import { correctionEvent, coverageEvent, type FindReference, recordPass, windowEvent } from '../report/events.ts';
import type { CoverageMetrics } from '../report/metrics.ts';
import { type ClusterFacts, conditionOf, healthOf, type Run, statusAfter, statusWithoutPass } from '../report/status.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ReconcileContext, ReconcileResult } from '../runtime/controller.ts';
import type { EventRecorder } from '../runtime/event-recorder.ts';
import type { ReadonlyStore } from '../runtime/store.ts';
import { type Baseline, findBaseline } from './baseline.ts';
import { type Proposed, permitted, suggestions } from './corrections.ts';
import { due, runAtOf } from './due.ts';
import { createKnownCoverages, type Known, reportName } from './known.ts';
import { dueWork, maintenanceVerdict, overdueMs, windowChange, windowStatus } from './maintenance.ts';
import { judgeOf, type Plan, planOf } from './plan.ts';
import type { CoverageStore } from './store.ts';
import type { BaselineView, CoverageView } from './watched.ts';

export interface CoverageControllerOptions {
  coverages: ReadonlyStore<CoverageView>;
  baselines: Pick<ReadonlyStore<BaselineView>, 'get'>;
  /** Where a SupportCoverage is obeyed; elsewhere it is told that it is not. */
  namespaces: readonly string[];
  store: CoverageStore;
  observer: Observer;
  recorder: EventRecorder;
  findReference: FindReference;
  /** Makes one small change in the cluster; see corrections.ts. */
  applyCorrection: (correction: Proposed, now: Temporal.Instant, signal: AbortSignal) => Promise<CorrectionReport>;
  metrics: CoverageMetrics;
  catalogue: readonly Check[];
  facts: readonly Fact[];
  clock: Clock;
}

/** A pass waits so long for watches that are not current, after a start or an outage; then what is missing is Unknown. */
const settleMs = 60_000;
const waitPollMs = 1_000;
/** Of the corrections in a report: suggestions, and what was tried last. Together no more than the report's schema allows. */
const maxSuggested = 150;
const maxTried = 50;

/** The reconcile function of the SupportCoverage controller. */
export function createCoverageReconciler(
  options: CoverageControllerOptions,
): (key: string, context: ReconcileContext) => Promise<ReconcileResult> {
  const { coverages, store, observer, metrics, clock } = options;
  const served = ({ metadata }: SupportCoverage) => options.namespaces.includes(metadata.namespace);
  const known = createKnownCoverages(store, served);

  async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
    const coverage = coverages.get(key)?.coverage;
    if (!coverage || coverage.metadata.deletionTimestamp) {
      const [namespace = '', name = ''] = key.split('/');
      metrics.forget({ namespace, name });
      known.forget(key);
      return {};
    }
    const now = clock.now();
    const planned = planOf(coverage, options.catalogue, options.facts, now);
    const before = known.get(key);
    const plan = 'plan' in planned ? planned.plan : before?.uid === coverage.metadata.uid ? before?.plan : undefined;
    const entry = await known.recall(key, coverage, plan?.cluster.name ?? coverage.spec.scope?.clusters?.[0]?.name ?? localCluster);
    if (!served(coverage)) {
      return decline(
        coverage,
        entry,
        'NamespaceNotServed',
        `This operator serves coverages in ${options.namespaces.join(', ')} only (--coverage-namespaces)`,
      );
    }
    const specProblem = 'problems' in planned ? planned.problems.map(({ path, message }) => `${path}: ${message}`).join('; ') : undefined;
    if (!plan) return decline(coverage, entry, 'SpecNotAccepted', specProblem ?? '');
    entry.plan = plan;
    if (plan.suspend || coverage.spec.suspend) return suspend(coverage, entry, specProblem);
    const next = dueNow({ plan, coverage, status: entry.status, approvedHash: approvedHash(coverage, plan), now });
    if ('trigger' in next) {
      entry.dueSince ??= clock.monotonic();
      if (!observer.isCurrent() && clock.monotonic() - entry.dueSince < settleMs) return wait(coverage, entry);
      // However the pass ends: the next one waits anew.
      entry.dueSince = undefined;
      await run(coverage, plan, entry, next.trigger, specProblem, context);
    }
    const lateMs = await writeLate(coverage, entry);
    const windowMs = await followWindow(coverage, plan, entry);
    publish(coverage, entry);
    const at = plan.schedule.nextAfter(clock.now());
    const dueMs = at ? Math.max(0, at.epochMilliseconds - clock.now().epochMilliseconds) : Number.POSITIVE_INFINITY;
    const requeueAfterMs = Math.min(dueMs, lateMs, windowMs);
    return Number.isFinite(requeueAfterMs) ? { requeueAfterMs } : {};
  }

  /** As `due`, and when a window opens in which corrections are made. */
  function dueNow(input: Parameters<typeof due>[0]): ReturnType<typeof due> {
    const next = due(input);
    if ('trigger' in next || input.plan.corrections.mode !== 'Apply') return next;
    const current = windowStatus(input.plan.maintenance, input.now);
    return current && windowChange(input.status?.windows, current, input.now) === 'Opened' ? { trigger: 'WindowOpened' } : next;
  }

  function approvedHash(coverage: SupportCoverage, plan: Plan): string | undefined {
    const baseline = options.baselines.get(`${coverage.metadata.namespace}/${plan.baseline.name}`);
    return baseline?.approved && baseline.cluster === plan.cluster.name ? baseline.hash : undefined;
  }

  async function run(
    coverage: SupportCoverage,
    plan: Plan,
    entry: Known,
    trigger: Trigger,
    specProblem: string | undefined,
    { signal, logger }: ReconcileContext,
  ): Promise<void> {
    const startedAt = clock.monotonic();
    await observer.refreshProbes(signal);
    const view = observer.view(plan.cluster.name);
    const now = clock.now();
    const first = entry.report?.status === undefined;
    const baseline = await findBaseline(store, coverage, plan, entry.status, view);
    const pass = await runPass({
      ...plan,
      view,
      memory: entry.memory,
      baseline: baseline.state,
      now,
      monotonic: clock.monotonic,
      judge: judgeOf(plan, view, now),
      writerOf: async ({ type, name, namespace, fields }) =>
        lastWriter((await observer.managedFields(type, name, namespace)) ?? [], fields),
    });
    signal.throwIfAborted();
    const durationMs = clock.monotonic() - startedAt;
    await writeReport(coverage, plan, entry, pass, await correct(coverage, plan, entry, pass, signal));
    metrics.count(coverage.metadata, plan.cluster.name, pass, durationMs);
    await announce(coverage, pass, baseline, first);
    const outcome: Run = {
      trigger,
      at: stamp(now),
      durationMs,
      nextCheckTime: plan.schedule.nextAfter(now)?.toString({ smallestUnit: 'second' }),
      maintenance: maintenanceVerdict(plan.maintenance, pass.checks, pass.findings, now),
      handledRunAt: runAtOf(coverage) ?? entry.status?.lastHandledRunAt,
      generation: coverage.metadata.generation,
    };
    const problem = specProblem ?? baseline.specProblem;
    const status = statusAfter(pass, entry.status, outcome, clusterFacts(plan, view, baseline, observer), problem);
    const news = conditionOf(status, 'Ready')?.message !== conditionOf(entry.status, 'Ready')?.message;
    await keep(coverage, entry, status);
    // Only once it is in the status: a status that cannot be written brings the pass back, and with it would come the Event.
    if (problem && news)
      options.recorder.recordEvent(
        coverageEvent(
          coverage,
          'Warning',
          'SpecNotAccepted',
          `${problem}. ${specProblem ? 'The last spec that could be run goes on.' : 'The checks go on without a baseline.'}`,
        ),
      );
    logger.info('checks ran', {
      trigger,
      critical: status.summary?.critical,
      warning: status.summary?.warning,
      drift: status.summary?.drift,
      durationMs: Math.round(durationMs),
      slowest: slowest(pass.durations),
    });
  }

  /** Makes what may be made now, and returns what the report says of corrections: what is suggested, and what was tried last. */
  async function correct(
    coverage: SupportCoverage,
    plan: Plan,
    entry: Known,
    pass: Pass,
    signal: AbortSignal,
  ): Promise<CorrectionReport[]> {
    if (plan.corrections.mode === 'Off') return [];
    const past = (entry.latest?.corrections ?? []).filter(({ at }) => at !== undefined);
    const { baseline } = pass;
    const agreed = new Set(baseline.state === 'Approved' ? baseline.baseline.spec.facts.map(({ object }) => object) : []);
    const now = clock.now();
    const permit = { windowSince: plan.maintenance.windows?.at(now).since, isAgreed: (object: string) => agreed.has(object) };
    const tried: CorrectionReport[] = [];
    for (const correction of permitted(plan.corrections, pass.corrections, past, permit)) {
      const result = await options.applyCorrection(correction, now, signal);
      tried.push(result);
      options.recorder.recordEvent(correctionEvent(coverage, result));
      metrics.countCorrection(coverage.metadata, result);
    }
    const applied = new Set(tried.filter(({ result }) => result === 'Applied').map(({ command }) => command));
    const open = pass.corrections.filter(({ command }) => !applied.has(command)).slice(0, maxSuggested);
    return [...suggestions(open), ...[...tried, ...past].slice(0, maxTried)];
  }

  async function writeReport(
    coverage: SupportCoverage,
    plan: Plan,
    entry: Known,
    pass: Pass,
    corrections: CorrectionReport[],
  ): Promise<void> {
    entry.latest = reportStatus(pass, plan.reportLimit, corrections);
    if (worthWriting(entry.report?.status, entry.latest, pass, clock.monotonic() - entry.reportWrittenAt))
      await putReport(coverage, entry, entry.latest);
    entry.memory = { findings: pass.findings, pending: pass.pending, drift: pass.drift };
  }

  /** Says in the status whether a maintenance window is open, and in an Event where work is due. Returns for how long that stays so, milliseconds. */
  async function followWindow(coverage: SupportCoverage, plan: Plan, entry: Known): Promise<number> {
    const now = clock.now();
    const current = windowStatus(plan.maintenance, now);
    const before = entry.status?.windows;
    if (entry.status && !isDeepStrictEqual(current, before)) {
      const { windows: _, ...rest } = entry.status;
      await keep(coverage, entry, { ...rest, ...(current ? { windows: current } : {}) });
      const change = current && windowChange(before, current, now);
      const due = dueWork(entry.memory.findings);
      if (change && due.length > 0) options.recorder.recordEvent(windowEvent(coverage, change, due, current));
    }
    const next = current?.maintenanceNext;
    return next ? Math.max(0, Temporal.Instant.from(next).epochMilliseconds - now.epochMilliseconds) : Number.POSITIVE_INFINITY;
  }

  /** Writes what had to wait for its turn. Returns for how long it still has to, milliseconds; Infinity where nothing waits. */
  async function writeLate(coverage: SupportCoverage, entry: Known): Promise<number> {
    if (!entry.latest || isDeepStrictEqual(entry.latest, entry.report?.status)) return Number.POSITIVE_INFINITY;
    const left = entry.reportWrittenAt + quietMs - clock.monotonic();
    if (left > 0) return left;
    await putReport(coverage, entry, entry.latest);
    return Number.POSITIVE_INFINITY;
  }

  async function putReport(coverage: SupportCoverage, entry: Known, status: CoverageReportStatus): Promise<void> {
    const { cluster, report } = entry;
    entry.report = await known.orForget(coverage, () =>
      store.writeReport(coverage, reportName(coverage, cluster), cluster, report, status),
    );
    entry.reportWrittenAt = clock.monotonic();
  }

  async function announce(coverage: SupportCoverage, pass: Pass, baseline: Baseline, first: boolean): Promise<void> {
    const { recorder } = options;
    if (baseline.captured) {
      recorder.recordEvent(
        coverageEvent(
          coverage,
          'Normal',
          'BaselineCaptured',
          `Captured the CoverageBaseline ${baseline.captured}; drift is reported once spec.approval is set there`,
        ),
      );
    }
    if (baseline.notCaptured && first)
      recorder.recordEvent(coverageEvent(coverage, 'Warning', 'BaselineNotCaptured', baseline.notCaptured));
    await recordPass(recorder, coverage, pass, first, options.findReference);
  }

  async function keep(coverage: SupportCoverage, entry: Known, status: SupportCoverageStatus): Promise<void> {
    await known.orForget(coverage, () => store.writeStatus(coverage, status, healthOf(status)));
    entry.status = status;
    entry.published = false;
  }

  async function decline(
    coverage: SupportCoverage,
    entry: Known,
    reason: 'NamespaceNotServed' | 'SpecNotAccepted',
    why: string,
  ): Promise<ReconcileResult> {
    const verdicts = declined(reason, why);
    return withoutPass(coverage, entry, verdicts, () =>
      options.recorder.recordEvent(coverageEvent(coverage, 'Warning', 'SpecNotAccepted', why)),
    );
  }

  async function suspend(coverage: SupportCoverage, entry: Known, specProblem: string | undefined): Promise<ReconcileResult> {
    const why = coverage.spec.suspend ? 'spec.suspend is true' : 'spec.suspend was true in the last spec that could be run';
    return withoutPass(coverage, entry, suspended(why, specProblem, entry.status?.conditions ?? []), () => {});
  }

  /** Whoever starts the operator adds every coverage again as soon as the observer is settled. */
  async function wait(coverage: SupportCoverage, entry: Known): Promise<ReconcileResult> {
    if (!entry.status) await withoutPass(coverage, entry, readingCluster(), () => {});
    publish(coverage, entry);
    return { requeueAfterMs: waitPollMs };
  }

  /** Writes conditions where they are not so already. `news` is called where they change. */
  async function withoutPass(
    coverage: SupportCoverage,
    entry: Known,
    verdicts: readonly Verdict[],
    news: () => void,
  ): Promise<ReconcileResult> {
    const { generation } = coverage.metadata;
    const status = statusWithoutPass(entry.status, verdicts, generation, stamp(clock.now()));
    if (!isDeepStrictEqual(status, entry.status)) {
      await keep(coverage, entry, status);
      news();
    }
    publish(coverage, entry);
    return {};
  }

  function publish(coverage: SupportCoverage, entry: Known): void {
    const blind = !observer.isCurrent();
    if ((entry.published && entry.publishedBlind === blind) || !served(coverage)) return;
    const { latest, memory } = entry;
    const status = blind && entry.status ? unread(entry.status) : entry.status;
    // The report may lack what it had no room for; what is in memory does not.
    const current = latest && { ...latest, findings: [...memory.findings], drift: [...memory.drift] };
    const maintenance = entry.plan?.maintenance;
    const overdue = maintenance?.hasTargets ? overdueMs(maintenance, dueWork(memory.findings), clock.now()) : undefined;
    metrics.publish({ ...coverage, ...(status ? { status } : {}) }, entry.cluster, current, overdue);
    entry.published = true;
    entry.publishedBlind = blind;
  }

  return reconcile;
}

/** The ten checks that took longest, with their milliseconds. */
function slowest(durations: Pass['durations']): string {
  return [...durations]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([check, ms]) => `${check} ${ms.toFixed(1)}`)
    .join(', ');
}

function clusterFacts(plan: Plan, view: ClusterView, baseline: Baseline, observer: Observer): ClusterFacts {
  const version = view.knowledge('version').state === 'Current' ? view.probe('version')?.gitVersion : undefined;
  return {
    ...plan.cluster,
    version,
    nodes: view.knowledge('nodes').state === 'Current' ? view.count('nodes') : undefined,
    reachable: version !== undefined,
    baselineName: plan.baseline.name,
    missing: [...observer.notPermitted(), ...(baseline.notCaptured ? [baseline.notCaptured] : [])],
  };
}
