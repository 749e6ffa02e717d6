import { type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { nodeNetworkUnavailable } from './node-network-unavailable.ts';

const lost = { NetworkUnavailable: 'True' } as const;
const found = (options: NodeFixture) => findingsOf(nodeNetworkUnavailable, { nodes: [node('a'), node('worker-9', options)] });

describe('node-network-unavailable fires', () => {
  it('for a node without a network, and says what that means', () => {
    expect(found({ conditions: lost })).toEqual([
      {
        object: 'Node/worker-9',
        severity: 'critical',
        reason: 'NetworkUnavailable',
        message:
          'Node worker-9 has no pod network: NetworkUnavailable=True (NetworkUnavailableReason), so pods there reach no others. Look at its network plugin or its routes.',
      },
    ]);
  });

  it('for a node whose kubelet is not ready because of it', () => {
    expect(found({ conditions: lost, ready: 'False' })).toHaveLength(1);
  });
});

describe('node-network-unavailable at its boundaries', () => {
  it('fires at exactly 5 minutes and not a second before', () => {
    expect(found({ conditions: lost, since: 5 })).toHaveLength(1);
    expect(found({ conditions: lost, since: 5 - 1 / 60 })).toHaveLength(0);
  });
});

describe('node-network-unavailable is silent', () => {
  it.each<[string, NodeFixture]>([
    ['for a node whose network is there', { conditions: { NetworkUnavailable: 'False' } }],
    ['for a node of a plugin that sets no such condition', {}],
    ['for a condition that nobody knows', { conditions: { NetworkUnavailable: 'Unknown' } }],
    ['for a new node whose routes are being made', { conditions: lost, since: 1 }],
    ['for a node that has stopped, with its network: node-unreachable’s', { conditions: lost, ready: 'Unknown' }],
    ['for a node that is cordoned for maintenance', { conditions: lost, cordoned: true }],
    ['for a node that cluster-autoscaler removes', { conditions: lost, taints: ['ToBeDeletedByClusterAutoscaler'] }],
    ['for a node that is being deleted', { conditions: lost, deleting: true }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });
});

it('node-network-unavailable is unknown, not healthy, where nodes cannot be read', () => {
  const message = 'the operator may not list and watch nodes: forbidden';
  expect(verdictOf(nodeNetworkUnavailable, { knowledge: { nodes: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
