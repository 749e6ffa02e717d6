import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loopSampleMs } from '../../src/runtime/metrics.ts';
import { entryPoint, mallocSettings } from '../../tools/entry-point.ts';
import { freePorts } from '../controlplane/ports.ts';
import { namespace } from '../installation/operator.ts';
import { cpuSeconds, peakRssMb } from './process-figures.ts';

const root = new URL('../..', import.meta.url).pathname;

export interface OperatorProcess {
  /** When the process was started, on the clock of performance.now(). */
  readonly startedAt: number;
  /** Milliseconds from the start to the first line of its log, which it writes once its programs are loaded and its ports are open. */
  readonly loadedMs: Promise<number>;
  /** Rejects when the process ends by itself; never resolves. */
  readonly failed: Promise<never>;
  peakRssMb(): number;
  /** Processor time that the process has used so far, in seconds. */
  cpuSeconds(): number;
  /** The ten slowest checks of the last pass with their milliseconds, from its log. */
  slowestChecks(): string;
  /** How long its live looks took that had news, in milliseconds, from its log. */
  liveLooksMs(): number[];
  /** The series of /metrics by their line up to the value. Each call begins a new period of the event-loop delays. */
  metrics(): Promise<Map<string, number>>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
}

export interface OperatorProcessOptions {
  kubeconfig: string;
  /** For its log. */
  directory: string;
  /** Where a CPU profile of the whole life of the process goes; absent: none is taken. */
  profile?: string | undefined;
}

/** Starts the operator as the chart does: with leader election, as its own ServiceAccount. Returns at once. */
export async function startOperatorProcess({ kubeconfig, directory, profile }: OperatorProcessOptions): Promise<OperatorProcess> {
  const [metricsPort = 0, healthPort = 0] = await freePorts(2);
  const log = join(directory, `operator-${metricsPort}.log`);
  const args = [
    ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []),
    ...entryPoint(),
    `--kubeconfig=${kubeconfig}`,
    `--namespace=${namespace}`,
    '--leader-elect',
    `--metrics-bind-address=127.0.0.1:${metricsPort}`,
    `--health-probe-bind-address=127.0.0.1:${healthPort}`,
    '--metrics-auth=false',
  ];
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    // As the image has it.
    env: { ...process.env, ...mallocSettings(), NODE_OPTIONS: '', NODE_COMPILE_CACHE: join(root, 'dist/compile-cache') },
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const loadedMs = new Promise<number>((resolve) => child.stderr.once('data', () => resolve(performance.now() - startedAt)));
  child.stderr.pipe(createWriteStream(log, { flags: 'a' }));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const failed = failureOf(child, log);

  return {
    startedAt,
    loadedMs,
    failed,
    peakRssMb: () => peakRssMb(child.pid ?? -1),
    cpuSeconds: () => cpuSeconds(child.pid ?? -1),
    slowestChecks: () => [...readFileSync(log, 'utf8').matchAll(/"slowest":"([^"]*)"/g)].at(-1)?.[1] ?? '',
    liveLooksMs: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"trigger":"Live"'))
        .flatMap((line) => /"durationMs":(\d+)/.exec(line)?.[1] ?? [])
        .map(Number),
    metrics: async () => seriesOf(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      process.off('exit', kill);
    },
  };
}

function failureOf(child: ChildProcess, log: string): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the operator ended with ${code}: ${readFileSync(log, 'utf8').slice(-2_000)}`)));
  });
  // Whoever waits for something of the operator races with this; when nobody does, an end is no failure.
  failed.catch(() => undefined);
  return failed;
}

function seriesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

/** How late the event loop was since the metrics were asked for the last time, in milliseconds: without the time between two looks at it. */
export function loopDelayMs(series: ReadonlyMap<string, number>, statistic: 'p99' | 'max'): number {
  return sumOf(series, `nodejs_eventloop_lag_${statistic}_seconds`) * 1000 - loopSampleMs;
}

/** The sum of all series of a metric whose labels hold the given text. */
export function sumOf(series: ReadonlyMap<string, number>, metric: string, labels = ''): number {
  return [...series]
    .filter(([line]) => (line === metric || line.startsWith(`${metric}{`)) && line.includes(labels))
    .reduce((sum, [, value]) => sum + value, 0);
}
