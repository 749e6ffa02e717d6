import { podsOfWorkload } from '../pods.ts';
import { type Change, createChanges, unreadyMs } from './load.ts';

const range = { first: 60, end: 300 };
const perSecond = 50;

/** Of so many seconds, with their times in milliseconds. */
function changesOf(seconds: number): (Change & { at: number })[] {
  const next = createChanges(range);
  return Array.from({ length: seconds * perSecond }, (_, count) => {
    const at = (count * 1000) / perSecond;
    return { ...next(at), at };
  });
}

const isAway = ({ what }: Change) => what === 'Unready' || what === 'Ended';
const isBack = ({ what }: Change) => what === 'Ready' || what === 'StartedAgain';

describe('the load of the bench of live evaluation', () => {
  const changes = changesOf(200);

  it('leaves the workloads alone that have the faults', () => {
    const workloads = new Set(changes.map(({ index }) => Math.floor(index / podsOfWorkload)));
    expect(Math.min(...workloads)).toBe(range.first);
    expect(Math.max(...workloads)).toBe(range.end - 1);
  });

  it('gives a pod its readiness back as it was taken, and soon', () => {
    const away = new Map<number, Change & { at: number }>();
    const times: number[] = [];
    for (const change of changes) {
      if (isAway(change)) away.set(change.index, change);
      if (!isBack(change)) continue;
      const before = away.get(change.index);
      expect(before?.what).toBe(change.what === 'StartedAgain' ? 'Ended' : 'Unready');
      times.push(change.at - (before?.at ?? 0));
      away.delete(change.index);
    }
    expect(times.length).toBeGreaterThan(3_000);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(unreadyMs);
    expect(Math.max(...times)).toBeLessThan(unreadyMs + 1_000);
  });

  it('never has two pods of one workload away at once, which would look like a fault of the workload', () => {
    const away = new Set<number>();
    for (const change of changes) {
      const workload = Math.floor(change.index / podsOfWorkload);
      if (isAway(change)) {
        expect(away.has(workload)).toBe(false);
        away.add(workload);
      }
      if (isBack(change)) away.delete(workload);
    }
  });
});
