import { isDeepStrictEqual } from 'node:util';
import type { Acknowledgement } from '../api/v1alpha1/acknowledgement.ts';
import type { CoverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import type { SupportCoverage, SupportCoverageStatus, Trigger } from '../api/v1alpha1/supportcoverage.ts';
import type { Fact } from '../baseline/fact.ts';
import type { Check } from '../checks/check.ts';
import { accountsAfter } from '../findings/accounting-periods.ts';
import { keyOf } from '../findings/acknowledgements.ts';
import { stamp } from '../findings/lifecycle.ts';
import type { Pass } from '../findings/pass.ts';
import { isKubeError } from '../kube/errors.ts';
import { matchedCondition } from '../report/acknowledgements.ts';
import { dated, declined, readingCluster, suspended, unread, type Verdict } from '../report/conditions.ts';
import { coverageEvent, windowEvent } from '../report/events.ts';
import type { Dispatcher } from '../report/notifications/dispatcher.ts';
import { type ClusterOutcome, conditionOf, healthOf, onboarded, statusAfter, statusWithoutPass, withAgreed } from '../report/status.ts';
import type { ReconcileContext, ReconcileResult } from '../runtime/controller.ts';
import type { ReadonlyStore } from '../runtime/store.ts';
import { escalationStatus } from './cases.ts';
import { type ClusterRunOptions, type ClusterWork, createClusterRuns, type Ran } from './cluster-run.ts';
import type { Clusters } from './clusters.ts';
import { contactProblems, contactStatus, deliveredKeys, offerAll } from './contact-lines.ts';
import { due, runAtOf } from './due.ts';
import { createKnownCoverages, type Known, type KnownCluster } from './known.ts';
import { dueWork, overdueMs, windowChange, windowStatus } from './maintenance.ts';
import { momentsSince } from './maintenance-moments.ts';
import { type Plan, planOf } from './plan.ts';
import type { BaselineView, CoverageView } from './watched.ts';

export interface CoverageControllerOptions extends ClusterRunOptions {
  coverages: ReadonlyStore<CoverageView>;
  baselines: Pick<ReadonlyStore<BaselineView>, 'get'>;
  /** Where a SupportCoverage is obeyed; elsewhere it is told that it is not. */
  namespaces: readonly string[];
  clusters: Clusters;
  /** Those in a namespace. */
  acknowledgements: (namespace: string) => readonly Acknowledgement[];
  dispatcher: Dispatcher;
  catalogue: readonly Check[];
  facts: readonly Fact[];
}

/** A pass waits so long for watches that are not current, after a start or an outage; then what is missing is Unknown. */
const settleMs = 60_000;
const waitPollMs = 1_000;

/** What came of looking at one cluster: it waits for its watches, its checks ran, or they were not due. */
type Looked = ({ state: 'Waiting' | 'Idle' } & Pick<Ran, 'handled'>) | ({ state: 'Ran'; trigger: Trigger; undo: () => void } & Ran);

/** The reconcile function of the SupportCoverage controller. */
export function createCoverageReconciler(
  options: CoverageControllerOptions,
): (key: string, context: ReconcileContext) => Promise<ReconcileResult> {
  const { coverages, clusters, metrics, clock, store, dispatcher } = options;
  const served = ({ metadata }: SupportCoverage) => options.namespaces.includes(metadata.namespace);
  const known = createKnownCoverages(store);
  const runs = createClusterRuns(options, known);

  async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
    const coverage = coverages.get(key)?.coverage;
    if (!coverage || coverage.metadata.deletionTimestamp) return forget(key);
    const planned = planOf(coverage, options.catalogue, options.facts, clock.now());
    const before = known.get(key);
    const plan = 'plan' in planned ? planned.plan : before?.uid === coverage.metadata.uid ? before?.plan : undefined;
    const entry = await known.recall(key, coverage);
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
    const { namespace } = coverage.metadata;
    clusters.retain(
      key,
      plan.clusters.map(({ scope }) => scope),
      plan.reads,
    );
    const acknowledgements = options.acknowledgements(namespace);
    const works = await Promise.all(
      plan.clusters.map(async (cluster): Promise<ClusterWork> => {
        const remembered = entry.status?.clusters?.find(({ name }) => name === cluster.name)?.uid;
        const handle = clusters.find(namespace, cluster.scope, remembered);
        return {
          ...{ coverage, plan, cluster, handle, entry, acknowledgements },
          known: await known.recallCluster(entry, coverage, cluster.name),
          deliveredKeys: deliveredKeys(dispatcher, coverage, plan.contacts),
          sharing: known.sharing(key, handle.uid),
        };
      }),
    );
    await forgetOthers(coverage, entry, plan);
    if (plan.suspend || coverage.spec.suspend) return suspend(coverage, entry, specProblem);
    const startedAt = clock.monotonic();
    const looked = await Promise.all(works.map((work) => look(work, context)));
    const waiting = looked.some(({ state }) => state === 'Waiting');
    const ran = looked.flatMap((one) => (one.state === 'Ran' ? [one] : []));
    if (ran.length > 0) await conclude(coverage, plan, entry, ran, clock.monotonic() - startedAt, specProblem, context);
    else if (waiting && !entry.status) await withoutPass(coverage, entry, readingCluster(), () => {});
    const lateMs = Math.min(...(await Promise.all(works.map((work) => runs.writeLate(work)))));
    const windowMs = await followAgreement(coverage, plan, entry);
    await noteMatches(coverage, acknowledgements, looked);
    offer(coverage, plan, entry, works);
    publish(coverage, entry, works);
    const dueMs = msUntil(plan.schedule.nextAfter(clock.now()), clock.now());
    const tellMs = Math.min(...works.map(({ known: { nextAt } }) => msUntil(nextAt, clock.now())));
    const requeueAfterMs = Math.min(dueMs, lateMs, windowMs, tellMs, waiting ? waitPollMs : Number.POSITIVE_INFINITY);
    return Number.isFinite(requeueAfterMs) ? { requeueAfterMs } : {};
  }

  function forget(key: string): ReconcileResult {
    const [namespace = '', name = ''] = key.split('/');
    metrics.forget({ namespace, name });
    clusters.release(key);
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

  /** Runs the checks of one cluster where they are due. One that cannot be reached waits for nothing. */
  async function look(work: ClusterWork, { signal }: ReconcileContext): Promise<Looked> {
    const { handle, known: cluster } = work;
    const next = dueNow(work);
    if (!('trigger' in next)) return { state: 'Idle', handled: await runs.follow(work) };
    cluster.dueSince ??= clock.monotonic();
    const waits = handle.problem === undefined && !handle.observer.isCurrent();
    if (waits && clock.monotonic() - cluster.dueSince < settleMs) return { state: 'Waiting', handled: await runs.follow(work) };
    // However the pass ends: the next one waits anew.
    cluster.dueSince = undefined;
    const { seen } = cluster;
    const undo = () => {
      cluster.seen = seen;
    };
    return { state: 'Ran', trigger: next.trigger, undo, ...(await runs.run(work, signal)) };
  }

  /** As `due`, and when a window opens in which corrections are made, or closes by whose end work was to be done. */
  function dueNow({ coverage, plan, cluster, handle, entry, known: { seen } }: ClusterWork): ReturnType<typeof due> {
    const now = clock.now();
    const baseline = options.baselines.get(`${coverage.metadata.namespace}/${cluster.baseline.name}`);
    const approvedHash = baseline?.approved && baseline.cluster === cluster.name ? baseline.hash : undefined;
    const next = due({ plan, cluster, coverage, seen, approvedHash, troubled: handle.problem !== undefined, now });
    const current = windowStatus(plan.maintenance, now);
    const change = current && windowChange(entry.status?.windows, current, now);
    if ('trigger' in next || !change) return next;
    if (change === 'Opened') return plan.corrections.mode === 'Apply' ? { trigger: 'WindowOpened' } : next;
    return plan.maintenance.hasTargets ? { trigger: 'WindowClosed' } : next;
  }

  /** Writes the status once every cluster has said something; whoever never did is waited for a minute at most. */
  async function conclude(
    coverage: SupportCoverage,
    plan: Plan,
    entry: Known,
    ran: readonly Extract<Looked, { state: 'Ran' }>[],
    durationMs: number,
    specProblem: string | undefined,
    { logger }: ReconcileContext,
  ): Promise<void> {
    const outcomes = outcomesOf(entry, plan);
    if (!outcomes) return;
    const [{ trigger }] = ran as [(typeof ran)[number]];
    const now = clock.now();
    const run = {
      ...{ trigger, at: stamp(now), durationMs },
      nextCheckTime: plan.schedule.nextAfter(now)?.toString({ smallestUnit: 'second' }),
      handledRunAt: runAtOf(coverage) ?? entry.status?.lastHandledRunAt,
      generation: coverage.metadata.generation,
    };
    const problem = specProblem ?? ran.find((one) => one.specProblem !== undefined)?.specProblem;
    const checks = outcomes.flatMap((outcome) => outcome.checks);
    const findings = outcomes.flatMap((outcome) => outcome.findings);
    const moments = momentsSince(entry.status, run.generation, plan.maintenance, { now, checks, findings });
    const months = [...entry.clusters.values()].map(({ memory }) => memory.accounting);
    const status = {
      ...statusAfter(outcomes, entry.status, run, problem, contactProblems(plan.contacts, entry.status?.contacts ?? [])),
      ...accountsAfter(entry.status, months, moments, now, plan.timeZone),
    };
    const news = conditionOf(status, 'Ready')?.message !== conditionOf(entry.status, 'Ready')?.message;
    try {
      await keep(coverage, entry, status);
    } catch (error) {
      // A status that cannot be written brings the checks back.
      for (const { undo } of ran) undo();
      throw error;
    }
    // Only once it is in the status: with the checks would come the Event.
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
      slowest: slowest(ran.map(({ durations }) => durations)),
    });
  }

  /** Undefined while a cluster was not looked at by this process. */
  function outcomesOf(entry: Known, plan: Plan): ClusterOutcome[] | undefined {
    const found = plan.clusters.flatMap(({ name }) => {
      const cluster = entry.clusters.get(name);
      const { findings, drift } = cluster?.memory ?? { findings: [], drift: [] };
      return cluster?.outcome ? [{ ...cluster.outcome, findings: [...findings], drift: [...drift] }] : [];
    });
    return found.length === plan.clusters.length ? found : undefined;
  }

  /**
   * Says in the status what of the agreement changes between checks: windows, contact lines, how far the escalation has gone; and in an Event
   * where a maintenance window opens or closes with work due. Returns for how long the windows stay so, milliseconds.
   */
  async function followAgreement(coverage: SupportCoverage, plan: Plan, entry: Known): Promise<number> {
    const now = clock.now();
    const windows = windowStatus(plan.maintenance, now, plan.hours);
    const { status } = entry;
    if (status) {
      const contacts = contactStatus(dispatcher, coverage, plan.contacts, status.contacts ?? [], now);
      const agreed = {
        ...(windows ? { windows } : {}),
        ...(contacts.length > 0 ? { contacts } : {}),
        ...(plan.path.length > 0 ? { escalation: escalationOf(entry, plan) } : {}),
      };
      const outcomes = outcomesOf(entry, plan);
      const verdict = outcomes && onboarded(outcomes, contactProblems(plan.contacts, contacts));
      const next = withAgreed(status, agreed, verdict, stamp(now));
      if (!isDeepStrictEqual(next, status)) await keep(coverage, entry, next);
      const change = windows?.maintenance && windowChange(status.windows, windows, now);
      const due = dueWork(findingsOf(entry));
      if (change && due.length > 0) options.recorder.recordEvent(windowEvent(coverage, change, due, windows));
    }
    const next = [windows?.workingHoursNext, windows?.maintenanceNext].map((text) => text && Temporal.Instant.from(text));
    return Math.min(...next.map((time) => msUntil(time || undefined, now)));
  }

  function escalationOf({ clusters: known }: Known, plan: Plan): NonNullable<SupportCoverageStatus['escalation']> {
    const each = [...known.values()].map(({ memory }) => escalationStatus(memory.findings, memory.drift, plan.path));
    return {
      open: each.reduce((sum, { open }) => sum + open, 0),
      acknowledged: each.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
      highestStep: Math.max(0, ...each.map(({ highestStep }) => highestStep)),
    };
  }

  /** Says in each acknowledgement what it matches now, in all clusters together. */
  async function noteMatches(coverage: SupportCoverage, all: readonly Acknowledgement[], looked: readonly Looked[]): Promise<void> {
    const now = clock.now();
    for (const acknowledgement of all.filter(({ spec }) => spec.coverage === coverage.metadata.name)) {
      const key = keyOf(acknowledgement);
      const matched = looked.reduce((sum, { handled }) => sum + (handled.matched.get(key) ?? 0), 0);
      const { generation } = acknowledgement.metadata;
      const before = acknowledgement.status?.conditions ?? [];
      const verdict = matchedCondition(acknowledgement.spec, matched, now);
      const status = { conditions: dated([verdict], before, generation, stamp(now)), matched };
      if (isDeepStrictEqual(status, acknowledgement.status)) continue;
      // One that was deleted meanwhile needs no status.
      await store.writeAcknowledgementStatus(acknowledgement, status).catch((error: unknown) => {
        if (!isKubeError(error, 'NotFound', 'Conflict')) throw error;
      });
    }
  }

  function offer(coverage: SupportCoverage, plan: Plan, { status, clusters: known }: Known, works: readonly ClusterWork[]): void {
    const stored = works.map(({ cluster: { name, environment } }) => {
      const { memory, report } = known.get(name) ?? {};
      return { name, environment, memory: memory ?? { findings: [], drift: [] }, report: report?.status };
    });
    // Who was never looked at is not told that all is well.
    if (status) offerAll(dispatcher, { ...coverage, status }, plan, stored, clock.now());
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

function msUntil(time: Temporal.Instant | undefined, now: Temporal.Instant): number {
  return time ? Math.max(0, time.epochMilliseconds - now.epochMilliseconds) : Number.POSITIVE_INFINITY;
}

function findingsOf({ clusters }: Known) {
  return [...clusters.values()].flatMap(({ memory }) => memory.findings);
}

/** The report may lack what it had no room for; what is in memory does not. */
function withAll(report: CoverageReportStatus, { findings, drift }: KnownCluster['memory']): CoverageReportStatus {
  return { ...report, findings: [...findings], drift: [...drift] };
}

/** The ten checks that took longest, with their milliseconds. */
function slowest(durations: readonly Pass['durations'][]): string {
  return durations
    .flatMap((one) => [...one])
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([check, ms]) => `${check} ${ms.toFixed(1)}`)
    .join(', ');
}
