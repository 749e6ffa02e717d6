/** `make bench-live`: SIZE=s (default) or m; PROFILE=<folder> for a CPU profile of the operator. See docs/benchmarks.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Transport } from '../../../src/kube/transport.ts';
import { delay, systemClock } from '../../../src/runtime/clock.ts';
import { inWrittenCluster, type WrittenCluster } from '../cluster.ts';
import { completeReport, freshCoverage, rarely } from '../coverage.ts';
import { measuredOn } from '../measured-on.ts';
import { type OperatorProcess, startOperatorProcess, sumOf } from '../operator-process.ts';
import { podsOfWorkload } from '../pods.ts';
import { say } from '../say.ts';
import { percentile, rounded } from '../statistics.ts';
import { forWantedSize } from '../wanted-size.ts';
import { dueAt, type Fault, faults, settings } from './faults.ts';
import { type LoadDone, startLoad } from './load.ts';
import { liveTables, updatedPage } from './page.ts';
import { faultEveryMs, type LiveFigures, type LiveSize, liveSizes, openMs, overLimits, type Percentiles } from './sizes.ts';
import { createWitness, type Place, places, type Witness } from './witness.ts';
import { addWorkloads } from './workloads.ts';

const page = new URL('../../../docs/benchmarks.md', import.meta.url).pathname;
const profile = process.env.PROFILE;
/** Between the first report and the load, and between that and the first fault: what only a start costs is over. */
const settleMs = 10_000;

/** The failures of these applications are support's: what does not count stands in no status. */
const boundary = {
  rules: [{ match: { checks: faults.map(({ check }) => check) }, assign: 'Support', reason: 'support runs these applications' }],
};
const spec = { tier: 'Level3', checks: { schedule: rarely, settings }, boundary };

/** How long one fault took to be told, and its end, milliseconds. */
interface Latency {
  opened: Record<Place, number>;
  resolved: Record<Place, number>;
}

function after(from: number, times: Record<Place, number>): Record<Place, number> {
  return Object.fromEntries(places.map((place) => [place, times[place] - from])) as Record<Place, number>;
}

async function breakAndMend(transport: Transport, witness: Witness, fault: Fault, workload: number): Promise<Latency> {
  const expected = { check: fault.check, object: fault.objectOf(workload) };
  const opens = witness.seen({ ...expected, open: true });
  const brokenAt = systemClock.now();
  const [openedAt] = await Promise.all([opens, fault.breakIt(transport, workload, brokenAt)]);
  const opened = after(dueAt(fault, brokenAt), openedAt);
  await delay(systemClock, Math.max(0, brokenAt.epochMilliseconds + openMs - Date.now()));
  const resolves = witness.seen({ ...expected, open: false });
  const mendedAt = systemClock.now();
  const [resolvedAt] = await Promise.all([resolves, fault.mendIt(transport, workload, mendedAt)]);
  const resolved = after(mendedAt.epochMilliseconds, resolvedAt);
  say(`${expected.object}: opened ${JSON.stringify(opened)}, resolved ${JSON.stringify(resolved)}`);
  return { opened, resolved };
}

/** One kind of fault after the other; those of different kinds begin at different times, so that they do not always meet. */
async function runFaults({ transport, size }: Bench, witness: Witness): Promise<Latency[]> {
  const all = faults.map(async (fault, kind) => {
    const latencies: Latency[] = [];
    await delay(systemClock, (kind * faultEveryMs) / faults.length);
    for (let count = 0; count < size.faults; count += 1) {
      const from = performance.now();
      latencies.push(await breakAndMend(transport, witness, fault, count * faults.length + kind));
      // A third of a second more or less, as it comes: otherwise all would fall on the same moment of a second.
      const jitterMs = Math.random() * 700 - 350;
      await delay(systemClock, Math.max(0, from + faultEveryMs + jitterMs - performance.now()));
    }
    return latencies;
  });
  return (await Promise.all(all)).flat();
}

interface Bench extends WrittenCluster {
  size: LiveSize;
}

interface Measured extends LoadDone {
  latencies: Latency[];
  cpuSeconds: number;
  loopDelaysMs: readonly number[];
  before: ReadonlyMap<string, number>;
  after: ReadonlyMap<string, number>;
  peakRssMb: number;
  looksMs: readonly number[];
}

async function underLoad(bench: Bench, operator: OperatorProcess): Promise<Measured> {
  const { transport, size } = bench;
  const witness = createWitness({ transport, metrics: operator.metrics });
  const before = await operator.metrics();
  const cpuBefore = operator.cpuSeconds();
  const workloads = size.pods / podsOfWorkload;
  const load = startLoad(transport, systemClock, size.changesPerSecond, { first: size.faults * faults.length, end: workloads });
  try {
    const measured = delay(systemClock, settleMs).then(() => runFaults(bench, witness));
    const latencies = await Promise.race([measured, operator.failed, load.failed, witness.failed]);
    const cpuSeconds = operator.cpuSeconds() - cpuBefore;
    const done = await load.stop();
    const seen = { peakRssMb: operator.peakRssMb(), looksMs: operator.liveLooksMs(), loopDelaysMs: witness.loopDelaysMs };
    return { ...done, ...seen, latencies, cpuSeconds, before, after: await operator.metrics() };
  } finally {
    witness.stop();
  }
}

function percentiles(values: readonly number[]): Percentiles {
  const of = (percent: number) => rounded(percentile(values, percent), 0);
  return { p50: of(50), p90: of(90), p99: of(99), max: of(100) };
}

function figuresOf({ name, nodes, pods }: LiveSize, measured: Measured): LiveFigures {
  const each = (what: keyof Latency) =>
    Object.fromEntries(places.map((place) => [place, percentiles(measured.latencies.map((one) => one[what][place]))])) as Record<
      Place,
      Percentiles
    >;
  return {
    ...{ size: name, nodes, pods },
    changes_per_s: rounded(measured.changes / measured.seconds, 1),
    load_s: rounded(measured.seconds, 0),
    faults: measured.latencies.length,
    opened_ms: each('opened'),
    resolved_ms: each('resolved'),
    cpu_cores: rounded(measured.cpuSeconds / measured.seconds, 3),
    peak_rss_mb: rounded(measured.peakRssMb, 0),
    loop_p99_ms: rounded(percentile(measured.loopDelaysMs, 99), 1),
    others_opened: grown(measured, 'supportcoverage_findings_opened_total') - measured.latencies.length,
  };
}

/** By how much a counter rose under the load. */
function grown({ before, after: later }: Measured, metric: string, labels = ''): number {
  return sumOf(later, metric, labels) - sumOf(before, metric, labels);
}

/** In the order of detailColumns. */
function detailsOf(measured: Measured): string[] {
  const { seconds, requestMs, looksMs } = measured;
  const coverages = 'controller="supportcoverage"';
  const reconciles = grown(measured, 'controller_runtime_reconcile_time_seconds_count', coverages);
  const reconcileMs = (grown(measured, 'controller_runtime_reconcile_time_seconds_sum', coverages) / reconciles) * 1000;
  const writes = ['POST', 'PUT', 'PATCH'].map((method) => grown(measured, 'rest_client_requests_total', `method="${method}"`));
  return [
    (reconciles / seconds).toFixed(2),
    `${reconcileMs.toFixed(0)} ms`,
    `${percentile(looksMs, 50)} / ${percentile(looksMs, 99)} ms`,
    (grown(measured, 'supportcoverage_reflector_received_bytes_total') / seconds / 1e3).toFixed(0),
    (writes.reduce((sum, some) => sum + some, 0) / seconds).toFixed(2),
    String(grown(measured, 'supportcoverage_events_total', 'result="sent"')),
    String(grown(measured, 'supportcoverage_events_total', 'result="dropped"')),
    String(measured.loopDelaysMs.length),
    `${percentile(requestMs, 50).toFixed(0)} / ${percentile(requestMs, 99).toFixed(0)} ms`,
    measuredOn(),
  ];
}

async function measure(bench: Bench): Promise<Measured> {
  const { cluster, transport, kubeconfig } = bench;
  await freshCoverage(transport, spec);
  const report = completeReport(transport);
  const operator = await startOperatorProcess({ kubeconfig, directory: cluster.dir, profile });
  try {
    const first = await Promise.race([report, operator.failed]);
    say(`the first report has ${first.status?.findings?.length} findings of ${first.status?.checks?.length} checks`);
    await delay(systemClock, settleMs);
    return await underLoad(bench, operator);
  } finally {
    await operator.stop();
  }
}

function run(size: LiveSize): Promise<Measured> {
  return inWrittenCluster(size, async (written) => {
    await addWorkloads(written.cluster, size.pods / podsOfWorkload, say);
    return await measure({ ...written, size });
  });
}

function publish(size: LiveSize, measured: Measured): void {
  const figures = figuresOf(size, measured);
  const outcome = { figures, details: detailsOf(measured) };
  console.log(`\n${liveTables(outcome)}\n`);
  for (const line of overLimits(figures)) console.log(`Over the limit: ${line}.\n`);
  if (size.published && !profile) writeFileSync(page, updatedPage(readFileSync(page, 'utf8'), outcome));
  console.log(JSON.stringify(figures));
}

await forWantedSize(liveSizes, async (size) => publish(size, await run(size)));
