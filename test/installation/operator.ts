import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, loadAll } from 'js-yaml';
import { type RenderOptions, renderManifests } from '../../tools/render-manifests.ts';
import type { Cluster, Manifest } from '../controlplane/cluster-handle.ts';
import { freePorts } from '../controlplane/ports.ts';
import { waitFor } from '../controlplane/wait.ts';

export const namespace = 'platform-support';
export const serviceAccount = 'support-coverage-operator';
const root = new URL('../..', import.meta.url).pathname;

/** The operator as a process of this machine, with the permissions that the chart gives its ServiceAccount and no others. */
export interface Operator {
  readonly pid: number | undefined;
  /** Path of the file with its log. */
  readonly log: string;
  /** The text of /metrics. */
  metrics(): Promise<string>;
  /** Value of the one series whose line begins so, undefined where there is none: `supportcoverage_drift{…}`. */
  metric(series: string): Promise<number | undefined>;
  /** SIGTERM and its exit code; or SIGKILL. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
  /** Resolves to the exit code once the process has ended, null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Starts it again after a stop, and waits until it is ready unless told otherwise. */
  start(options?: { untilReady?: boolean }): Promise<void>;
}

/** What the chart renders, but for the Deployment: the operator runs beside the cluster here. */
function manifests(values: RenderOptions['values'] = {}): Manifest[] {
  const documents = loadAll(renderManifests({ namespace, values })) as (Manifest | null)[];
  return documents.filter((document): document is Manifest => document !== null && document.kind !== 'Deployment');
}

/** Removes what `install` applied, and with the CRDs every object of theirs. */
export async function uninstall(cluster: Cluster): Promise<void> {
  await cluster.kubectl(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], {
    input: manifests()
      .map((document) => dump(document))
      .join('---\n'),
  });
}

/** `values`: of the chart. */
export async function install(cluster: Cluster, values: RenderOptions['values'] = {}): Promise<void> {
  const kept = manifests(values);
  const early = (kind: string) => kind === 'CustomResourceDefinition' || kind === 'Namespace';
  await cluster.apply(kept.filter(({ kind }) => early(kind)));
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  await cluster.apply(kept.filter(({ kind }) => !early(kind)));
}

export interface OperatorOptions {
  /** Further flags. */
  flags?: string[];
  /** Of Node, such as the image has them. */
  nodeFlags?: readonly string[];
  /** Default true, as the chart has it. */
  leaderElect?: boolean;
  /** Default: one with a new token of the operator's ServiceAccount. */
  kubeconfig?: string;
}

/** Starts the operator and waits until it is ready. `install` must have been called. */
export async function startOperator(cluster: Cluster, options: OperatorOptions = {}): Promise<Operator> {
  const { flags = [], nodeFlags = [], leaderElect = true } = options;
  const kubeconfig = options.kubeconfig ?? (await cluster.kubeconfigFor({ namespace, serviceAccount }));
  const [metricsPort = 0, healthPort = 0] = await freePorts(2);
  const log = join(cluster.dir, `operator-${metricsPort}.log`);
  let child: ChildProcess | undefined;
  let exited: Promise<number | null> = Promise.resolve(null);

  async function start({ untilReady = true }: { untilReady?: boolean } = {}): Promise<void> {
    const args = [
      ...nodeFlags,
      'src/main.ts',
      '--kubeconfig',
      kubeconfig,
      '--namespace',
      namespace,
      `--leader-elect=${leaderElect}`,
      '--metrics-bind-address',
      `127.0.0.1:${metricsPort}`,
      '--health-probe-bind-address',
      `127.0.0.1:${healthPort}`,
      '--metrics-auth',
      'false',
      ...flags,
    ];
    const started = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    child = started;
    started.stderr.pipe(createWriteStream(log, { flags: 'a' }));
    exited = new Promise((resolve) => started.once('exit', (code) => resolve(code)));
    const killWithUs = () => started.kill('SIGKILL');
    process.once('exit', killWithUs);
    started.once('exit', () => process.off('exit', killWithUs));
    if (!untilReady) return;
    await waitFor(`the operator to be ready (log: ${log})`, async (see) => {
      if (started.exitCode !== null)
        throw new Error(`the operator ended with ${started.exitCode}: ${readFileSync(log, 'utf8').slice(-2000)}`);
      const answer = await fetch(`http://127.0.0.1:${healthPort}/readyz?verbose`);
      see(await answer.text());
      return answer.ok;
    });
  }

  const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  await start();
  return {
    get pid() {
      return child?.pid;
    },
    log,
    metrics,
    metric: async (series) => {
      const line = (await metrics())
        .split('\n')
        .find((candidate) => candidate.startsWith(`${series} `) || (series.includes('{') === false && candidate.startsWith(`${series}{`)));
      return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
    },
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    get ended() {
      return exited;
    },
    stop: async (signal = 'SIGTERM') => {
      child?.kill(signal);
      return exited;
    },
    start,
  };
}
