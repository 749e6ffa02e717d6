import { minutesAgo, type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { type NodeView, nodes } from './nodes.ts';

/** What is kept of a node after it was seen in these states, one after the other. */
function seen(...states: NodeFixture[]): NodeView {
  const last = states.reduce<NodeView | undefined>((before, state) => nodes.project(node('a', state), before), undefined);
  return last!;
}

const changes = (...states: NodeFixture[]) => seen(...states).readyChanges;

describe('when a node became ready or ceased to be', () => {
  it('is remembered beyond the last transition, which is all that the node keeps', () => {
    expect(changes({ since: 9 }, { ready: 'False', since: 5 }, { since: 4 })).toEqual([minutesAgo(9), minutesAgo(5), minutesAgo(4)]);
  });

  it('is remembered once, however often the node reports the same', () => {
    expect(changes({ since: 9 }, { since: 9 }, { ready: 'False', since: 5 }, { ready: 'False', since: 5 })).toEqual([
      minutesAgo(9),
      minutesAgo(5),
    ]);
  });

  it('is not the moment at which a node that is not ready stops reporting too', () => {
    expect(changes({ since: 9 }, { ready: 'Unknown', since: 5 }, { ready: 'False', since: 4 })).toEqual([minutesAgo(9), minutesAgo(5)]);
  });

  it('is not the moment at which a new node came, not ready yet', () => {
    expect(changes({ ready: 'False', since: 9 }, { since: 8 })).toEqual([minutesAgo(8)]);
  });

  describe('for the first time', () => {
    const created = (minutes: number, ...states: NodeFixture[]) =>
      states.reduce<NodeView | undefined>((before, state) => {
        const { metadata, ...rest } = node('a', state);
        return nodes.project({ ...rest, metadata: { ...metadata, creationTimestamp: minutesAgo(minutes) } }, before);
      }, undefined)?.readyChanges;

    it('is not counted, but what comes after is', () => {
      expect(created(10, { ready: 'False', since: 10 }, { since: 9 }, { since: 9 })).toEqual([]);
      expect(created(10, { since: 9 }, { ready: 'False', since: 5 }, { since: 4 })).toEqual([minutesAgo(5), minutesAgo(4)]);
    });

    it('is counted later than 15 minutes after the node was made', () => {
      expect(created(30, { since: 15 })).toEqual([]);
      expect(created(30, { since: 15 - 1 / 60 })).toEqual([minutesAgo(15 - 1 / 60)]);
    });
  });

  it('is seen too where the watch missed what was between', () => {
    expect(changes({ since: 9 }, { since: 5 })).toEqual([minutesAgo(9), minutesAgo(5)]);
  });

  it('is kept for the last eight changes', () => {
    const states = Array.from({ length: 12 }, (_, index): NodeFixture => ({ ready: index % 2 ? 'False' : 'True', since: 20 - index }));
    expect(changes(...states)).toEqual([16, 15, 14, 13, 12, 11, 10, 9].map(minutesAgo));
  });
});

describe('what kured asks for', () => {
  const needed = (annotations: Record<string, string>) => nodes.project({ metadata: { name: 'a', annotations } })?.rebootNeededAt;

  it.each(['kured.dev', 'weave.works'])('is read from the annotations of %s', (prefix) => {
    expect(
      needed({ [`${prefix}/kured-reboot-in-progress`]: 'now', [`${prefix}/kured-most-recent-reboot-needed`]: '2026-11-01T03:00:00Z' }),
    ).toBe('2026-11-01T03:00:00Z');
  });

  it('is over once kured has taken its mark away', () => {
    expect(needed({ 'kured.dev/kured-most-recent-reboot-needed': '2026-11-01T03:00:00Z' })).toBeUndefined();
  });
});
