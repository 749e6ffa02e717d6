/** The cluster that tests and the demo run on, chosen by the environment variable CLUSTER. */
import type { Cluster } from './cluster-handle.ts';
import { type StartOptions, startControlPlane } from './controlplane.ts';
import { processTerminal, type Terminal, useExistingCluster } from './existing.ts';
import { startKindCluster } from './kind.ts';

export type { Abilities, Cluster, ControlPlane } from './cluster-handle.ts';

export interface ClusterOptions extends StartOptions {
  /** Default process.env. Read are CLUSTER, CLUSTER_EXISTING_CONFIRM, KUBECONFIG, PATH and what kind itself reads. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Where CLUSTER=existing asks. */
  terminal?: Terminal;
}

/**
 * `CLUSTER=local` (the default) starts a control plane of its own, `CLUSTER=kind` a kind cluster, `CLUSTER=existing` uses the current
 * kubeconfig context after asking. StartOptions count for `local` alone.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { env = process.env, terminal = processTerminal, ...startOptions } = options;
  const kind = env.CLUSTER || 'local';
  switch (kind) {
    case 'local':
      return await startControlPlane(startOptions);
    case 'kind':
      return await startKindCluster(env);
    case 'existing':
      return await useExistingCluster(env, terminal);
    default:
      throw new Error(`CLUSTER=${kind}: there is no such kind of cluster; write local, kind or existing`);
  }
}
