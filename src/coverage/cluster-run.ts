import { isDeepStrictEqual } from 'node:util';
import type { Acknowledgement } from '../api/v1alpha1/acknowledgement.ts';
import type { CorrectionReport, CoverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import type { SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import { lastWriter } from '../baseline/last-writer.ts';
import { stamp } from '../findings/lifecycle.ts';
import { type Pass, runPass } from '../findings/pass.ts';
import type { KubeObject } from '../kube/types.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import { reportStatus, restOf, worthWriting } from '../report/coverage-report.ts';
import { correctionEvent, coverageEvent, type FindReference, recordPass } from '../report/events.ts';
import type { CoverageMetrics } from '../report/metrics.ts';
import type { ClusterFacts } from '../report/status.ts';
import type { Clock } from '../runtime/clock.ts';
import type { EventRecorder } from '../runtime/event-recorder.ts';
import { type Baseline, findBaseline } from './baseline.ts';
import type { ClusterHandle } from './clusters.ts';
import { type CorrectionLimits, type Proposed, permitted, suggestions } from './corrections.ts';
import { toolingProblems } from './delivery-tooling.ts';
import { runAtOf, type Seen } from './due.ts';
import { type Handled, type HandlingInput, presumedTold, settle, toldFields, withHandled } from './handling.ts';
import { type Known, type KnownCluster, type KnownCoverages, reportName, type Sharing } from './known.ts';
import { type LiveLook, lookedAgain, lookedAtAll, revisionsOf } from './live.ts';
import { maintenanceVerdict } from './maintenance.ts';
import { judgeOf, type Plan, type PlannedCluster } from './plan.ts';
import type { CoverageStore } from './store.ts';
import { toldElsewhere } from './told-elsewhere.ts';

export interface ClusterRunOptions {
  store: CoverageStore;
  recorder: EventRecorder;
  findReference: FindReference;
  /** Makes one small change in the cluster that the operator runs in; see corrections.ts. */
  applyCorrection: (correction: Proposed, now: Temporal.Instant, signal: AbortSignal) => Promise<CorrectionReport>;
  /** What the operator's own configuration lets it change. */
  correctionLimits: CorrectionLimits;
  metrics: CoverageMetrics;
  clock: Clock;
}

/** Everything about one cluster of one coverage. */
export interface ClusterWork {
  coverage: SupportCoverage;
  plan: Plan;
  cluster: PlannedCluster;
  handle: ClusterHandle;
  entry: Known;
  known: KnownCluster;
  /** Of the coverage's namespace. */
  acknowledgements: readonly Acknowledgement[];
  /** Keys of notifications that have been delivered. */
  deliveredKeys: readonly string[];
  /** Other coverages of the same cluster, in order; those before this one come first where both could tell or correct. */
  sharing: readonly Sharing[];
}

/** What came of the checks of one cluster. */
export interface Ran {
  durations: Pass['durations'];
  /** How many findings opened, changed or resolved. */
  transitions: number;
  handled: Handled;
}

export interface ClusterRuns {
  /** Runs the checks of one cluster, writes its report and says what changed. `live`: between two runs by the schedule, and which checks. */
  run(work: ClusterWork, signal: AbortSignal, live?: LiveLook): Promise<Ran>;
  /** Between passes: who takes care, who is told, what was delivered. */
  follow(work: ClusterWork): Promise<Handled>;
  /** Writes what had to wait for its turn. Returns for how long it still has to, milliseconds; Infinity where nothing waits. */
  writeLate(work: ClusterWork): Promise<number>;
}

/** Probes of a cluster that is known to be in trouble have this long. */
const troubledProbeMs = 2_000;
/** Of the corrections in a report: suggestions, and what was tried last. Together no more than the report's schema allows. */
const maxSuggested = 150;
const maxTried = 50;

export function createClusterRuns(options: ClusterRunOptions, coverages: KnownCoverages): ClusterRuns {
  const { store, metrics, clock } = options;

  async function run(work: ClusterWork, signal: AbortSignal, live?: LiveLook): Promise<Ran> {
    const { coverage, plan, cluster, handle, entry, known } = work;
    const { observer } = handle;
    const startedAt = clock.monotonic();
    const before = known.outcome;
    const partial = live?.checks && before ? { checks: live.checks, before } : undefined;
    // A cluster in trouble does not hold up the others.
    if (!partial) await observer.refreshProbes(handle.problem ? AbortSignal.any([signal, AbortSignal.timeout(troubledProbeMs)]) : signal);
    // Before the view is read: what changes meanwhile is looked at again.
    const revisions = revisionsOf(observer, plan);
    const view = observer.view(cluster.name);
    const now = clock.now();
    const first = known.report?.status === undefined;
    const baseline = partial ? { state: partial.before.baseline } : await findBaseline(store, coverage, plan, cluster, entry.status, view);
    const found = await runPass({
      ...plan,
      view,
      memory: known.memory,
      baseline: baseline.state,
      now,
      monotonic: clock.monotonic,
      judge: judgeOf(plan, view, now),
      ...(partial ? { partial } : {}),
      writerOf: async ({ type, name, namespace, fields }) =>
        lastWriter((await observer.managedFields(type, name, namespace)) ?? [], fields),
    });
    signal.throwIfAborted();
    const durationMs = clock.monotonic() - startedAt;
    const handled = settle(inputOf(work, found, now));
    const pass = { ...found, findings: handled.findings, drift: handled.drift };
    const corrections = partial ? suggestedNow(work, pass, partial.checks) : await correct(work, pass, signal);
    await writeReport(work, pass, handled, corrections, live !== undefined);
    metrics.count(coverage.metadata, cluster.name, pass, partial ? undefined : durationMs);
    announce(work, pass, baseline, first);
    const { checks, driftUnknown } = pass;
    known.outcome = {
      ...{ checks, driftUnknown, baseline: baseline.state, at: (live && known.seen?.at) ?? stamp(now) },
      facts: partial?.before.facts ?? clusterFacts(work, view, baseline),
      maintenance: maintenanceVerdict(plan.maintenance, checks, pass, now),
    };
    const looked = { observer, revisions, opensAt: pass.opensAt };
    known.looked =
      partial && known.looked ? lookedAgain(plan, known.looked, looked, startedAt, partial.checks) : lookedAtAll(plan, looked, startedAt);
    if (!live) known.seen = seenNow(work, baseline.state, now);
    const { durations, transitions } = pass;
    return { durations, transitions: transitions.length, handled };
  }

  function seenNow({ coverage, cluster, handle, known }: ClusterWork, state: Baseline['state'], now: Temporal.Instant): Seen {
    return {
      at: stamp(now),
      runAt: runAtOf(coverage) ?? known.seen?.runAt,
      generation: coverage.metadata.generation,
      baseline: state.state === 'Altered' ? known.seen?.baseline : baselineOf(state, cluster),
      saysAltered: state.state === 'Altered',
      troubled: handle.problem !== undefined,
      blind: isBlind(handle),
    };
  }

  function inputOf({ coverage, plan, cluster, known, ...work }: ClusterWork, news: Pass | undefined, now: Temporal.Instant): HandlingInput {
    const { name, uid = '', namespace } = coverage.metadata;
    const created = (known.report as KubeObject | undefined)?.metadata?.creationTimestamp;
    return {
      coverage: { name, uid },
      cluster: cluster.name,
      plan,
      findings: news ? presumedTold(news, known.memory, plan) : known.memory.findings,
      drift: news?.drift ?? known.memory.drift,
      told: known.memory,
      news,
      checks: news?.checks ?? known.latest?.checks ?? [],
      acknowledgements: work.acknowledgements,
      deliveredKeys: work.deliveredKeys,
      firstPassAt: created ? Temporal.Instant.from(created) : now,
      isToldElsewhere: toldElsewhere(`${namespace}/${name}`, work.sharing, now),
      now,
    };
  }

  async function follow(work: ClusterWork): Promise<Handled> {
    const { known } = work;
    const handled = settle(inputOf(work, undefined, clock.now()));
    if (!known.latest) return handled;
    known.latest = withHandled(known.latest, handled);
    if (handled.mustStore) await putReport(work, known.latest);
    remember(known, handled);
    return handled;
  }

  function remember(known: KnownCluster, handled: Handled): void {
    const { findings, drift, notifications, resolved, accounting, nextAt } = handled;
    known.memory = { ...known.memory, findings, drift, notifications, resolved, accounting };
    known.nextAt = nextAt;
  }

  /** Makes what may be made now, and returns what the report says of corrections: what is suggested, and what was tried last. */
  async function correct(
    { coverage, plan, cluster, known, sharing }: ClusterWork,
    pass: Pass,
    signal: AbortSignal,
  ): Promise<CorrectionReport[]> {
    if (plan.corrections.mode === 'Off') return [];
    const past = (known.latest?.corrections ?? []).filter(({ at }) => at !== undefined);
    const { baseline } = pass;
    const agreed = new Set(baseline.state === 'Approved' ? baseline.baseline.spec.facts.map(({ object }) => object) : []);
    const now = clock.now();
    const permit = {
      windowSince: plan.maintenance.windows?.at(now).since,
      isAgreed: (object: string) => agreed.has(object),
      limits: options.correctionLimits,
    };
    const tried: CorrectionReport[] = [];
    // Another cluster is only read; its corrections are for a person. Of two coverages of one cluster that make the same the first makes it.
    const before = new Set(sharing.filter(({ key }) => key < keyOf(coverage)).flatMap(({ corrects }) => corrects));
    const own = cluster.scope.kubeconfigSecretRef ? [] : pass.corrections.filter(({ check }) => !before.has(check));
    const candidates = permitted(plan.corrections, own, past, permit);
    for (const correction of candidates) {
      const result = await options.applyCorrection(correction, now, signal);
      tried.push(result);
      options.recorder.recordEvent(correctionEvent(coverage, result));
      metrics.countCorrection(coverage.metadata, result);
    }
    const applied = new Set(tried.filter(({ result }) => result === 'Applied').map(({ command }) => command));
    const open = pass.corrections.filter(({ command }) => !applied.has(command)).slice(0, maxSuggested);
    return [...suggestions(open, { plan: plan.corrections, limits: options.correctionLimits }), ...[...tried, ...past].slice(0, maxTried)];
  }

  /** After a look at some checks: what they suggest now beside what the others did. Nothing is corrected between two runs by the schedule. */
  function suggestedNow({ plan, known }: ClusterWork, pass: Pass, looked: ReadonlySet<string>): CorrectionReport[] {
    if (plan.corrections.mode === 'Off') return [];
    const before = known.latest?.corrections ?? [];
    const others = before.filter(({ at, check }) => at === undefined && !looked.has(check));
    const rank = new Map(plan.checks.map(({ check }, index) => [check.id, index]));
    const rankOf = ({ check }: CorrectionReport) => rank.get(check) ?? rank.size;
    const suggested = [...others, ...suggestions(pass.corrections)].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, maxSuggested);
    return [...suggested, ...before.filter(({ at }) => at !== undefined)];
  }

  async function writeReport(
    work: ClusterWork,
    pass: Pass,
    handled: Handled,
    corrections: CorrectionReport[],
    live: boolean,
  ): Promise<void> {
    const { known, plan } = work;
    const delivery = live ? (known.latest ?? known.report?.status)?.delivery : pass.delivery;
    known.latest = reportStatus(pass, plan.reportLimit, corrections, { ...toldFields(handled), ...(delivery ? { delivery } : {}) });
    if (worthWriting(known.report?.status, known.latest, pass, clock.monotonic() - known.reportWrittenAt, live))
      await putReport(work, known.latest);
    const { findings, drift, notifications, resolved, accounting } = handled;
    known.memory = { findings, drift, pending: pass.pending, notifications, resolved, accounting };
    known.nextAt = handled.nextAt;
  }

  async function writeLate(work: ClusterWork): Promise<number> {
    const { known } = work;
    if (!known.latest || isDeepStrictEqual(known.latest, known.report?.status)) return Number.POSITIVE_INFINITY;
    const left = known.reportWrittenAt + restOf(known.report?.status, known.latest) - clock.monotonic();
    if (left > 0) return left;
    await putReport(work, known.latest);
    return Number.POSITIVE_INFINITY;
  }

  async function putReport({ coverage, known }: ClusterWork, status: CoverageReportStatus): Promise<void> {
    const { name, report } = known;
    known.report = await coverages.orForget(coverage, () => store.writeReport(coverage, reportName(coverage, name), name, report, status));
    known.reportWrittenAt = clock.monotonic();
  }

  function announce({ coverage, cluster, plan }: ClusterWork, pass: Pass, baseline: Baseline, first: boolean): void {
    const { recorder } = options;
    const name = plan.clusters.length > 1 ? cluster.name : undefined;
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
      recorder.recordEvent(
        coverageEvent(coverage, 'Warning', 'BaselineNotCaptured', `${name === undefined ? '' : `${name}: `}${baseline.notCaptured}`),
      );
    // In another cluster nothing is written: what concerns its objects is told on the coverage.
    const findReference = cluster.scope.kubeconfigSecretRef ? () => undefined : options.findReference;
    recordPass(recorder, coverage, pass, first, findReference, name);
  }

  return { run, follow, writeLate };
}

/** It is in trouble, and has been for so long that nothing which was known of it can be relied upon. */
export function isBlind({ problem, observer }: ClusterHandle): boolean {
  return problem !== undefined && !observer.isCurrent();
}

function keyOf({ metadata }: SupportCoverage): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function baselineOf(state: Baseline['state'], { baseline }: PlannedCluster): { name: string; contentHash?: string } {
  return state.state === 'Approved' ? { name: state.baseline.metadata.name, contentHash: state.hash } : { name: baseline.name };
}

function clusterFacts({ coverage, cluster, handle, plan, sharing }: ClusterWork, view: ClusterView, baseline: Baseline): ClusterFacts {
  const version = view.knowledge('version').state === 'Current' ? view.probe('version')?.gitVersion : undefined;
  const { problem, observer } = handle;
  return {
    ...{ name: cluster.name, environment: cluster.environment, uid: handle.uid, version, problem },
    nodes: view.knowledge('nodes').state === 'Current' ? view.count('nodes') : undefined,
    reachable: version !== undefined,
    baselineName: cluster.baseline.name,
    namespace: coverage.metadata.namespace,
    ...(baseline.specProblem ? { baselineProblem: baseline.specProblem } : {}),
    sharedWith: sharing.map(({ key }) => key),
    missing: problem
      ? [problem]
      : [...observer.notPermitted(), ...(baseline.notCaptured ? [baseline.notCaptured] : []), ...toolingProblems(plan, view)],
  };
}
