import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { facts } from './baseline/catalogue.ts';
import { checks } from './checks/catalogue.ts';
import { createAlertSources } from './coverage/alert-sources.ts';
import { createClusters } from './coverage/clusters.ts';
import { createRemoteConnector } from './coverage/connect-remote.ts';
import { createCorrector } from './coverage/corrections.ts';
import { needsOf } from './coverage/needs.ts';
import { createCoverageReconciler } from './coverage/reconcile.ts';
import { acknowledgementType, baselineType, coverageType, createCoverageStore } from './coverage/store.ts';
import {
  type AcknowledgementView,
  acknowledgementChanged,
  type BaselineView,
  type CoverageView,
  projectAcknowledgement,
  projectBaseline,
  projectCoverage,
  userChanged,
} from './coverage/watched.ts';
import { ownChecks } from './findings/own-checks.ts';
import { createAddressGuard } from './kube/address-guard.ts';
import { guardWrites } from './kube/guarded-transport.ts';
import { loadKubeConfig } from './kube/kubeconfig.ts';
import { readMetadata } from './kube/metadata.ts';
import { readSecretData } from './kube/secret-data.ts';
import { createTransport } from './kube/transport.ts';
import { createObserver } from './observe/observer.ts';
import { createProgram, type Options } from './options.ts';
import { createFindReference } from './report/events.ts';
import { createCoverageMetrics } from './report/metrics.ts';
import { createChannelFor } from './report/notifications/channel-for.ts';
import { createDispatcher } from './report/notifications/dispatcher.ts';
import { createNotificationMetrics } from './report/notifications/metrics.ts';
import { createAddressRule } from './runtime/addresses.ts';
import { systemClock as clock } from './runtime/clock.ts';
import { runController } from './runtime/controller.ts';
import { createEventRecorder } from './runtime/event-recorder.ts';
import { createHealthServer, eventLoopCheck } from './runtime/health-server.ts';
import { createLeaderElection, leaderIdentity } from './runtime/leader-election.ts';
import { createLogger, type RootLogger } from './runtime/logger.ts';
import { createRuntimeMetrics } from './runtime/metrics.ts';
import { createMetricsServer } from './runtime/metrics-server.ts';
import { createOutbound } from './runtime/outbound.ts';
import { createReflector } from './runtime/reflector.ts';
import { createWorkQueue } from './runtime/work-queue.ts';
import { version } from './version.ts';

/** Kubernetes waits 30 s after SIGTERM; the parts of the shutdown take less together. */
const deliveriesMs = 3_000;
const workersMs = 12_000;
const eventsMs = 5_000;
/** How often what is open is said again to receivers that forget; alerts last four times as long. */
const resendMs = 60_000;
/** How often each coverage is looked at without a reason: a cluster that fell silent is no event, yet its conditions become Unknown. */
const lookMs = 60_000;

const random = Math.random;

/** Runs the operator with the flags of this process. */
export async function startOperator(): Promise<void> {
  await createProgram(run).parseAsync();
}

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
    ...needsOf(options.tier, checks, facts),
    features: options.features,
    operatorNamespace: options.namespace,
  });
  const refusal = createAddressRule(options.allowAddresses);
  const guard = createAddressGuard((address) => refusal(address, []) === undefined);
  const correctionLimits = { allow: options.correctionsAllow, namespaces: options.correctionsNamespaces };
  const clusters = createClusters({
    ...parts,
    local: { observer, transport },
    readSecret: (namespace, name) => readSecretData(transport, namespace, name),
    createRemote: createRemoteConnector({
      ...{ clock, random, logger, metrics, checks, facts },
      home: transport,
      operatorNamespace: options.namespace,
      features: options.features,
      guard,
    }),
    isAllowed: guard.isAllowed,
    onChange: (coverage) => queue.add(coverage),
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
  const acknowledgements = options.coverageNamespaces.map((namespace) =>
    createReflector<AcknowledgementView>({
      ...parts,
      type: acknowledgementType,
      namespace,
      project: projectAcknowledgement,
      onChange: (change) => {
        const { acknowledgement } = change.object;
        if (acknowledgementChanged(change)) queue.add(`${namespace}/${acknowledgement.spec.coverage}`);
      },
    }),
  );
  const outbound = createOutbound({ allow: options.allowAddresses, apiServers: () => [new URL(transport.server).hostname] });
  const dispatcher = createDispatcher({
    ...{ clock, random, logger, mayWrite, resendMs },
    channelFor: createChannelFor({
      outbound,
      readSecret: (namespace, name) => readSecretData(transport, namespace, name),
      now: clock.now,
      resendMs,
    }),
    metrics: createNotificationMetrics(metrics.registry),
    onChange: (coverage) => queue.add(coverage),
  });
  const alerts = createAlertSources({ outbound, clock, random });
  const addAll = () => {
    for (const { namespace, name } of coverages.store.values()) queue.add(`${namespace}/${name}`);
  };
  const ownWatches = [coverages, ...baselines, ...acknowledgements];

  const reconcile = createCoverageReconciler({
    coverages: coverages.store,
    baselines: { get: (key) => baselines.map(({ store }) => store.get(key)).find((found) => found !== undefined) },
    namespaces: options.coverageNamespaces,
    store: createCoverageStore(guarded),
    clusters,
    alerts,
    acknowledgements: (namespace) =>
      acknowledgements
        .flatMap(({ store }) => [...store.values()])
        .flatMap((view) => (view.namespace === namespace ? [view.acknowledgement] : [])),
    dispatcher,
    recorder,
    applyCorrection: createCorrector(guarded, correctionLimits),
    correctionLimits,
    findReference: createFindReference(
      async ({ type, name, namespace }, limits) => (await readMetadata(transport, type, name, namespace, limits))?.uid,
    ),
    metrics: createCoverageMetrics(metrics.registry, {
      facts: facts.map(({ id }) => id),
      severityOf: (check) => [...checks, ...ownChecks].find(({ id }) => id === check)?.severity,
    }),
    catalogue: checks,
    tier: options.tier,
    facts,
    enqueue: (key, ms) => queue.addAfter(key, ms),
    processorMs,
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
  // First, so that what is delivered is recorded as such.
  await dispatcher.flush(deliveriesMs);
  working.abort();
  await within(workersMs, worker);
  await recorder.flush(eventsMs);
  watching.abort();
  leading.abort();
  await within(1_000, Promise.all([...watches, led]));
  await election?.release();
  alive.stop();
  alerts.close();
  await Promise.all([health.close(), metricsServer.close(), clusters.close(), outbound.close()]);
  await transport.close();
  logger.info('stopped');
}

function toggleDebugOnSignal(logger: RootLogger, { logLevel }: Options): void {
  process.on('SIGUSR2', () => logger.setLevel(logger.level() === 'debug' ? logLevel : 'debug'));
}

/** Of all threads, so that collecting garbage counts too. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
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
