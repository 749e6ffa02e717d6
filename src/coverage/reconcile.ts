import { isDeepStrictEqual } from 'node:util';
import type { Acknowledgement } from '../api/v1alpha1/acknowledgement.ts';
import type { CoverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import type { Tier } from '../api/v1alpha1/fields.ts';
import type { SupportCoverage, SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import type { Fact } from '../baseline/fact.ts';
import type { Check } from '../checks/check.ts';
import { stamp } from '../findings/lifecycle.ts';
import { isKubeError } from '../kube/errors.ts';
import { declined, readingCluster, suspended, unread, type Verdict } from '../report/conditions.ts';
import { reportBytes } from '../report/coverage-report.ts';
import { coverageEvent, problemEvents } from '../report/events.ts';
import type { Dispatcher } from '../report/notifications/dispatcher.ts';
import { healthOf, statusWithoutPass } from '../report/status.ts';
import { msUntil } from '../runtime/clock.ts';
import type { ReconcileContext, ReconcileResult } from '../runtime/controller.ts';
import type { ReadonlyStore } from '../runtime/store.ts';
import { type AlertSources, readingAlerts } from './alert-sources.ts';
import { createBetweenChecks, findingsOf } from './between-checks.ts';
import { type ClusterRunOptions, type ClusterWork, createClusterRuns, isBlind, type Ran } from './cluster-run.ts';
import type { Clusters } from './clusters.ts';
import { createConclusions, type RanCluster } from './conclude.ts';
import { deliveredKeys } from './contact-lines.ts';
import { due } from './due.ts';
import { createKnownCoverages, type Known, type KnownCluster } from './known.ts';
import { createLiveChanges, isLive, type LiveLook, liveLook, liveReads, nextLookMs } from './live.ts';
import { dueWork, overdueMs, windowChange, windowStatus } from './maintenance.ts';
import { type Plan, planOf } from './plan.ts';
import { leftAloneMs } from './unserved.ts';
import type { BaselineView, CoverageView } from './watched.ts';

export interface CoverageControllerOptions extends ClusterRunOptions {
  coverages: ReadonlyStore<CoverageView>;
  baselines: Pick<ReadonlyStore<BaselineView>, 'get'>;
  /** Where a SupportCoverage is obeyed; elsewhere it is told that it is not. */
  namespaces: readonly string[];
  clusters: Clusters;
  alerts: AlertSources;
  /** Those in a namespace. */
  acknowledgements: (namespace: string) => readonly Acknowledgement[];
  dispatcher: Dispatcher;
  catalogue: readonly Check[];
  /** The highest tier whose checks this operator runs. */
  tier: Tier;
  facts: readonly Fact[];
  /** Brings a coverage (`namespace/name`) back after so many milliseconds, or earlier where that was agreed already. */
  enqueue: (coverage: string, ms: number) => void;
  /** Processor time that this process has used so far, milliseconds. */
  processorMs: () => number;
}

/** A pass waits so long for watches that are not current, after a start or an outage; then what is missing is Unknown. */
const settleMs = 60_000;
const waitPollMs = 1_000;

/** What came of looking at one cluster: it waits for its watches, its checks ran, or they were not due. */
type Looked = ({ state: 'Waiting' | 'Idle' } & Pick<Ran, 'handled'>) | ({ state: 'Ran' } & RanCluster);

/** The reconcile function of the SupportCoverage controller. */
export function createCoverageReconciler(
  options: CoverageControllerOptions,
): (key: string, context: ReconcileContext) => Promise<ReconcileResult> {
  const { coverages, clusters, alerts, metrics, clock, store, dispatcher } = options;
  const served = ({ metadata }: SupportCoverage) => options.namespaces.includes(metadata.namespace);
  const known = createKnownCoverages(store);
  const runs = createClusterRuns(options, known);
  const between = createBetweenChecks(options, keep);
  const { conclude, catchUp } = createConclusions(options, keep);
  const live = createLiveChanges(clock, options.enqueue);

  async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
    const coverage = coverages.get(key)?.coverage;
    if (!coverage || coverage.metadata.deletionTimestamp) return forget(key);
    if (!served(coverage)) return leave(key, coverage);
    const planned = planOf(coverage, options.catalogue, options.facts, clock.now(), options.tier);
    const before = known.get(key);
    const plan = 'plan' in planned ? planned.plan : before?.uid === coverage.metadata.uid ? before?.plan : undefined;
    const entry = await known.recall(key, coverage);
    const specProblem = 'problems' in planned ? planned.problems.map(({ path, message }) => `${path}: ${message}`).join('; ') : undefined;
    if (!plan) return decline(coverage, entry, 'SpecNotAccepted', specProblem ?? '');
    entry.plan = plan;
    const { namespace } = coverage.metadata;
    clusters.retain(
      key,
      plan.clusters.map(({ scope }) => scope),
      plan.reads,
    );
    alerts.retain(key, coverage.spec.suspend ? [] : readingAlerts(plan));
    const acknowledgements = options.acknowledgements(namespace);
    const works = await Promise.all(
      plan.clusters.map(async (cluster): Promise<ClusterWork> => {
        const remembered = entry.status?.clusters?.find(({ name }) => name === cluster.name)?.uid;
        const found = clusters.find(namespace, cluster.scope, remembered);
        const handle = { ...found, observer: alerts.beside(key, cluster.name, found.observer) };
        return {
          ...{ coverage, plan, cluster, handle, entry, acknowledgements },
          known: await known.recallCluster(entry, coverage, cluster.name),
          deliveredKeys: deliveredKeys(dispatcher, coverage, plan.contacts),
          sharing: known.sharing(key, handle.uid),
        };
      }),
    );
    await forgetOthers(coverage, entry, plan);
    const reads = liveReads(plan);
    const followed = isLive(plan) && !coverage.spec.suspend ? works : [];
    live.follow(
      key,
      followed.map(({ handle: { observer } }) => ({ observer, reads })),
    );
    if (plan.suspend || coverage.spec.suspend) return suspend(coverage, entry, specProblem);
    const startedAt = clock.monotonic();
    const usedBefore = options.processorMs();
    const restMs = live.restMs(key);
    const looked = await Promise.all(works.map((work) => look(work, restMs > 0, context)));
    const waiting = looked.some(({ state }) => state === 'Waiting');
    const ran = looked.flatMap((one) => (one.state === 'Ran' ? [one] : []));
    const conclusions = async (): Promise<number> => {
      if (ran.length > 0) await conclude(coverage, plan, entry, ran, clock.monotonic() - startedAt, specProblem, context.logger);
      else if (waiting && !entry.status) await withoutPass(coverage, entry, readingCluster(), () => {});
      const behindMs = await catchUp(coverage, plan, entry);
      const lateMs = Math.min(...(await Promise.all(works.map((work) => runs.writeLate(work)))));
      return Math.min(behindMs, lateMs, await between.follow(coverage, plan, entry, works));
    };
    const writeMs = await conclusions().catch((error: unknown) => {
      // What is told is in the reports already: a status that is refused, and will be again, silences nobody.
      if (isKubeError(error, 'Invalid')) between.offer(coverage, plan, entry, works);
      throw error;
    });
    await between.noteMatches(coverage, plan, acknowledgements, looked);
    between.offer(coverage, plan, entry, works);
    publish(coverage, entry, works);
    // What asks probes may wait for their answers: it says nothing of how much there is to evaluate.
    const isPartial = ran.every(({ trigger, durations }) => trigger === 'Live' && durations.size < plan.checks.length);
    if (ran.length > 0) live.took(key, isPartial ? options.processorMs() - usedBefore : 0, bytesWritten(works, startedAt));
    const liveMs = Math.max(live.restMs(key), Math.min(...works.map((work) => liveMsOf(work))));
    const dueMs = msUntil(plan.schedule.nextAfter(clock.now()), clock.now());
    const tellMs = Math.min(...works.map(({ known: { nextAt } }) => msUntil(nextAt, clock.now())));
    const requeueAfterMs = Math.min(dueMs, liveMs, writeMs, tellMs, waiting ? waitPollMs : Number.POSITIVE_INFINITY);
    return Number.isFinite(requeueAfterMs) ? { requeueAfterMs } : {};
  }

  function forget(key: string): ReconcileResult {
    const [namespace = '', name = ''] = key.split('/');
    metrics.forget({ namespace, name });
    clusters.release(key);
    alerts.retain(key, []);
    live.forget(key);
    dispatcher.forget(key);
    known.forget(key);
    return {};
  }

  /** Clusters that the coverage is no longer about take their reports with them. */
  async function forgetOthers(coverage: SupportCoverage, entry: Known, plan: Plan): Promise<void> {
    const named = [...entry.clusters.keys(), ...(entry.status?.clusters ?? []).map(({ name }) => name)];
    const others = [...new Set(named)].filter((name) => !plan.clusters.some((cluster) => cluster.name === name));
    for (const name of others) {
      const { report } = await known.recallCluster(entry, coverage, name);
      if (report) await store.removeReport(coverage.metadata.namespace, report);
      entry.clusters.delete(name);
    }
  }

  /** Runs the checks of one cluster where they are due, or some live. One that cannot be reached waits for nothing. */
  async function look(work: ClusterWork, rests: boolean, { signal }: ReconcileContext): Promise<Looked> {
    const { handle, known: cluster } = work;
    const next = dueNow(work);
    const some = 'trigger' in next || rests ? undefined : liveOf(work);
    if (!('trigger' in next) && !some) {
      cluster.dueSince = undefined;
      return { state: 'Idle', handled: await runs.follow(work) };
    }
    if (some?.checks) return { state: 'Ran', trigger: 'Live', undo: () => {}, ...(await runLive(work, some, signal)) };
    cluster.dueSince ??= clock.monotonic();
    const waits = handle.problem === undefined && !handle.observer.isCurrent();
    if (waits && clock.monotonic() - cluster.dueSince < settleMs) return { state: 'Waiting', handled: await runs.follow(work) };
    // However the pass ends: the next one waits anew.
    cluster.dueSince = undefined;
    const { seen } = cluster;
    const undo = () => {
      cluster.seen = seen;
    };
    if ('trigger' in next) return { state: 'Ran', trigger: next.trigger, undo, ...(await runs.run(work, signal)) };
    return { state: 'Ran', trigger: 'Live', undo, ...(await runLive(work, { checks: undefined }, signal)) };
  }

  function liveOf({ plan, handle, known: cluster }: ClusterWork): LiveLook | undefined {
    return liveLook(plan, cluster, handle, clock);
  }

  /** The series follow even where the status says the same. */
  async function runLive(work: ClusterWork, some: LiveLook, signal: AbortSignal): Promise<Ran> {
    const before = work.known.outcome?.checks;
    const ran = await runs.run(work, signal, some);
    if (ran.transitions > 0 || !isDeepStrictEqual(before, work.known.outcome?.checks)) work.entry.published = false;
    return ran;
  }

  /** When a cluster is to be looked at live, if nothing else changes. */
  function liveMsOf(work: ClusterWork): number {
    // Who waits for watches is looked at often enough.
    if (work.known.dueSince !== undefined) return Number.POSITIVE_INFINITY;
    if (liveOf(work)) return 0;
    const ms = nextLookMs(work.plan, work.known, work.handle, clock);
    // What could not be looked at when its time came waits for the next change or run.
    return ms > 0 ? ms : Number.POSITIVE_INFINITY;
  }

  /** As `due`, and when a window opens in which corrections are made, or closes by whose end work was to be done. */
  function dueNow({ coverage, plan, cluster, handle, entry, known: { seen } }: ClusterWork): ReturnType<typeof due> {
    const now = clock.now();
    const baseline = options.baselines.get(`${coverage.metadata.namespace}/${cluster.baseline.name}`);
    const approvedHash = baseline?.approved && baseline.cluster === cluster.name ? baseline.hash : undefined;
    const next = due({ plan, cluster, coverage, seen, approvedHash, troubled: handle.problem !== undefined, blind: isBlind(handle), now });
    const current = windowStatus(plan.maintenance, now);
    const change = current && windowChange(entry.status?.windows, current, now);
    if ('trigger' in next || !change) return next;
    if (change === 'Opened') return plan.corrections.mode === 'Apply' ? { trigger: 'WindowOpened' } : next;
    return plan.maintenance.hasTargets ? { trigger: 'WindowClosed' } : next;
  }

  async function keep(coverage: SupportCoverage, entry: Known, status: SupportCoverageStatus): Promise<void> {
    await known.orForget(coverage, () => store.writeStatus(coverage, status, healthOf(status)));
    for (const event of problemEvents(coverage, entry.status, status)) options.recorder.recordEvent(event);
    entry.status = status;
    entry.statusWrittenAt = clock.monotonic();
    entry.published = false;
  }

  /** Says that nobody serves it, once that is so: what another operator wrote is not touched. */
  async function leave(key: string, coverage: SupportCoverage): Promise<ReconcileResult> {
    const requeueAfterMs = leftAloneMs(coverage, clock.now());
    if (requeueAfterMs > 0) return Number.isFinite(requeueAfterMs) ? { requeueAfterMs } : {};
    const entry = await known.recall(key, coverage);
    entry.status = coverage.status;
    const why = `This operator serves coverages in ${options.namespaces.join(', ')} only (--coverage-namespaces)`;
    return decline(coverage, entry, 'NamespaceNotServed', why);
  }

  async function decline(
    coverage: SupportCoverage,
    entry: Known,
    reason: 'NamespaceNotServed' | 'SpecNotAccepted',
    why: string,
  ): Promise<ReconcileResult> {
    const key = `${coverage.metadata.namespace}/${coverage.metadata.name}`;
    live.forget(key);
    alerts.retain(key, []);
    const verdicts = declined(reason, why);
    return withoutPass(coverage, entry, verdicts, () =>
      options.recorder.recordEvent(coverageEvent(coverage, 'Warning', 'SpecNotAccepted', why)),
    );
  }

  async function suspend(coverage: SupportCoverage, entry: Known, specProblem: string | undefined): Promise<ReconcileResult> {
    dispatcher.retain(`${coverage.metadata.namespace}/${coverage.metadata.name}`, []);
    const why = coverage.spec.suspend ? 'spec.suspend is true' : 'spec.suspend was true in the last spec that could be run';
    return withoutPass(coverage, entry, suspended(why, specProblem, entry.status?.conditions ?? []), () => {});
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
    publish(coverage, entry, []);
    return {};
  }

  /** `works`: empty where nothing is looked at, so that nothing can be stale. */
  function publish(coverage: SupportCoverage, entry: Known, works: readonly ClusterWork[]): void {
    // Of a cluster that is lost alone the checks speak.
    const blind = works.length > 0 && works.every(({ handle }) => !handle.observer.isCurrent());
    if ((entry.published && entry.publishedBlind === blind) || !served(coverage)) return;
    const status = blind && entry.status ? unread(entry.status) : entry.status;
    const reports = [...entry.clusters.values()].map(({ name, latest, memory }) => ({ name, report: latest && withAll(latest, memory) }));
    const maintenance = entry.plan?.maintenance;
    const overdue = maintenance?.hasTargets ? overdueMs(maintenance, dueWork(findingsOf(entry)), clock.now()) : undefined;
    metrics.publish({ ...coverage, ...(status ? { status } : {}) }, reports, overdue);
    entry.published = true;
    entry.publishedBlind = blind;
  }

  return reconcile;
}

/** To reports, since `from` of the monotonic clock. */
function bytesWritten(works: readonly ClusterWork[], from: number): number {
  const written = works.flatMap(({ known: { report, reportWrittenAt } }) =>
    report?.status && reportWrittenAt >= from ? [report.status] : [],
  );
  return written.reduce((sum, status) => sum + reportBytes(status), 0);
}

/** The report may lack what it had no room for; what is in memory does not. */
function withAll(report: CoverageReportStatus, { findings, drift }: KnownCluster['memory']): CoverageReportStatus {
  return { ...report, findings: [...findings], drift: [...drift] };
}
