/** `make bench-peers`: SIZE=s (default) or m. See docs/beside-others.md. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { delay, systemClock } from '../../../src/runtime/clock.ts';
import { binDirectory } from '../../controlplane/binaries.ts';
import { freePorts } from '../../controlplane/ports.ts';
import { waitFor } from '../../controlplane/wait.ts';
import { inWrittenCluster, type WrittenCluster } from '../cluster.ts';
import { completeReport, freshCoverage } from '../coverage.ts';
import { measuredOn } from '../measured-on.ts';
import { startOperatorProcess } from '../operator-process.ts';
import { cpuSeconds, peakRssMb, rssMb } from '../process-figures.ts';
import { say } from '../say.ts';
import { type Size, sizes } from '../sizes.ts';
import { rounded } from '../statistics.ts';
import { forWantedSize } from '../wanted-size.ts';
import { type PeerFigures, peerTable, updatedPage } from './page.ts';
import { kubeStateMetrics, type Peer, popeye, titleOf } from './programs.ts';

const page = new URL('../../../docs/beside-others.md', import.meta.url).pathname;
/** Of two minutes at rest, each scraped at its end. */
const scrapes = 4;
const scrapeEveryMs = 30_000;
/** What Popeye holds of more pods than these is more than a machine has to spare. */
const popeyeUpToPods = 3_000;

interface Bench extends WrittenCluster {
  size: Size;
}

const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0;

/** Lets two minutes go by with a scrape every half of one. */
async function rest(scrape: () => Promise<unknown>): Promise<void> {
  for (let left = scrapes; left > 0; left -= 1) {
    await delay(systemClock, scrapeEveryMs);
    await scrape();
  }
}

async function startOperator({ cluster, transport, kubeconfig }: Bench) {
  await freshCoverage(transport, { tier: 'Level3', checks: { schedule: '* * * * *' } });
  const report = completeReport(transport);
  const operator = await startOperatorProcess({ kubeconfig, directory: cluster.dir });
  const { status } = await Promise.race([report, operator.failed]);
  return { operator, findings: status?.findings?.length ?? 0, seconds: (performance.now() - operator.startedAt) / 1000 };
}

async function measureOperator(bench: Bench): Promise<PeerFigures> {
  await (await startOperator(bench)).operator.stop();
  const { operator, findings, seconds } = await startOperator(bench);
  const until = operator.cpuSeconds();
  await Promise.race([rest(operator.metrics), operator.failed]);
  const atRest = operator.cpuSeconds() - until;
  const series = await operator.metrics();
  const figures: PeerFigures = {
    program: 'operator',
    answer_s: rounded(seconds, 1),
    answer_cpu_s: rounded(until, 1),
    peak_rss_mb: rounded(operator.peakRssMb(), 0),
    rest_cpu_s: rounded(atRest, 1),
    rest_rss_mb: rounded((series.get('process_resident_memory_bytes') ?? Number.NaN) / 1e6, 0),
    says: `${findings} findings, ${series.size.toLocaleString('en')} series`,
  };
  await operator.stop();
  return figures;
}

function startPeer({ name }: Peer, args: readonly string[], output: 'ignore' | number, home: string): ChildProcess {
  const child = spawn(join(binDirectory, name), args, { stdio: ['ignore', output, 'ignore'], env: { PATH: process.env.PATH, HOME: home } });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function measureKubeStateMetrics({ size, cluster }: Bench): Promise<PeerFigures> {
  const [port, telemetry] = await freePorts(2);
  const local = ['--host=127.0.0.1', '--telemetry-host=127.0.0.1', `--port=${port}`, `--telemetry-port=${telemetry}`];
  const startedAt = performance.now();
  const child = startPeer(kubeStateMetrics, [`--kubeconfig=${cluster.adminKubeconfig}`, ...local], 'ignore', cluster.dir);
  const pid = child.pid ?? -1;
  const metricsOf = async (of: number | undefined) => (await fetch(`http://127.0.0.1:${of}/metrics`)).text();
  // Its own metrics say that pods are listed, so that it is not scraped in vain.
  const listed = /^kube_state_metrics_list_total\{.*\*v1\.Pod".*result="success".*\} [1-9]/m;
  await waitFor('kube-state-metrics to list pods', async () => listed.test(await metricsOf(telemetry)), { deadlineMs: 120_000 });
  const scrape = await waitFor('a series of every pod', async () => {
    const text = await metricsOf(port);
    return count(text, /^kube_pod_info\{/gm) === size.pods && text;
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const until = cpuSeconds(pid);
  await rest(() => metricsOf(port));
  const figures: PeerFigures = {
    program: titleOf(kubeStateMetrics),
    answer_s: rounded(seconds, 1),
    answer_cpu_s: rounded(until, 1),
    peak_rss_mb: rounded(peakRssMb(pid), 0),
    rest_cpu_s: rounded(cpuSeconds(pid) - until, 1),
    rest_rss_mb: rounded(rssMb(pid), 0),
    says: `${count(scrape, /^[a-z]/gm).toLocaleString('en')} series, ${rounded(Buffer.byteLength(scrape) / 1e6, 0)} MB a scrape`,
  };
  child.kill('SIGKILL');
  return figures;
}

interface PopeyeReport {
  popeye: { sections: { issues?: Record<string, { level: number }[]> }[] };
}

async function measurePopeye({ cluster }: Bench): Promise<PeerFigures> {
  const file = join(cluster.dir, 'popeye.json');
  const output = openSync(file, 'w');
  const startedAt = performance.now();
  const args = ['--kubeconfig', cluster.adminKubeconfig, '-A', '-o', 'json', '--force-exit-zero', '--logs', 'none'];
  const child = startPeer(popeye, args, output, cluster.dir);
  let [cpu, peak] = [0, 0];
  const look = setInterval(() => {
    try {
      [cpu, peak] = [cpuSeconds(child.pid ?? -1), peakRssMb(child.pid ?? -1)];
    } catch {
      // It has just ended.
    }
  }, 20);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(look);
  closeSync(output);
  if (code !== 0) throw new Error(`popeye ended with ${code}: ${readFileSync(file, 'utf8').slice(-2_000)}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const text = readFileSync(file, 'utf8');
  const report = JSON.parse(text.slice(text.indexOf('{"popeye"'))) as PopeyeReport;
  const issues = report.popeye.sections.flatMap((section) => Object.values(section.issues ?? {}).flat()).filter(({ level }) => level >= 2);
  return {
    program: titleOf(popeye),
    answer_s: rounded(seconds, 1),
    answer_cpu_s: rounded(cpu, 1),
    peak_rss_mb: rounded(peak, 0),
    says: `${issues.length.toLocaleString('en')} warnings and errors`,
  };
}

function run(size: Size): Promise<PeerFigures[]> {
  return inWrittenCluster(size, async (written) => {
    const programs = [];
    for (const measure of [measureOperator, measureKubeStateMetrics, ...(size.pods > popeyeUpToPods ? [] : [measurePopeye])]) {
      const figures = await measure({ ...written, size });
      say(JSON.stringify(figures));
      programs.push(figures);
    }
    return programs;
  });
}

await forWantedSize(
  sizes.filter(({ name }) => name !== 'l'),
  async (size) => {
    const outcome = { size: size.name, programs: await run(size), measured: measuredOn() };
    console.log(`\n${peerTable(outcome)}\n`);
    if (size.published) writeFileSync(page, updatedPage(existsSync(page) ? readFileSync(page, 'utf8') : '', outcome));
  },
);
