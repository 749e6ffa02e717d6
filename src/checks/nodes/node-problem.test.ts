import { type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { nodeProblem } from './node-problem.ts';

const found = (options: NodeFixture, conditions?: string) =>
  findingsOf(
    nodeProblem,
    { nodes: [node('a'), node('worker-9', options)] },
    conditions === undefined ? {} : { parameters: { conditions } },
  );

describe('node-problem fires', () => {
  it('for a problem, and says which', () => {
    expect(found({ conditions: { KernelDeadlock: 'True' } })).toEqual([
      {
        object: 'Node/worker-9',
        severity: 'warning',
        reason: 'KernelDeadlock',
        message:
          'Node worker-9 has a problem: KernelDeadlock=True (KernelDeadlockReason). Read the condition’s message, then drain the node and reboot or replace it.',
      },
    ]);
  });

  it.each([
    'ReadonlyFilesystem',
    'XfsShutdown',
    'CperHardwareErrorFatal',
    'FrequentUnregisterNetDevice',
    'FrequentKubeletRestart',
    'FrequentDockerRestart',
    'FrequentContainerdRestart',
    'CorruptDockerOverlay2',
    'KubeletUnhealthy',
    'ContainerRuntimeUnhealthy',
    'KubeProxyUnhealthy',
    'CsiProxyUnhealthy',
    'NTPProblem',
    'DiskSizeCheckFailure',
  ])('for %s', (type) => {
    expect(found({ conditions: { [type]: 'True' } })).toMatchObject([{ reason: type }]);
  });

  it('once for each problem of a node', () => {
    expect(found({ conditions: { KernelDeadlock: 'True', XfsShutdown: 'True' } })).toHaveLength(2);
  });

  it('for a condition that the coverage names, beside the known ones', () => {
    const conditions = { 'example.com/GpuLost': 'True', FilesystemCorruptionProblem: 'True', NTPProblem: 'True' } as const;
    const reasons = found({ conditions }, 'FilesystemCorruptionProblem, example.com/GpuLost').map(({ reason }) => reason);
    expect(reasons.sort()).toEqual(['FilesystemCorruptionProblem', 'NTPProblem', 'example.com/GpuLost']);
  });

  it('for a cordoned node too: what remedies it does not go on by itself', () => {
    expect(found({ cordoned: true, conditions: { KernelDeadlock: 'True' } })).toHaveLength(1);
  });
});

describe('node-problem at its boundaries', () => {
  it('fires at exactly 5 minutes and not a second before', () => {
    expect(found({ conditions: { NTPProblem: 'True' }, since: 5 })).toHaveLength(1);
    expect(found({ conditions: { NTPProblem: 'True' }, since: 5 - 1 / 60 })).toHaveLength(0);
  });

  it('takes no names, or names with commas between, and nothing else', () => {
    expect(found({}, '')).toEqual([]);
    expect(() => found({}, 'KernelDeadlock; NTPProblem')).toThrow('names separated by commas');
  });
});

describe('node-problem is silent', () => {
  it.each<[string, NodeFixture]>([
    ['for a node without problems', { conditions: { KernelDeadlock: 'False', NTPProblem: 'Unknown' } }],
    ['for conditions that are True when all is well', { conditions: { EtcdIsVoter: 'True', KernelReady: 'True', StorageReady: 'True' } }],
    ['for pressure and network, which are other checks’', { conditions: { DiskPressure: 'True', NetworkUnavailable: 'True' } }],
    ['for a notice of the provider’s maintenance', { conditions: { VMEventScheduled: 'True' } }],
    ['for a node that Karpenter replaces because of it', { conditions: { KernelDeadlock: 'True' }, taints: ['karpenter.sh/disrupted'] }],
    ['for a node that is being deleted', { conditions: { KernelDeadlock: 'True' }, deleting: true }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });
});

it('node-problem is unknown, not healthy, where nodes cannot be read', () => {
  const message = 'nothing was heard about nodes for more than 3 minutes: the API server is silent';
  expect(verdictOf(nodeProblem, { knowledge: { nodes: { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
});
