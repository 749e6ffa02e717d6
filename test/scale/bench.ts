/** `make bench`: SIZE=s (default), m or l; PROFILE=<folder> for CPU profiles of the operator. See docs/benchmarks.md. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transport } from '../../src/kube/transport.ts';
import { delay, systemClock } from '../../src/runtime/clock.ts';
import { waitFor } from '../controlplane/wait.ts';
import { namespace, serviceAccount } from '../installation/operator.ts';
import { type Audit, auditReads } from './audit.ts';
import { inWrittenCluster, type WrittenCluster } from './cluster.ts';
import { type Collection, watchedCollections } from './collections.ts';
import { completeReport, freshCoverage, type PassTime, runPasses } from './coverage.ts';
import { measuredOn } from './measured-on.ts';
import { loopDelayMs, type OperatorProcess, startOperatorProcess, sumOf } from './operator-process.ts';
import { figuresTable, type Run, updatedPage } from './page.ts';
import { type Reading, read } from './reading.ts';
import { say } from './say.ts';
import { type Figures, over, passes, repeats, type Size, sizes } from './sizes.ts';
import { median, percentile, rounded } from './statistics.ts';
import { forWantedSize } from './wanted-size.ts';

const page = new URL('../../docs/benchmarks.md', import.meta.url).pathname;
const profile = process.env.PROFILE;

interface Bench extends WrittenCluster {
  size: Size;
  audit: Audit;
  collections: readonly Collection[];
}

interface Start {
  reportSeconds: number;
  peakRssMb: number;
  loadedSeconds: number;
  podsSeconds: number;
  loopP99Ms: number;
}

async function startOperator({ cluster, transport, kubeconfig }: Bench): Promise<{ operator: OperatorProcess; start: Start }> {
  await freshCoverage(transport);
  const report = completeReport(transport);
  const operator = await startOperatorProcess({ kubeconfig, directory: cluster.dir, profile });
  await Promise.race([report, operator.failed]);
  const reportSeconds = (performance.now() - operator.startedAt) / 1000;
  const metrics = await operator.metrics();
  return {
    operator,
    start: {
      reportSeconds,
      peakRssMb: operator.peakRssMb(),
      loadedSeconds: (await operator.loadedMs) / 1000,
      podsSeconds: sumOf(metrics, 'supportcoverage_reflector_bootstrap_seconds', 'resource="pods"'),
      loopP99Ms: loopDelayMs(metrics, 'p99'),
    },
  };
}

/** undefined where it fails, which is a result too: large lists are more than client-node can hold. */
async function readByInformer({ kubeconfig, collections }: Bench): Promise<Reading | undefined> {
  try {
    return await read('informer.ts', kubeconfig, collections);
  } catch (error) {
    say(`informer: ${(error as Error).message}`);
    return undefined;
  }
}

interface Readings {
  raw: Reading[];
  informer: Reading[];
  starts: Start[];
  /** The last one, which goes on. */
  operator: OperatorProcess;
}

async function readThrice(bench: Bench): Promise<Readings> {
  const raws: Reading[] = [];
  const informers: Reading[] = [];
  const starts: Start[] = [];
  for (let round = 1; ; round += 1) {
    const raw = await read('raw-transfer.ts', bench.kubeconfig, bench.collections);
    say(
      `raw ${round}: ${raw.seconds.toFixed(2)} s, ${((raw.bytes ?? 0) / 1e6).toFixed(1)} MB transferred, peak ${raw.peakRssMb.toFixed(0)} MB`,
    );
    raws.push(raw);
    const informer = await readByInformer(bench);
    if (informer) {
      say(`informer ${round}: ${informer.seconds.toFixed(2)} s, ${informer.objects} objects, peak ${informer.peakRssMb.toFixed(0)} MB`);
      informers.push(informer);
    }
    const { operator, start } = await startOperator(bench);
    say(
      `operator ${round}: report after ${start.reportSeconds.toFixed(2)} s (loaded ${start.loadedSeconds.toFixed(2)} s, pods ${start.podsSeconds.toFixed(2)} s), peak ${start.peakRssMb.toFixed(0)} MB`,
    );
    starts.push(start);
    if (round === repeats) return { raw: raws, informer: informers, starts, operator };
    await operator.stop();
  }
}

interface Running {
  passes: PassTime[];
  loopP99Ms: number;
  loopMaxMs: number;
  lists: number;
  series: number;
  peakRssMb: number;
  /** The ten slowest checks with their milliseconds. */
  slowest: string;
}

async function watchRunning({ size, transport, audit }: Bench, operator: OperatorProcess): Promise<Running> {
  // Node does not count the first interval after a scrape: nothing is asked before it is over.
  await operator.metrics();
  await delay(systemClock, 100);
  const times = await Promise.race([runPasses(transport, passes), operator.failed]);
  const during = await operator.metrics();
  const loopP99Ms = loopDelayMs(during, 'p99');
  const loopMaxMs = loopDelayMs(during, 'max');
  say(
    `passes: ${times.map(({ ownMs }) => ownMs).join(' ')} ms; loop delay p99 ${loopP99Ms.toFixed(1)} ms, longest ${loopMaxMs.toFixed(1)} ms`,
  );
  say(`slowest checks, ms: ${operator.slowestChecks()}`);
  audit.wholeReads();
  say(`nothing is asked of the operator for ${size.quietMs / 1000} s`);
  await Promise.race([delay(systemClock, size.quietMs), operator.failed]);
  const lists = audit.wholeReads();
  const after = await operator.metrics();
  const requests = sumOf(after, 'rest_client_requests_total') - sumOf(during, 'rest_client_requests_total');
  const relists = sumOf(after, 'supportcoverage_reflector_relists_total') - sumOf(during, 'supportcoverage_reflector_relists_total');
  say(`quiet: ${lists.length} lists, ${relists} by the operator's own account; ${requests} requests in all ${lists.join(' ')}`);
  return {
    passes: times,
    loopP99Ms,
    loopMaxMs,
    lists: lists.length,
    series: after.size,
    peakRssMb: operator.peakRssMb(),
    slowest: operator.slowestChecks(),
  };
}

function figuresOf({ name, nodes, pods }: Size, readings: Readings, running: Running): Figures {
  const raw = median(readings.raw.map(({ seconds }) => seconds));
  const report = median(readings.starts.map(({ reportSeconds }) => reportSeconds));
  const { informer } = readings;
  return {
    size: name,
    nodes,
    pods,
    raw_s: rounded(raw, 2),
    report_s: rounded(report, 2),
    ratio: rounded(report / raw, 2),
    peak_rss_mb: rounded(Math.max(median(readings.starts.map(({ peakRssMb }) => peakRssMb)), running.peakRssMb), 0),
    informer_rss_mb: informer.length > 0 ? rounded(median(informer.map(({ peakRssMb }) => peakRssMb)), 0) : null,
    pass_ms: percentile(
      running.passes.map(({ ownMs }) => ownMs),
      95,
    ),
    loop_p99_ms: rounded(running.loopP99Ms, 1),
    steady_lists: running.lists,
    series: running.series,
  };
}

/** In the order of detailColumns. */
function detailsOf({ raw, informer, starts }: Readings, running: Running, podBytes: number): string[] {
  const all = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(', ');
  return [
    all(raw.map(({ seconds }) => seconds)),
    all(starts.map(({ reportSeconds }) => reportSeconds)),
    all(starts.map(({ loadedSeconds }) => loadedSeconds)),
    all(starts.map(({ podsSeconds }) => podsSeconds)),
    informer.length > 0 ? all(informer.map(({ seconds }) => seconds)) : 'failed',
    `${((raw[0]?.bytes ?? 0) / 1e6).toFixed(0)} MB`,
    `${(podBytes / 1000).toFixed(1)} kB`,
    `${median(raw.map(({ peakRssMb }) => peakRssMb)).toFixed(0)} MB`,
    `${percentile(
      running.passes.map(({ seenMs }) => seenMs),
      95,
    ).toFixed(0)} ms`,
    `${running.loopMaxMs.toFixed(0)} ms`,
    `${median(starts.map(({ loopP99Ms }) => loopP99Ms)).toFixed(0)} ms`,
    running.slowest,
    measuredOn(),
  ];
}

/** Average of a sample, as the API server sends a pod. */
async function averagePodBytes(transport: Transport): Promise<number> {
  const limit = 100;
  const text = await transport.text({ path: '/api/v1/pods', query: { limit } });
  return Buffer.byteLength(text) / limit;
}

/** The first reading makes the API server fill its caches; until it has, it answers 429. That is its own affair, so nobody is measured by it. */
async function warmUp({ kubeconfig, collections }: Bench): Promise<void> {
  await waitFor('every resource to be served', async () => read('raw-transfer.ts', kubeconfig, collections), { deadlineMs: 120_000 });
}

async function measure(bench: Bench): Promise<Run> {
  const podBytes = await averagePodBytes(bench.transport);
  say(`a pod has ${(podBytes / 1000).toFixed(1)} kB of JSON`);
  await warmUp(bench);
  const readings = await readThrice(bench);
  try {
    const running = await watchRunning(bench, readings.operator);
    return { figures: figuresOf(bench.size, readings, running), details: detailsOf(readings, running, podBytes) };
  } finally {
    await readings.operator.stop();
  }
}

async function run(size: Size): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  const audit = auditReads(directory, `system:serviceaccount:${namespace}:${serviceAccount}`);
  try {
    return await inWrittenCluster(
      size,
      async (written) => measure({ ...written, size, audit, collections: await watchedCollections(written.transport) }),
      audit.args,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function publish(size: Size, { figures, details }: Run): void {
  console.log(`\n${figuresTable(figures)}\n`);
  const late = over(figures);
  if (late.length > 0) console.log(`Over the limit: ${late.join(', ')}.\n`);
  if (size.published && !profile)
    writeFileSync(page, updatedPage(existsSync(page) ? readFileSync(page, 'utf8') : '', { figures, details }));
  console.log(JSON.stringify(figures));
}

await forWantedSize(sizes, async (size) => publish(size, await run(size)));
