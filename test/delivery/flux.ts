import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../controlplane/cluster-handle.ts';
import { freePorts } from '../controlplane/ports.ts';
import { type Processes, superviseProcesses } from '../controlplane/processes.ts';
import { waitUntilReady } from '../controlplane/readiness.ts';
import { customResources, type FluxController, fluxControllers, programOf } from './flux-module.ts';

export const fluxNamespace = 'flux-system';
const readyDeadlineMs = 90_000;
const graceMs = 3000;

/** The real Flux controllers as processes of this machine. */
export interface Flux {
  /** A directory of its own, which goes with them. */
  readonly directory: string;
  stop(): Promise<void>;
}

/**
 * What differs from Flux's own settings: loopback addresses, how soon something is tried again, so that tests need not wait for it, and how
 * much goes on at once, since a fetch or a health check that takes its time holds one of two or four workers.
 */
function flagsOf(controller: FluxController, directory: string, storage: string): string[] {
  const all = ['--concurrent=10', '--min-retry-delay=1s', '--max-retry-delay=4s', '--interval-jitter-percentage=0'];
  const own: Record<FluxController, string[]> = {
    'source-controller': [`--storage-path=${join(directory, 'artifacts')}`, `--storage-addr=${storage}`, `--storage-adv-addr=${storage}`],
    'kustomize-controller': ['--requeue-dependency=2s', '--http-retry=2'],
  };
  return [...all, ...own[controller]];
}

async function startController(
  processes: Processes,
  controller: FluxController,
  { directory, kubeconfig, storage }: Record<'directory' | 'kubeconfig' | 'storage', string>,
): Promise<void> {
  const [metrics = 0, health = 0] = await freePorts(2);
  const log = join(directory, `${controller}.log`);
  const addresses = [`--metrics-addr=127.0.0.1:${metrics}`, `--health-addr=127.0.0.1:${health}`, '--events-addr='];
  await processes.launch({
    name: controller,
    file: programOf(controller),
    args: [...addresses, ...flagsOf(controller, directory, storage)],
    env: {
      HOME: directory,
      TMPDIR: join(directory, 'tmp'),
      PATH: '/usr/bin:/bin',
      KUBECONFIG: kubeconfig,
      RUNTIME_NAMESPACE: fluxNamespace,
    },
    log,
  });
  await waitUntilReady(processes, { name: controller, log, url: `http://127.0.0.1:${health}/readyz` }, readyDeadlineMs);
}

/** Installs Flux's custom resources and starts its controllers, as the administrator; resolves when they are ready. */
export async function startFlux(cluster: Cluster): Promise<Flux> {
  const directory = mkdtempSync(join(tmpdir(), 'flux-'));
  for (const folder of ['artifacts', 'tmp']) mkdirSync(join(directory, folder));
  const processes = superviseProcesses(directory);
  const [storagePort = 0] = await freePorts(1);
  const settings = { directory, kubeconfig: cluster.adminKubeconfig, storage: `127.0.0.1:${storagePort}` };
  for (const controller of fluxControllers) await cluster.apply(customResources(controller));
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: fluxNamespace } });
  for (const controller of fluxControllers) await startController(processes, controller, settings);
  return { directory, stop: () => processes.shutdown(graceMs) };
}
