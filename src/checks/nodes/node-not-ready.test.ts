import { type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { nodeNotReady } from './node-not-ready.ts';

const healthy = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => node(name));
const found = (options: NodeFixture) => findingsOf(nodeNotReady, { nodes: [...healthy, node('worker-9', options)] });

describe('node-not-ready fires', () => {
  it('for a node whose kubelet says that it is not ready', () => {
    expect(found({ ready: 'False' })).toEqual([
      {
        object: 'Node/worker-9',
        severity: 'warning',
        reason: 'NodeNotReady',
        message: 'Node worker-9 is not ready: its kubelet reports Ready=False (ReadyReason).',
      },
    ]);
  });

  it('for a node that is Unknown and not marked unreachable', () => {
    expect(found({ ready: 'Unknown' })).toHaveLength(1);
  });

  it('as critical when a third of the nodes is gone, counting unreachable ones', () => {
    const nodes = [
      node('a'),
      node('b'),
      node('c'),
      node('d'),
      node('x', { ready: 'False' }),
      node('y', { ready: 'Unknown', taints: ['node.kubernetes.io/unreachable'] }),
    ];
    expect(findingsOf(nodeNotReady, { nodes }).map(({ object, severity }) => [object, severity])).toEqual([['Node/x', 'critical']]);
  });

  it('as critical when the only node is gone', () => {
    expect(findingsOf(nodeNotReady, { nodes: [node('only', { ready: 'False' })] })[0]?.severity).toBe('critical');
  });
});

describe('node-not-ready at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    expect(found({ ready: 'False', since: 15 })).toHaveLength(1);
    expect(found({ ready: 'False', since: 15 - 1 / 60 })).toHaveLength(0);
  });

  it('takes another time from the coverage', () => {
    const nodes = [node('a'), node('b', { ready: 'False', since: 2 })];
    expect(findingsOf(nodeNotReady, { nodes }, { for: '2m' })).toHaveLength(1);
  });

  it('is a warning for one of two nodes: a third means at least two', () => {
    expect(findingsOf(nodeNotReady, { nodes: [node('a'), node('b', { ready: 'False' })] })[0]?.severity).toBe('warning');
  });

  it('is a warning while the others of the third are only rebooting', () => {
    const nodes = [node('a'), node('b'), node('c'), node('d', { ready: 'False' }), node('e', { ready: 'False', since: 2 })];
    expect(findingsOf(nodeNotReady, { nodes }).map(({ object, severity }) => [object, severity])).toEqual([['Node/d', 'warning']]);
  });
});

describe('node-not-ready is silent', () => {
  it.each<[string, NodeFixture]>([
    ['for a ready node', {}],
    ['for a node cordoned for maintenance', { ready: 'False', cordoned: true }],
    ['for a node that cluster-autoscaler removes', { ready: 'False', taints: ['ToBeDeletedByClusterAutoscaler'] }],
    ['for a node that Karpenter replaces', { ready: 'False', taints: ['karpenter.sh/disrupted'] }],
    ['for a spot node that its provider takes back', { ready: 'False', taints: ['aws-node-termination-handler/spot-itn'] }],
    ['for a machine that was shut down on purpose', { ready: 'Unknown', taints: ['node.cloudprovider.kubernetes.io/shutdown'] }],
    ['for a node that is being deleted', { ready: 'False', deleting: true }],
    ['for a node that reboots during an upgrade', { ready: 'False', since: 4 }],
    ['for an unreachable node, which is node-unreachable’s', { ready: 'Unknown', taints: ['node.kubernetes.io/unreachable'] }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('for a node that has not said anything yet', () => {
    expect(findingsOf(nodeNotReady, { nodes: [{ metadata: { name: 'new' } }] })).toEqual([]);
  });
});

it('node-not-ready is unknown, not healthy, where nodes cannot be read', () => {
  const message = 'the operator may not list and watch nodes: nodes is forbidden';
  expect(verdictOf(nodeNotReady, { knowledge: { nodes: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
