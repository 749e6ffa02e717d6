/** The part of a cluster's handle that needs nothing but kubectl and a kubeconfig. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { binary, isBuilt } from './binaries.ts';
import type { Cluster, KubectlOptions, Manifest, ServiceAccountRef } from './cluster-handle.ts';
import { runCommand } from './command.ts';

const tokenSeconds = 24 * 60 * 60;

export interface KubeconfigCluster {
  server: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
  'proxy-url'?: string;
}

interface Kubeconfig {
  clusters: { name: string; cluster: KubeconfigCluster }[];
}

/** The kubectl for a cluster that is not ours: the built one if it is there, since its version is known, or else the user's own. */
export function anyKubectl(): string {
  return isBuilt('kubectl') ? binary('kubectl') : 'kubectl';
}

/** A kubeconfig with one cluster and one bearer token, as text. */
export function tokenKubeconfig(cluster: KubeconfigCluster, user: string, token: string, namespace = 'default'): string {
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: user, context: { cluster: 'cluster', user, namespace } }],
    'current-context': user,
  });
}

export type KubectlAbilities = Pick<Cluster, 'kubectl' | 'kubectlJson' | 'apply' | 'kubeconfigFor' | 'serverUrl'>;

function manifestText(manifests: string | Manifest | readonly Manifest[]): string {
  if (typeof manifests === 'string') return manifests;
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: Array.isArray(manifests) ? manifests : [manifests] });
}

function kubectlRunner(program: string, directory: string, adminKubeconfig: string): Cluster['kubectl'] {
  const cache = join(directory, 'kubectl-cache');
  return async (args, { input, kubeconfig = adminKubeconfig, allowFailure = false, timeoutMs }: KubectlOptions = {}) => {
    const result = await runCommand(program, [`--kubeconfig=${kubeconfig}`, `--cache-dir=${cache}`, ...args], {
      // credential plugins of an existing cluster may need the environment
      env: { ...process.env, KUBECONFIG: undefined, NODE_OPTIONS: undefined },
      ...(input === undefined ? {} : { input }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    if (result.code !== 0 && !allowFailure) {
      throw new Error(`kubectl ${args.join(' ')} ended with ${result.code}: ${result.stderr.trim() || result.stdout.trim()}`);
    }
    return result;
  };
}

/**
 * @param program kubectl's path, or its name on the PATH
 * @param directory where kubeconfigs and kubectl's cache go
 * @param adminKubeconfig a self-contained kubeconfig whose current context is the cluster
 */
export async function kubectlAbilities(program: string, directory: string, adminKubeconfig: string): Promise<KubectlAbilities> {
  const kubectl = kubectlRunner(program, directory, adminKubeconfig);
  const [entry] = (load(await readFile(adminKubeconfig, 'utf8')) as Kubeconfig).clusters;
  if (!entry) throw new Error(`${adminKubeconfig} names no cluster`);
  let kubeconfigs = 0;
  return {
    serverUrl: entry.cluster.server,
    kubectl,
    async kubectlJson<T>(args: readonly string[], options?: KubectlOptions) {
      return JSON.parse((await kubectl([...args, '--output=json'], options)).stdout) as T;
    },
    async apply(manifests, { fieldManager = 'kubectl' } = {}) {
      const args = ['apply', '--server-side', '--force-conflicts', `--field-manager=${fieldManager}`, '--filename=-'];
      await kubectl(args, { input: manifestText(manifests) });
    },
    async kubeconfigFor({ namespace, serviceAccount, durationSeconds = tokenSeconds }: ServiceAccountRef) {
      const args = ['create', 'token', serviceAccount, `--namespace=${namespace}`, `--duration=${durationSeconds}s`];
      const token = (await kubectl(args)).stdout.trim();
      kubeconfigs += 1;
      const path = join(directory, `${namespace}-${serviceAccount}-${kubeconfigs}.kubeconfig`);
      await writeFile(path, tokenKubeconfig(entry.cluster, serviceAccount, token, namespace), { mode: 0o600 });
      return path;
    },
  };
}
