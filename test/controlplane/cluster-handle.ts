/** What a test can do with a cluster, wherever the cluster comes from. */

export interface CommandResult {
  stdout: string;
  stderr: string;
  /** Exit code; -1 when a signal ended the program. */
  code: number;
}

export interface KubectlOptions {
  /** Given to standard input, for `-f -`. */
  input?: string;
  /** Path of the kubeconfig to use; the administrator's unless told otherwise. */
  kubeconfig?: string;
  /** Return a failure as its exit code instead of throwing. Default false. */
  allowFailure?: boolean;
  /** Kills kubectl after so many milliseconds. Default 60,000. */
  timeoutMs?: number;
}

export interface ServiceAccountRef {
  namespace: string;
  serviceAccount: string;
  /** How long the token is valid, in seconds, at least 600 (the API server's minimum). Default one day. */
  durationSeconds?: number;
}

/** Any Kubernetes object, as it is written in a manifest. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

export interface NodeOptions {
  /** Labels besides kubernetes.io/hostname, /os and /arch. */
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  taints?: { key: string; value?: string; effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute' }[];
  /** Quantities of capacity and allocatable. Defaults 4, 16Gi and 110. */
  cpu?: string | number;
  memory?: string;
  pods?: string | number;
  /** Names are `<prefix>-1`, `<prefix>-2`, and so on for every further call. Default `node`. */
  prefix?: string;
  /** The kubelet's version as `vX.Y.Z`. Default the API server's. */
  version?: string;
  /** Further fields of status.nodeInfo, e.g. osImage, kernelVersion, containerRuntimeVersion. */
  nodeInfo?: Record<string, string>;
  /** Create nodes that never report and therefore never become Ready. Default false. */
  silent?: boolean;
}

export interface FakeNodes {
  /** Creates `count` nodes, waits until all are Ready (unless `silent`), and returns their names. */
  createNodes(count: number, options?: NodeOptions): Promise<string[]>;
  /**
   * The node stops reporting, as when its kubelet dies: no lease renewal, no status, and its pods stay as they are. The node lifecycle
   * controller turns its Ready to Unknown after the grace period and taints it node.kubernetes.io/unreachable.
   */
  silenceNode(name: string): Promise<void>;
  /** The node reports again and becomes Ready. */
  unsilenceNode(name: string): Promise<void>;
}

export interface Component {
  readonly name: string;
  /** The process's id while it runs. */
  readonly pid: number | undefined;
  readonly running: boolean;
  /** The file with its output. */
  readonly log: string;
  /** Ends the process and waits until it is gone: SIGTERM, then SIGKILL after `graceMs` (default 3,000; 0 is SIGKILL at once, a crash). */
  stop(options?: { graceMs?: number }): Promise<void>;
  /** Starts it again with the same ports, keys and data, and waits until it is ready. */
  start(): Promise<void>;
  /** SIGSTOP: its connections stay open and nobody answers. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
}

export type ComponentName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

export type Components = Readonly<Record<ComponentName, Component>>;

/** What not every kind of cluster can do. */
export interface Abilities extends FakeNodes {
  components: Components;
  /** Makes etcd forget all history: a watch from a version before now is answered with 410 once the API server's own cache is gone too. */
  compact(): Promise<void>;
}

export type ClusterKind = 'local' | 'kind' | 'existing';

export interface Cluster extends Partial<Abilities> {
  readonly kind: ClusterKind;
  /** Path of a kubeconfig with every permission. Prefer kubeconfigFor. */
  readonly adminKubeconfig: string;
  /** The API server, e.g. `https://127.0.0.1:25123`. */
  readonly serverUrl: string;
  /** A directory of its own for kubeconfigs and logs; removed by stop(). */
  readonly dir: string;
  /**
   * Runs kubectl.
   * @throws Error with the command and its standard error when it fails, unless `allowFailure` is set.
   */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<CommandResult>;
  /** Runs kubectl with `-o json` and parses what it prints. The caller states the type; nothing checks it. */
  kubectlJson<T>(args: readonly string[], options?: KubectlOptions): Promise<T>;
  /** Server-side apply of YAML text (any number of documents) or objects, as the field manager `kubectl` unless told otherwise. */
  apply(manifests: string | Manifest | readonly Manifest[], options?: { fieldManager?: string }): Promise<void>;
  /** Path of a kubeconfig that holds a token of this (existing) ServiceAccount and its namespace as default, so RBAC applies. */
  kubeconfigFor(account: ServiceAccountRef): Promise<string>;
  /**
   * An ability that not every kind of cluster has.
   * @throws Error naming the ability and the kind of cluster when it is missing.
   */
  requires<A extends keyof Abilities>(ability: A): Abilities[A];
  /** Ends what was started and removes the directory. A second call does nothing more. */
  stop(): Promise<void>;
}

/** The local control plane has all of them. */
export type ControlPlane = Cluster & Abilities;

const abilityNames: Record<keyof Abilities, string> = {
  components: 'stopping, pausing and restarting control plane components',
  compact: 'compacting etcd',
  createNodes: 'creating fake nodes',
  silenceNode: 'making a node stop reporting',
  unsilenceNode: 'making a node report again',
};

/** Builds a cluster's `requires`. */
export function requiresFrom(kind: ClusterKind, abilities: Partial<Abilities>): Cluster['requires'] {
  return (ability) => {
    const found = abilities[ability];
    if (found !== undefined) return found;
    throw new Error(`${abilityNames[ability]} (${ability}) is not possible with CLUSTER=${kind}; use CLUSTER=local, the default`);
  };
}
