import { isKubeError } from '../kube/errors.ts';
import type { Transport } from '../kube/transport.ts';
import { collectionPath, type Lease, objectPath, type ResourceType } from '../kube/types.ts';
import { type Clock, delay } from './clock.ts';
import type { Logger } from './logger.ts';
import type { RuntimeMetrics } from './metrics.ts';

/** The defaults of client-go and controller-runtime, in milliseconds; a retry of a stand-by is 1 … 1 + jitter times as long. */
export const leaseTiming = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000, jitter: 1.2 } as const;
/** Half the renew deadline, so that one request that hangs leaves time for another. */
const requestTimeoutMs = leaseTiming.renewDeadlineMs / 2;
/** Grace after the lease's end before a restart is called for, as client-go's health adaptor has it: the loop has then missed every deadline. */
const staleGraceMs = 10_000;

const leaseType: ResourceType = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases', kind: 'Lease', namespaced: true };

export interface LeaderElectionOptions {
  transport: Transport;
  clock: Clock;
  /** 0 ≤ value < 1, as Math.random. */
  random: () => number;
  namespace: string;
  name: string;
  /** Of this process alone: see `leaderIdentity`. */
  identity: string;
  logger: Logger;
  metrics?: Pick<RuntimeMetrics, 'leader'>;
}

export interface LeaderCallbacks {
  /** Called once, when the lease is taken. The signal aborts when leading ends for whatever reason. */
  onStartedLeading(leading: AbortSignal): void;
  /** Called once, when the lease is lost to another or could not be renewed in time; not when `run` is told to end. */
  onStoppedLeading(): void;
}

export interface LeaderElection {
  /**
   * Waits for the lease, then renews it, until the signal aborts or the lease is lost; rejects only where a callback throws. Call it
   * once. At shutdown abort after the last writer has stopped, and call `release` then: nothing renews the lease after the abort.
   */
  run(signal: AbortSignal, callbacks: LeaderCallbacks): Promise<void>;
  /** From taking the lease until losing or releasing it. For a write ask `mayWrite`. */
  isLeader(): boolean;
  /** Holds the lease, and renewed it less than the renew deadline ago: no other process can have taken it yet. */
  mayWrite(): boolean;
  /** Gives the lease up, so that another takes it at once; does nothing where this process does not hold it. Never throws. */
  release(): Promise<void>;
  /** Leads as far as it knows, yet has not renewed for lease duration + 10 s: its loop is stuck, and a restart would help. */
  leaseIsStale(): boolean;
}

/** The identity of a process: the pod's name, and a UUID because a restarted container keeps that name. */
export function leaderIdentity(hostname: string, uuid: string): string {
  return `${hostname}_${uuid}`;
}

/** taken: another process holds the lease; failed: the API server did not answer, refused, or another wrote at the same time. */
type Attempt = 'held' | 'taken' | 'failed';

interface Observed {
  lease: Lease;
  /** What an election writes into a lease: any difference is a sign of life of the holder. */
  record: string;
  /** Local monotonic time at which this record was first seen. Timestamps in it come from another machine's clock and decide nothing. */
  at: number;
}

/**
 * Leader election by a Lease with client-go's algorithm, stricter in one point: a leader that sees another's name in the lease stops at
 * once instead of trying until its deadline.
 */
export function createLeaderElection(options: LeaderElectionOptions): LeaderElection {
  const { clock, identity, logger } = options;
  const lock = createLeaseLock(options);
  const stop = new AbortController();
  let observed: Observed | undefined;
  let leading = false;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let loop: Promise<unknown> = Promise.resolve();
  setLeading(false);

  function setLeading(value: boolean): void {
    leading = value;
    options.metrics?.leader.set({ name: options.name }, value ? 1 : 0);
  }

  function observe(lease: Lease): Observed {
    const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = lease.spec ?? {};
    const record = JSON.stringify([holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions]);
    if (holderIdentity !== observed?.lease.spec?.holderIdentity) logger.info('lease holder changed', { holder: holderIdentity ?? '' });
    observed = { lease, record, at: record === observed?.record ? observed.at : clock.monotonic() };
    return observed;
  }

  /** Counts from before the request: others saw the renewal at some time after that, never earlier. */
  async function take(previous: Lease | undefined, signal: AbortSignal): Promise<Attempt> {
    const startedAt = clock.monotonic();
    observe(await lock.take(previous, signal));
    renewedAt = startedAt;
    if (!leading) setLeading(true);
    return 'held';
  }

  async function takeOrRenew(signal: AbortSignal): Promise<Attempt> {
    if (leading && observed && !hasExpired(observed, clock)) {
      try {
        return await take(observed.lease, signal);
      } catch (error) {
        // The lease is not as we last saw it: changed by another, deleted, or by a request of ours whose answer was lost.
        if (!isKubeError(error, 'Conflict', 'NotFound')) throw error;
      }
    }
    const lease = await lock.read(signal);
    if (!lease) return take(undefined, signal);
    const current = observe(lease);
    const holder = lease.spec?.holderIdentity ?? '';
    if (holder === identity) return take(lease, signal);
    if (leading || (holder !== '' && !hasExpired(current, clock))) return 'taken';
    return take(lease, signal);
  }

  async function attempt(signal: AbortSignal): Promise<Attempt> {
    try {
      return await takeOrRenew(signal);
    } catch (error) {
      if (isKubeError(error, 'Conflict')) logger.info('lease was written by another at the same time');
      else if (!signal.aborted) logger.warn('lease could not be read or written', {}, error);
      return 'failed';
    }
  }

  async function acquire(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await attempt(signal)) !== 'held') {
      await delay(clock, leaseTiming.retryMs * (1 + options.random() * leaseTiming.jitter), signal);
    }
  }

  /** Tries for as long as the renew deadline; false when that was in vain. */
  async function renew(signal: AbortSignal): Promise<boolean> {
    const overdue = new AbortController();
    const cancel = clock.after(leaseTiming.renewDeadlineMs, () => overdue.abort());
    const within = AbortSignal.any([signal, overdue.signal]);
    try {
      while (!within.aborted) {
        const result = await attempt(within);
        if (result !== 'failed') return result === 'held';
        await delay(clock, leaseTiming.retryMs, within);
      }
      return false;
    } finally {
      cancel();
    }
  }

  async function run(signal: AbortSignal, callbacks: LeaderCallbacks): Promise<void> {
    await acquire(signal);
    if (!leading || signal.aborted) return;
    logger.info('started leading');
    const ended = new AbortController();
    callbacks.onStartedLeading(ended.signal);
    do await delay(clock, leaseTiming.retryMs, signal);
    while (!signal.aborted && (await renew(signal)));
    // Told to end: the lease stays ours, and `isLeader` true, until it is released or runs out.
    if (!signal.aborted) setLeading(false);
    ended.abort();
    if (signal.aborted) return;
    logger.error('lost the lease');
    callbacks.onStoppedLeading();
  }

  async function release(): Promise<void> {
    stop.abort();
    await loop.catch(() => undefined);
    if (!leading) return;
    setLeading(false);
    try {
      await lock.release(observed?.lease);
      logger.info('released the lease');
    } catch (error) {
      logger.warn('lease could not be released; it expires by itself', {}, error);
    }
  }

  const age = () => clock.monotonic() - renewedAt;
  return {
    run: (signal, callbacks) => {
      const running = run(AbortSignal.any([signal, stop.signal]), callbacks);
      loop = running;
      return running;
    },
    isLeader: () => leading,
    mayWrite: () => leading && age() < leaseTiming.renewDeadlineMs,
    release,
    leaseIsStale: () => leading && age() > leaseTiming.leaseMs + staleGraceMs,
  };
}

/** The holder's own duration counts, as in client-go, so that replicas of different configuration agree. */
function hasExpired(observed: Observed, clock: Clock): boolean {
  const durationMs = (observed.lease.spec?.leaseDurationSeconds ?? 0) * 1000 || leaseTiming.leaseMs;
  return clock.monotonic() - observed.at >= durationMs;
}

/** The Lease in the API server. Every write carries the resourceVersion of what it replaces, so that of two writers one gets a conflict. */
function createLeaseLock({ transport, clock, namespace, name, identity }: LeaderElectionOptions) {
  const path = objectPath(leaseType, name, namespace);

  const put = (lease: Lease, spec: Lease['spec'], signal?: AbortSignal) =>
    transport.json<Lease>({
      method: 'PUT',
      path,
      body: { ...lease, spec },
      timeoutMs: requestTimeoutMs,
      ...(signal ? { signal } : {}),
    });

  async function read(signal?: AbortSignal): Promise<Lease | undefined> {
    try {
      return await transport.json<Lease>({ path, timeoutMs: requestTimeoutMs, ...(signal ? { signal } : {}) });
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  function take(previous: Lease | undefined, signal: AbortSignal): Promise<Lease> {
    const now = clock.now().toString({ fractionalSecondDigits: 6 });
    const old = previous?.spec;
    const renewed = old?.holderIdentity === identity;
    const spec: Lease['spec'] = {
      ...old,
      holderIdentity: identity,
      leaseDurationSeconds: leaseTiming.leaseMs / 1000,
      acquireTime: (renewed && old.acquireTime) || now,
      renewTime: now,
      leaseTransitions: previous ? (old?.leaseTransitions ?? 0) + (renewed ? 0 : 1) : 0,
    };
    if (previous) return put(previous, spec, signal);
    const body: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec };
    return transport.json<Lease>({ method: 'POST', path: collectionPath(leaseType, namespace), body, timeoutMs: requestTimeoutMs, signal });
  }

  /** A renewal under way when the loop ended may have arrived after all; then one look at the lease tells whether it is still ours. */
  async function release(last: Lease | undefined): Promise<void> {
    const give = (lease: Lease) => {
      const now = clock.now().toString({ fractionalSecondDigits: 6 });
      return put(lease, { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now });
    };
    try {
      if (last) await give(last);
    } catch (error) {
      if (!isKubeError(error, 'Conflict')) throw error;
      const current = await read();
      if (current?.spec?.holderIdentity === identity) await give(current);
    }
  }

  return { read, take, release };
}
