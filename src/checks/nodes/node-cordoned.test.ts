import { minutesAgo, type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { nodeCordoned } from './node-cordoned.ts';

/** A node that was cordoned so many minutes ago, as the control plane marks it. */
function cordoned(minutes: number, options: NodeFixture = {}) {
  const plain = node('worker-9', { ...options, cordoned: true });
  const mark = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: minutesAgo(minutes) };
  return { ...plain, spec: { ...plain.spec, taints: [...(plain.spec?.taints ?? []), mark] } };
}

const day = 24 * 60;
const found = (worker: object, setting = {}) => findingsOf(nodeCordoned, { nodes: [node('a'), worker] }, setting);

describe('node-cordoned fires', () => {
  it('for a node that somebody forgot to uncordon', () => {
    expect(found(cordoned(3 * day))).toEqual([
      {
        object: 'Node/worker-9',
        severity: 'warning',
        reason: 'Cordoned',
        message:
          'Node worker-9 has been cordoned for 24h or longer: it takes no new pods, and while it is cordoned nobody is told when it is not ready. Uncordon it, or drain and delete it.',
      },
    ]);
  });

  it('for a node that the control plane has not marked, by the operator’s own first sight', () => {
    expect(found(node('worker-9', { cordoned: true }))).toHaveLength(1);
  });

  it('for a cordoned node that is not ready, which node-not-ready leaves to it', () => {
    expect(found(cordoned(2 * day, { ready: 'False' }))).toHaveLength(1);
  });
});

describe('node-cordoned at its boundaries', () => {
  it('fires at exactly 24 hours and not a second before', () => {
    expect(found(cordoned(day))).toHaveLength(1);
    expect(found(cordoned(day - 1 / 60))).toHaveLength(0);
  });

  it('takes another time from the coverage, and says it', () => {
    const [finding] = found(cordoned(8 * 60), { for: '8h' });
    expect(finding?.message).toContain('cordoned for 8h or longer');
  });
});

describe('node-cordoned is silent', () => {
  it.each<[string, object]>([
    ['for a node that takes pods', node('worker-9')],
    ['for a node in maintenance', cordoned(120)],
    ['for a node that Karpenter replaces', cordoned(2 * day, { taints: ['karpenter.sh/disrupted'] })],
    ['for a node whose machine was shut down', cordoned(2 * day, { taints: ['node.cloudprovider.kubernetes.io/shutdown'] })],
    ['for a node that is being deleted', cordoned(2 * day, { deleting: true })],
    ['for a node that nobody may use but some, by a taint of its owner', node('worker-9', { taints: ['dedicated'] })],
  ])('%s', (_, worker) => {
    expect(found(worker)).toEqual([]);
  });
});

it('node-cordoned is unknown, not healthy, where nodes cannot be read', () => {
  const message = 'the operator may not list and watch nodes: forbidden';
  expect(verdictOf(nodeCordoned, { knowledge: { nodes: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
