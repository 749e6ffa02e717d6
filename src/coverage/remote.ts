import { isDeepStrictEqual } from 'node:util';
import type { Tier } from '../api/v1alpha1/fields.ts';
import { isKubeError } from '../kube/errors.ts';
import { type Connection, readCredentials } from '../kube/kubeconfig.ts';
import { type RemoteAccess, readRemoteKubeconfig } from '../kube/remote-kubeconfig.ts';
import type { Transport } from '../kube/transport.ts';
import type { Observer } from '../observe/observer.ts';
import { type Clock, delay } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { identityProblem, uidOf } from './cluster-identity.ts';

/** The key of a Secret that holds a kubeconfig. */
export interface SecretKey {
  namespace: string;
  name: string;
  key: string;
}

/** What is asked of whoever makes connections. */
export interface RemoteRequest {
  /** `namespace/name/key` of the Secret: the cluster's name in metrics and logs. */
  cluster: string;
  /** The highest tier whose checks are to be run. */
  tier: Tier;
  connection: Connection;
  /** To be called where a request got no answer, or was refused with 401. */
  onTrouble(): void;
}

/** A connection to another cluster, with what is seen through it. */
export interface RemoteCluster {
  observer: Observer;
  transport: Transport;
  /** Runs the watches until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface RemoteOptions {
  /** The texts of a Secret by key. Throws KubeError. */
  readSecret(namespace: string, name: string): Promise<Readonly<Record<string, string>>>;
  createRemote(request: RemoteRequest): RemoteCluster;
  /** Asked of a server that is an address and not a name. */
  isAllowed(address: string): boolean;
  clock: Clock;
  random: () => number;
  logger: Logger;
}

/** A cluster as it is known now. `live` is undefined until it could be reached and told from others; `problem` until it was tried. */
export interface RemoteState {
  live: { observer: Observer; transport: Transport; uid: string } | undefined;
  problem: string | undefined;
}

/** Follows one cluster through the kubeconfig in a Secret until it is stopped. */
export interface Remote {
  state(): RemoteState;
  /** What has to be watched follows from the tier; where it changes, the watches are replaced without a gap. */
  setTier(tier: Tier): void;
  stop(): Promise<void>;
}

interface Link {
  /** Where the connection leads, and what it is for: two links of one target differ in their credentials at most. */
  target: string;
  access: RemoteAccess;
  /** Undefined until the server has said it. */
  uid: string | undefined;
  cluster: RemoteCluster;
  stopping: AbortController;
  running: Promise<void>;
}

/** How often the Secret is read and the server asked who it is, milliseconds. */
const lookMs = 60_000;
/** The same while something is wrong: whoever mends it should not wait for a minute. */
const troubledMs = 20_000;
/** A burst of failed requests is one reason to look. */
const leastMs = 5_000;
/** New watches take over once they have settled, or after so long, milliseconds. */
const takeoverMs = 60_000;

export function followRemote(secret: SecretKey, tier: Tier, options: RemoteOptions, onChange: () => void): Remote {
  const { clock } = options;
  const cluster = `${secret.namespace}/${secret.name}/${secret.key}`;
  const place = `the Secret ${secret.namespace}/${secret.name}`;
  const logger = options.logger.with({ cluster });
  const stopping = new AbortController();
  const closing = new Set<Promise<void>>();
  let wanted: RemoteAccess | undefined;
  let refusal: string | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let live: Link | undefined;
  /** Takes the place of `live` once it has settled. */
  let next: Link | undefined;
  let problem: string | undefined;
  /** Not to have tried yet is no problem: it would be one at every start. */
  let tried = false;
  let wake = () => {};

  /** Reads the Secret. What is no news leaves the last good access as it is. */
  function reread(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
      readAt = clock.monotonic();
    });
    return reading;
  }

  async function read(): Promise<void> {
    try {
      const text = (await options.readSecret(secret.namespace, secret.name))[secret.key];
      if (text === undefined) {
        refusal = `${place} has no key ${secret.key}: write the kubeconfig there, or name another key in kubeconfigSecretRef`;
        return;
      }
      const found = readRemoteKubeconfig(text, { now: clock.now(), isAllowed: options.isAllowed });
      refusal = 'problem' in found ? `the kubeconfig in ${place} is refused: ${found.problem}` : undefined;
      if ('problem' in found) return;
      wanted = found.access;
      for (const link of [live, next]) if (link && isDeepStrictEqual(link.access.cluster, wanted.cluster)) link.access = wanted;
    } catch (error) {
      // That the operator's own API server does not answer says nothing about the other cluster.
      if (isKubeError(error, 'Transient') && wanted) return;
      refusal = unreadable(place, error);
    }
  }

  function open(access: RemoteAccess): Link {
    const link: Link = {
      target: targetOf(access, tier),
      access,
      uid: undefined,
      cluster: options.createRemote({
        cluster,
        tier,
        connection: {
          server: access.cluster.server,
          rotates: true,
          credentials: async () => {
            // After a 401, or because a minute has passed: the Secret may hold newer ones.
            if (clock.monotonic() - readAt >= leastMs) await reread();
            return readCredentials(link.access.cluster, link.access.user);
          },
        },
        onTrouble: () => problem === undefined && wake(),
      }),
      stopping: new AbortController(),
      running: Promise.resolve(),
    };
    link.cluster.transport.onRecovery(() => wake());
    return link;
  }

  function start(link: Link, uid: string): void {
    link.uid = uid;
    link.running = link.cluster.run(link.stopping.signal);
  }

  function drop(link: Link | undefined): void {
    if (!link) return;
    link.stopping.abort();
    const closed = link.running.then(() => link.cluster.close()).finally(() => closing.delete(closed));
    closing.add(closed);
  }

  function takeOver(link: Link): void {
    drop(live);
    live = link;
    if (next === link) next = undefined;
    onChange();
  }

  /** Begins a connection where the Secret or the tier asks for another than there is. */
  function follow(access: RemoteAccess): Link {
    const target = targetOf(access, tier);
    if (live?.target === target) {
      drop(next);
      next = undefined;
      return live;
    }
    if (next?.target === target) return next;
    drop(next);
    next = open(access);
    return next;
  }

  /** Asks the server which cluster it is. Returns what is wrong; undefined where nothing is. */
  async function identify(link: Link): Promise<string | undefined> {
    let uid: string | undefined;
    try {
      uid = await uidOf(link.cluster.transport, stopping.signal);
    } catch (error) {
      return identityProblem(place, link.access.cluster.server, error);
    }
    if (uid === undefined)
      return `${link.access.cluster.server} does not answer as an API server does: its namespace kube-system has no uid`;
    if (link.uid === uid || stopping.signal.aborted) return undefined;
    if (link.uid === undefined) begin(link, uid);
    else replace(link.access, uid);
    return undefined;
  }

  function begin(link: Link, uid: string): void {
    start(link, uid);
    // What the old connection reads is another cluster now, or nothing.
    if (live?.uid !== uid) {
      takeOver(link);
      return;
    }
    const settled = Promise.race([link.cluster.observer.settled, delay(clock, takeoverMs, link.stopping.signal)]);
    void settled.then(() => next === link && takeOver(link));
  }

  /** The same address, another cluster: nothing of what is known may be taken for its state. */
  function replace(access: RemoteAccess, uid: string): void {
    const link = open(access);
    start(link, uid);
    drop(next);
    next = undefined;
    takeOver(link);
  }

  async function reach(access: RemoteAccess): Promise<string | undefined> {
    try {
      return await identify(follow(access));
    } catch (error) {
      // Whatever it is: it must not end the watch over this cluster.
      logger.error('a connection could not be made', {}, error);
      return `cannot be connected to: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async function look(): Promise<void> {
    await reread();
    if (stopping.signal.aborted) return;
    const failure = wanted && (await reach(wanted));
    if (!stopping.signal.aborted) become(refusal ?? failure);
  }

  function become(now: string | undefined): void {
    if (now === problem && tried) return;
    problem = now;
    tried = true;
    if (now === undefined) logger.info('the cluster is read');
    else logger.warn('the cluster has a problem', { problem: now });
    onChange();
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const woken = new AbortController();
      wake = () => woken.abort();
      const startedAt = clock.monotonic();
      await look();
      const waitMs = (problem === undefined ? lookMs : troubledMs) * (1 + options.random() * 0.1);
      await delay(clock, waitMs, AbortSignal.any([woken.signal, stopping.signal]));
      const restMs = startedAt + leastMs - clock.monotonic();
      if (restMs > 0) await delay(clock, restMs, stopping.signal);
    }
  }

  void run();
  return {
    state: () => ({
      live: live?.uid === undefined ? undefined : { observer: live.cluster.observer, transport: live.cluster.transport, uid: live.uid },
      problem,
    }),
    setTier: (wish) => {
      if (wish === tier) return;
      tier = wish;
      wake();
    },
    stop: async () => {
      stopping.abort();
      drop(live);
      drop(next);
      await Promise.all(closing);
    },
  };
}

function targetOf({ cluster }: RemoteAccess, tier: Tier): string {
  return JSON.stringify([cluster.server, cluster['certificate-authority-data'], cluster['tls-server-name'], tier]);
}

function unreadable(place: string, error: unknown): string {
  if (isKubeError(error, 'NotFound')) return `${place} does not exist: create it as docs/remote-clusters.md shows`;
  const why = error instanceof Error ? error.message : String(error);
  if (isKubeError(error, 'Forbidden'))
    return `${place} may not be read (the chart's values secrets.enabled and secrets.names grant it): ${why}`;
  return `${place} could not be read: ${why}`;
}
