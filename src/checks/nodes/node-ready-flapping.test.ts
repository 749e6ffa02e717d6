import { type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { nodeReadyFlapping } from './node-ready-flapping.ts';

/** A node that was ready for a day and then changed at these times, minutes ago. */
const flapping = (minutes: number[], options: NodeFixture = {}) => [
  node('worker-9', { since: 24 * 60 }),
  ...minutes.map((since, index) => node('worker-9', { ...options, ready: index % 2 ? 'True' : 'False', since })),
];
const found = (nodes: object[], parameters?: Record<string, string>) =>
  findingsOf(nodeReadyFlapping, { nodes: [node('a'), ...nodes] }, parameters ? { parameters } : {});

describe('node-ready-flapping fires', () => {
  it('for a node that changes all the time', () => {
    expect(found(flapping([12, 10, 8, 6]))).toEqual([
      {
        object: 'Node/worker-9',
        severity: 'warning',
        reason: 'ReadyFlapping',
        message:
          'Node worker-9 became ready or ceased to be more than 2 times within 15 minutes. Its pods are taken out of service and put back each time.',
      },
    ]);
  });

  it('with the same words after one more change', () => {
    expect(found(flapping([12, 10, 8, 6, 2]))).toEqual(found(flapping([12, 10, 8])));
  });
});

describe('node-ready-flapping at its boundaries', () => {
  it('fires from the third change within exactly 15 minutes', () => {
    expect(found(flapping([15, 10, 5]))).toHaveLength(1);
    expect(found(flapping([15 + 1 / 60, 10, 5]))).toHaveLength(0);
    expect(found(flapping([10, 5]))).toHaveLength(0);
  });

  it('takes another number and another window from the coverage', () => {
    expect(found(flapping([50, 40, 30, 20, 10]), { maxChanges: '4', windowMinutes: '60' })).toHaveLength(1);
    expect(found(flapping([50, 40, 30, 20]), { maxChanges: '4', windowMinutes: '60' })).toHaveLength(0);
  });

  it('refuses to count further than is remembered', () => {
    expect(() => found([], { maxChanges: '8' })).toThrow('a whole number from 1 to 7');
  });
});

describe('node-ready-flapping is silent', () => {
  it.each<[string, object[]]>([
    ['for a node that restarts once', flapping([5, 3])],
    [
      'for a restart on the way of which the node stops reporting',
      [
        node('a', { since: 600 }),
        node('a', { ready: 'Unknown', since: 5 }),
        node('a', { ready: 'False', since: 4 }),
        node('a', { since: 3 }),
      ],
    ],
    ['for a new node that becomes ready', [node('a', { ready: 'False', since: 3 }), node('a', { since: 2 })]],
    ['for a node that changed often long ago', flapping([60, 58, 56, 54])],
    ['for a node that is cordoned for maintenance', flapping([12, 10, 8, 6], { cordoned: true })],
    ['for a node that is taken back by its provider', flapping([12, 10, 8], { taints: ['aws-node-termination-handler/spot-itn'] })],
    ['for a node that is being deleted', flapping([12, 10, 8], { deleting: true })],
  ])('%s', (_, nodes) => {
    expect(found(nodes)).toEqual([]);
  });
});

it('node-ready-flapping is unknown, not healthy, where nodes cannot be read', () => {
  const message = 'nothing was heard about nodes for more than 3 minutes: the API server is silent';
  expect(verdictOf(nodeReadyFlapping, { knowledge: { nodes: { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
});
