import { type Tier, tiers } from '../api/v1alpha1/fields.ts';
import type { ClusterScope } from '../api/v1alpha1/supportcoverage.ts';
import type { Transport } from '../kube/transport.ts';
import { createBlindObserver } from '../observe/blind-observer.ts';
import type { Observer } from '../observe/observer.ts';
import { delay } from '../runtime/clock.ts';
import type { RuntimeMetrics } from '../runtime/metrics.ts';
import { uidOf } from './cluster-identity.ts';
import { followRemote, type Remote, type RemoteOptions, type SecretKey } from './remote.ts';

/** One covered cluster, as far as it can be read now. */
export interface ClusterHandle {
  /** Where the cluster cannot be read, one that knows nothing and says why. */
  observer: Observer;
  /** Undefined where the cluster may not be read under its name. */
  transport?: Transport;
  /** What is wrong with the cluster or the way to it; the last good connection goes on for as long as it works. */
  problem?: string;
  /** What the status has to remember under the cluster's name; undefined while it is not known. */
  uid?: string;
}

/** The covered clusters: the one that the operator runs in, and those that kubeconfigs in Secrets lead to. No call waits for a cluster. */
export interface Clusters {
  /** Says which clusters a coverage (`namespace/name`) needs from now on, and the highest tier whose checks it runs there. */
  retain(coverage: string, scopes: readonly ClusterScope[], tier: Tier): void;
  /** The coverage is gone, or needs none. A cluster that nobody needs is forgotten. */
  release(coverage: string): void;
  /**
   * The cluster of an entry that was retained. `remembered` is the uid that the status has under its name: where another cluster answers,
   * it is not read until the entry has another name.
   */
  find(namespace: string, scope: Pick<ClusterScope, 'name' | 'kubeconfigSecretRef'>, remembered?: string): ClusterHandle;
  close(): Promise<void>;
}

export interface ClustersOptions extends RemoteOptions {
  local: { observer: Observer; transport: Transport };
  metrics: Pick<RuntimeMetrics, 'forgetCluster'>;
  /** Called for each coverage that needs a cluster of which something changed: reached, lost, or read through another connection. */
  onChange(coverage: string): void;
}

/** Clusters beside the local one that one operator reads. */
export const maxRemotes = 64;
const localRetryMs = 60_000;

interface Need {
  secrets: Map<string, SecretKey>;
  tier: Tier;
}

interface Followed {
  remote: Remote;
  blind: Observer;
}

export function createClusters(options: ClustersOptions): Clusters {
  const needs = new Map<string, Need>();
  const remotes = new Map<string, Followed>();
  const stopping = new AbortController();
  const stopped = new Set<Promise<void>>();
  let localUid: string | undefined;

  async function learnLocalUid(): Promise<void> {
    while (localUid === undefined && !stopping.signal.aborted) {
      localUid = await uidOf(options.local.transport, stopping.signal).catch(() => undefined);
      if (localUid === undefined) await delay(options.clock, localRetryMs, stopping.signal);
    }
  }
  const learning = learnLocalUid();

  function settle(): void {
    const wanted = new Map<string, { secret: SecretKey; tier: Tier }>();
    for (const { secrets, tier } of needs.values())
      for (const [key, secret] of secrets) wanted.set(key, { secret, tier: higher(tier, wanted.get(key)?.tier) });
    for (const [key, { remote }] of remotes) if (!wanted.has(key)) forget(key, remote);
    for (const [key, { secret, tier }] of wanted) {
      const known = remotes.get(key);
      if (known) known.remote.setTier(tier);
      else if (remotes.size < maxRemotes) follow(key, secret, tier);
    }
  }

  function follow(key: string, secret: SecretKey, tier: Tier): void {
    const remote = followRemote(secret, tier, options, () => tell(key));
    const blind = createBlindObserver(() => remote.state().problem ?? 'the cluster is being read for the first time');
    remotes.set(key, { remote, blind });
  }

  function forget(key: string, remote: Remote): void {
    remotes.delete(key);
    const done = remote
      .stop()
      // Unless somebody needs it again already.
      .then(() => (remotes.has(key) ? undefined : options.metrics.forgetCluster(key)))
      .finally(() => stopped.delete(done));
    stopped.add(done);
  }

  function tell(key: string): void {
    for (const [coverage, { secrets }] of needs) if (secrets.has(key)) options.onChange(coverage);
  }

  function found(namespace: string, scope: Pick<ClusterScope, 'kubeconfigSecretRef'>): ClusterHandle {
    const secret = secretOf(namespace, scope);
    if (!secret) return { ...options.local, ...(localUid === undefined ? {} : { uid: localUid }) };
    const followed = remotes.get(keyOf(secret));
    if (!followed)
      return unread(
        `${maxRemotes} clusters are read through kubeconfigs already: cover this one by another operator with its own --coverage-namespaces`,
      );
    const { live, problem } = followed.remote.state();
    const trouble = problem === undefined ? {} : { problem };
    return live ? { ...live, ...trouble } : { observer: followed.blind, ...trouble };
  }

  return {
    retain: (coverage, scopes, tier) => {
      const [namespace = ''] = coverage.split('/');
      const secrets = scopes.flatMap((scope) => secretOf(namespace, scope) ?? []);
      needs.set(coverage, { tier, secrets: new Map(secrets.map((secret) => [keyOf(secret), secret])) });
      settle();
    },
    release: (coverage) => {
      if (needs.delete(coverage)) settle();
    },
    find: (namespace, scope, remembered) => {
      const handle = found(namespace, scope);
      if (remembered === undefined) return handle;
      if (handle.uid === undefined || handle.uid === remembered) return { ...handle, uid: remembered };
      return { ...unread(another(scope, handle.uid, remembered)), uid: remembered };
    },
    close: async () => {
      stopping.abort();
      needs.clear();
      settle();
      await Promise.all([learning, ...stopped]);
    },
  };
}

function secretOf(namespace: string, { kubeconfigSecretRef }: Pick<ClusterScope, 'kubeconfigSecretRef'>): SecretKey | undefined {
  return kubeconfigSecretRef && { namespace, ...kubeconfigSecretRef };
}

function keyOf({ namespace, name, key }: SecretKey): string {
  return `${namespace}/${name}/${key}`;
}

function higher(tier: Tier, other: Tier | undefined): Tier {
  return other !== undefined && tiers.indexOf(other) > tiers.indexOf(tier) ? other : tier;
}

function unread(problem: string): ClusterHandle {
  return { observer: createBlindObserver(() => problem), problem };
}

function another(
  { name, kubeconfigSecretRef: secret }: Pick<ClusterScope, 'name' | 'kubeconfigSecretRef'>,
  uid: string,
  remembered: string,
): string {
  const way = secret ? `the kubeconfig in the Secret ${secret.name} leads to` : 'the operator runs in';
  return `${way} another cluster than before (its kube-system has the uid ${uid}, it was ${remembered}): if that is meant, give ${name} another name in scope.clusters, under which findings and baseline begin anew; else put the kubeconfig of the former cluster back`;
}
