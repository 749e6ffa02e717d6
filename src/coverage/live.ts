import type { Check } from '../checks/check.ts';
import type { ConfiguredCheck } from '../checks/run.ts';
import { type Needs, probesOf } from '../observe/cluster-view.ts';
import type { Followed, Observer } from '../observe/observer.ts';
import { type Clock, msUntil } from '../runtime/clock.ts';
import type { ClusterHandle } from './clusters.ts';
import type { KnownCluster, Look, Looked } from './known.ts';
import type { Plan } from './plan.ts';

/** Which checks are to be looked at now, between two runs by the schedule; undefined: all, since this process has not looked yet. */
export interface LiveLook {
  checks: ReadonlySet<string> | undefined;
}

/** Follows the clusters of each coverage, and brings a coverage back when something changes that its checks read. */
export interface LiveChanges {
  /** From now on these clusters are followed, in place of those before. */
  follow(coverage: string, clusters: readonly FollowedCluster[]): void;
  forget(coverage: string): void;
  /** For how long a coverage is left in peace after its last look, milliseconds. */
  restMs(coverage: string): number;
  /** A look ended, took so much of a processor's time, and had so much written to reports. */
  took(coverage: string, processorMs: number, writtenBytes: number): void;
}

export interface FollowedCluster {
  observer: Observer;
  reads: ReadonlySet<Followed>;
}

/** What changes within this time is looked at together; so there are at most two looks a second. */
const coalesceMs = 500;
/**
 * A look is followed by so many times the processor time that it took without one, so that the looks of one coverage take about a fifth of a
 * core at most. Not the time on the clock: while the API server takes its time to store what was found, nothing is worked on here.
 */
const restFactor = 4;
/**
 * A check that has nothing open and nothing waiting is looked at again after this part of the time for which its states must hold, and after
 * ten seconds at most: what it finds then is told no sooner for having been seen at once. What it has found it follows as it changes.
 */
const calmPart = 1 / 60;
const maxCalmMs = 10_000;
/** By as many bytes of reports as a look writes the next one is later, so that etcd takes 12 MB a minute at most: a full report each 5 s. */
const bytesPerMs = 200;

const alerts = 'active-alerts' satisfies Followed;

/** `enqueue`: brings a coverage back after so many milliseconds, or earlier where that was agreed already. */
export function createLiveChanges(clock: Clock, enqueue: (coverage: string, ms: number) => void): LiveChanges {
  const endings = new Map<string, (() => void)[]>();
  const restUntil = new Map<string, number>();

  function restMs(coverage: string): number {
    return Math.max(0, (restUntil.get(coverage) ?? 0) - clock.monotonic());
  }

  function end(coverage: string): void {
    for (const unfollow of endings.get(coverage) ?? []) unfollow();
    endings.delete(coverage);
  }

  return {
    follow: (coverage, clusters) => {
      end(coverage);
      const followed = clusters.map(({ observer, reads }) =>
        observer.onChange((changed) => reads.has(changed) && enqueue(coverage, Math.max(coalesceMs, restMs(coverage)))),
      );
      if (followed.length > 0) endings.set(coverage, followed);
    },
    forget: (coverage) => {
      end(coverage);
      restUntil.delete(coverage);
    },
    restMs,
    took: (coverage, processorMs, writtenBytes) => {
      restUntil.set(coverage, clock.monotonic() + Math.max(coalesceMs, restFactor * processorMs, writtenBytes / bytesPerMs));
    },
  };
}

/** Level1 is checked by its schedule alone: it is quiet by design. */
export function isLive({ tier, suspend }: Pick<Plan, 'tier' | 'suspend'>): boolean {
  return tier !== 'Level1' && !suspend;
}

/**
 * The checks that are looked at when something changes. Not those that ask probes: an answer is as old as the last run, and beside what
 * changed since it could be taken for a fault that is not there. The version hardly changes.
 */
export function liveChecks({ checks }: Pick<Plan, 'checks'>): ConfiguredCheck[] {
  return checks.filter(
    ({ check }) => readsOf(check).length > 0 && probesOf(check.needs).every((probe) => probe === 'version' || probe === alerts),
  );
}

/** Everything that live checks read. */
export function liveReads(plan: Pick<Plan, 'checks'>): ReadonlySet<Followed> {
  return new Set(liveChecks(plan).flatMap(({ check }) => readsOf(check)));
}

const known = new WeakMap<Needs, readonly Followed[]>();

/** Worked out once: it is asked of every check several times a look. */
function readsOf({ needs }: ConfiguredCheck['check']): readonly Followed[] {
  const before = known.get(needs);
  if (before) return before;
  const { resources = [], optional = [] } = needs;
  const reads = [...resources, ...optional, ...probesOf(needs).filter((probe) => probe === alerts)];
  known.set(needs, reads);
  return reads;
}

/** How often each of these has changed until now. */
export function revisionsOf(observer: Observer, plan: Pick<Plan, 'checks'>): Looked['revisions'] {
  return new Map([...liveReads(plan)].map((read) => [read, observer.revision(read)]));
}

/** What there is to look at in a cluster whose checks are not due by their schedule; undefined where nothing is. */
export function liveLook(plan: Plan, known: KnownCluster, handle: ClusterHandle, clock: Clock): LiveLook | undefined {
  const { looked, seen, outcome } = known;
  if (!isLive(plan) || !seen) return undefined;
  if (!looked || !outcome || looked.observer !== handle.observer) return handle.problem === undefined ? { checks: undefined } : undefined;
  const due = looksMs(plan, known, handle, clock).filter(({ ms }) => ms <= 0);
  return due.length > 0 ? { checks: new Set(due.map(({ check }) => check)) } : undefined;
}

/** Milliseconds until a cluster is to be looked at though nothing else changes; not positive where it is to be now, Infinity where it is not. */
export function nextLookMs(plan: Plan, known: KnownCluster, handle: ClusterHandle, clock: Clock): number {
  return isLive(plan) ? Math.min(...looksMs(plan, known, handle, clock).map(({ ms }) => ms)) : Number.POSITIVE_INFINITY;
}

/** In how many milliseconds each check is to be looked at: when what it waits for has held, or it has been calm for long enough since a change. */
function looksMs(plan: Plan, { looked, memory }: KnownCluster, { observer }: ClusterHandle, clock: Clock): { check: string; ms: number }[] {
  if (!looked) return [];
  const revisions = revisionsOf(observer, plan);
  const now = clock.now();
  const found = new Set([...memory.findings, ...memory.pending].map(({ check }) => check));
  return liveChecks(plan).map(({ check, holdMs }, index, { length }) => {
    const heldMs = msUntil(looked.opensAt.get(check.id), now);
    if (!isBehind(check, looked, revisions)) return { check: check.id, ms: heldMs };
    const calmFrom = found.has(check.id) ? Number.NEGATIVE_INFINITY : (looked.at.get(check.id) ?? Number.NEGATIVE_INFINITY);
    return { check: check.id, ms: Math.min(heldMs, calmFrom + calmMs(holdMs, index / length) - clock.monotonic()) };
  });
}

/** What it reads has changed since it was looked at. */
function isBehind(check: Check, { behind, revisions }: Looked, current: Looked['revisions']): boolean {
  return behind.has(check.id) || readsOf(check).some((read) => current.get(read) !== revisions.get(read));
}

/** By its place among all checks half as long to as long: otherwise those that were looked at together once always would be. */
function calmMs(holdMs: number, place: number): number {
  return (Math.min(holdMs * calmPart, maxCalmMs) * (1 + place)) / 2;
}

/** What is known after a look at these checks, which began at so many monotonic milliseconds: what the others wait for, they go on waiting for. */
export function lookedAgain(plan: Plan, before: Looked, next: Look, atMs: number, checks: ReadonlySet<string>): Looked {
  const others = <T>(kept: ReadonlyMap<string, T>) => [...kept].filter(([check]) => !checks.has(check));
  const left = liveChecks(plan).filter(({ check }) => !checks.has(check.id) && isBehind(check, before, next.revisions));
  return {
    ...next,
    opensAt: new Map([...others(before.opensAt), ...next.opensAt]),
    at: new Map([...others(before.at), ...timed(checks, atMs)]),
    behind: new Set(left.map(({ check }) => check.id)),
  };
}

/** What is known after a look at everything. */
export function lookedAtAll(plan: Plan, next: Look, atMs: number): Looked {
  const checks = liveChecks(plan).map(({ check }) => check.id);
  return { ...next, at: new Map(timed(checks, atMs)), behind: new Set() };
}

function timed(checks: Iterable<string>, atMs: number): [string, number][] {
  return Array.from(checks, (check) => [check, atMs]);
}
