#!/usr/bin/env node
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { facts } from './baseline/catalogue.ts';
import { baselineAltered } from './baseline/integrity.ts';
import { checks } from './checks/catalogue.ts';
import { apply } from './coverage/corrections.ts';
import { createCoverageReconciler } from './coverage/reconcile.ts';
import { baselineType, coverageType, createCoverageStore } from './coverage/store.ts';
import { type BaselineView, type CoverageView, projectBaseline, projectCoverage, userChanged } from './coverage/watched.ts';
import { guardWrites } from './kube/guarded-transport.ts';
import { loadKubeConfig } from './kube/kubeconfig.ts';
import { readMetadata } from './kube/metadata.ts';
import { createTransport } from './kube/transport.ts';
import type { ResourceName } from './observe/catalogue.ts';
import { probesOf } from './observe/cluster-view.ts';
import { createObserver } from './observe/observer.ts';
import type { ProbeName } from './observe/probes/catalogue.ts';
import { createProgram, type Options } from './options.ts';
import { createFindReference } from './report/events.ts';
import { createCoverageMetrics } from './report/metrics.ts';
import { systemClock as clock } from './runtime/clock.ts';
import { runController } from './runtime/controller.ts';
import { createEventRecorder } from './runtime/event-recorder.ts';
import { createHealthServer, eventLoopCheck } from './runtime/health-server.ts';
import { createLeaderElection, leaderIdentity } from './runtime/leader-election.ts';
import { createLogger, type RootLogger } from './runtime/logger.ts';
import { createRuntimeMetrics } from './runtime/metrics.ts';
import { createMetricsServer } from './runtime/metrics-server.ts';
import { createReflector } from './runtime/reflector.ts';
import { createWorkQueue } from './runtime/work-queue.ts';
import { version } from './version.ts';

/** Kubernetes waits 30 s after SIGTERM; the parts of the shutdown take less together. */
const workersMs = 15_000;
const eventsMs = 5_000;
/** How often each coverage is looked at without a reason: a cluster that fell silent is no event, yet its conditions become Unknown. */
const lookMs = 60_000;

const random = Math.random;

async function run(options: Options): Promise<void> {
  // First of all: as process 1, a signal without a handler is lost.
  const stopped = terminated();
  const logger = createLogger(options.logLevel);
  toggleDebugOnSignal(logger, options);
  const metrics = createRuntimeMetrics();
  const identity = leaderIdentity(hostname(), randomUUID());
  const onAnswer = (code: string, method: string) => metrics.requests.inc({ code, method });
  const transport = createTransport({ kubeConfig: loadKubeConfig(options.kubeconfig), onAnswer });
  const parts = { transport, clock, random, logger, metrics };

  const election = options.leaderElect
    ? createLeaderElection({ ...parts, namespace: options.namespace, name: 'support-coverage-operator', identity })
    : undefined;
  const mayWrite = () => election?.mayWrite() ?? true;
  const guarded = guardWrites(transport, mayWrite);
  const recorder = createEventRecorder({ ...parts, identity, mayWrite });
  const observer = createObserver({
    ...parts,
    watch: watchedResources(),
    ask: askedProbes(),
    features: options.features,
    operatorNamespace: options.namespace,
  });
  const queue = createWorkQueue({ name: 'supportcoverage', clock, metrics });
  const coverages = createReflector<CoverageView>({
    ...parts,
    type: coverageType,
    project: projectCoverage,
    onChange: (change) => userChanged(change) && queue.add(`${change.object.namespace}/${change.object.name}`),
  });
  const baselines = options.coverageNamespaces.map((namespace) =>
    createReflector<BaselineView>({ ...parts, type: baselineType, namespace, project: projectBaseline, onChange: () => addAll() }),
  );
  const addAll = () => {
    for (const { namespace, name } of coverages.store.values()) queue.add(`${namespace}/${name}`);
  };
  const ownWatches = [coverages, ...baselines];

  const reconcile = createCoverageReconciler({
    coverages: coverages.store,
    baselines: { get: (key) => baselines.map(({ store }) => store.get(key)).find((found) => found !== undefined) },
    namespaces: options.coverageNamespaces,
    store: createCoverageStore(guarded),
    observer,
    recorder,
    applyCorrection: (correction, now, signal) => apply(guarded, correction, now, signal),
    findReference: createFindReference(async ({ type, name, namespace }) => (await readMetadata(transport, type, name, namespace))?.uid),
    metrics: createCoverageMetrics(metrics.registry, {
      facts: facts.map(({ id }) => id),
      severityOf: (check) => [...checks, baselineAltered].find(({ id }) => id === check)?.severity,
    }),
    catalogue: checks,
    facts,
    clock,
  });

  const alive = eventLoopCheck(clock);
  const health = createHealthServer({ bindAddress: options.healthProbeBindAddress, logger });
  health.addLiveCheck(alive);
  if (election) health.addLiveCheck({ name: 'lease', check: () => (election.leaseIsStale() ? 'the lease was not renewed in time' : true) });
  health.addReadyCheck({
    name: 'watches',
    check: () =>
      ownWatches.every((watch) => watch.status().phase === 'Synced')
        ? true
        : ownWatches.map((watch) => watch.status().message).join('; ') || 'starting',
  });
  health.addReadyCheck({ name: 'cluster', check: () => (observer.isSettled() ? true : 'the cluster is being read for the first time') });
  const metricsServer = createMetricsServer({
    bindAddress: options.metricsBindAddress,
    registry: metrics.registry,
    logger,
    ...(options.metricsAuth ? { authentication: { transport, clock } } : {}),
  });
  const [healthPort, metricsPort] = await Promise.all([health.listen(), metricsServer.listen()]);
  logger.info('started', { version, identity, namespace: options.namespace, healthPort, metricsPort });

  const watching = new AbortController();
  const working = new AbortController();
  const leading = new AbortController();
  const watches = [observer.run(watching.signal), ...ownWatches.map((watch) => watch.run(watching.signal))];
  const work = async () => {
    await Promise.all(ownWatches.map(({ synced }) => Promise.race([synced, aborted(working.signal)])));
    addAll();
    void observer.settled.then(addAll);
    transport.onRecovery(addAll);
    setInterval(addAll, lookMs).unref();
    await runController({ name: 'supportcoverage', queue, reconcile, clock, newId: randomUUID, metrics, logger }, working.signal);
  };

  let worker: Promise<void> = Promise.resolve();
  const led = election
    ? election.run(leading.signal, {
        onStartedLeading: () => {
          worker = work();
        },
        onStoppedLeading: () => {
          logger.error('the lease was lost', { identity });
          process.exit(1);
        },
      })
    : Promise.resolve();
  if (!election) worker = work();

  const signal = await stopped;
  logger.info('stopping', { signal });
  working.abort();
  await within(workersMs, worker);
  await recorder.flush(eventsMs);
  watching.abort();
  leading.abort();
  await within(1_000, Promise.all([...watches, led]));
  await election?.release();
  alive.stop();
  await Promise.all([health.close(), metricsServer.close(), transport.close()]);
  logger.info('stopped');
}

/** Every resource that a check or fact of this release reads. */
function watchedResources(): ResourceName[] {
  return [...new Set([...checks, ...facts].flatMap(({ needs }) => [...(needs.resources ?? []), ...(needs.optional ?? [])]))].sort();
}

/** Every probe that a check or fact of this release asks for, and the version, which the status shows. */
function askedProbes(): ProbeName[] {
  return [...new Set(['version' as const, ...[...checks, ...facts].flatMap(({ needs }) => probesOf(needs))])].sort();
}

function toggleDebugOnSignal(logger: RootLogger, { logLevel }: Options): void {
  process.on('SIGUSR2', () => logger.setLevel(logger.level() === 'debug' ? logLevel : 'debug'));
}

function terminated(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function within(ms: number, work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work, new Promise((resolve) => setTimeout(resolve, ms).unref())]);
}

await createProgram(run).parseAsync();
