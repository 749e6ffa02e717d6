import { type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { nodePressure } from './node-pressure.ts';

const found = (options: NodeFixture) => findingsOf(nodePressure, { nodes: [node('a'), node('worker-9', options)] });

describe('node-pressure fires', () => {
  it('for a node that is short of memory, and says what that means', () => {
    expect(found({ conditions: { MemoryPressure: 'True' } })).toEqual([
      {
        object: 'Node/worker-9',
        severity: 'warning',
        reason: 'MemoryPressure',
        message:
          'Node worker-9 is short of memory: its kubelet reports MemoryPressure=True (MemoryPressureReason), may refuse new pods and evict others.',
      },
    ]);
  });

  it.each([
    ['DiskPressure', 'disk space or inodes'],
    ['PIDPressure', 'process ids'],
  ])('for %s', (type, words) => {
    const [finding] = found({ conditions: { [type]: 'True' } });
    expect(finding?.reason).toBe(type);
    expect(finding?.message).toContain(`is short of ${words}: its kubelet reports ${type}=True`);
  });

  it('once for each thing that a node is short of', () => {
    expect(found({ conditions: { MemoryPressure: 'True', DiskPressure: 'True' } }).map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['MemoryPressure', 'DiskPressure']),
    );
  });

  it('for a cordoned node too: its pods run on and may be evicted', () => {
    expect(found({ cordoned: true, conditions: { DiskPressure: 'True' } })).toHaveLength(1);
  });
});

describe('node-pressure at its boundaries', () => {
  it('fires at exactly 10 minutes and not a second before', () => {
    expect(found({ conditions: { DiskPressure: 'True' }, since: 10 })).toHaveLength(1);
    expect(found({ conditions: { DiskPressure: 'True' }, since: 10 - 1 / 60 })).toHaveLength(0);
  });

  it('takes another time from the coverage', () => {
    const nodes = [node('a', { conditions: { PIDPressure: 'True' }, since: 2 })];
    expect(findingsOf(nodePressure, { nodes }, { for: '2m' })).toHaveLength(1);
  });
});

describe('node-pressure is silent', () => {
  it.each<[string, NodeFixture]>([
    ['for a node without pressure', {}],
    ['for a node whose kubelet has stopped reporting, which is node-unreachable’s', { conditions: { MemoryPressure: 'Unknown' } }],
    ['for a node that cluster-autoscaler removes', { conditions: { DiskPressure: 'True' }, taints: ['ToBeDeletedByClusterAutoscaler'] }],
    ['for a node that is being deleted', { conditions: { DiskPressure: 'True' }, deleting: true }],
    ['for conditions of other kinds, which may be True when all is well', { conditions: { EtcdIsVoter: 'True', KernelDeadlock: 'True' } }],
    ['for pressure that passes, as while images are pulled', { conditions: { DiskPressure: 'True' }, since: 3 }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('for a node that has not said anything yet', () => {
    expect(findingsOf(nodePressure, { nodes: [{ metadata: { name: 'new' } }] })).toEqual([]);
  });
});

it('node-pressure is unknown, not healthy, where nodes cannot be read', () => {
  const message = 'nothing was heard about nodes for more than 3 minutes: the API server is silent';
  expect(verdictOf(nodePressure, { knowledge: { nodes: { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
});
