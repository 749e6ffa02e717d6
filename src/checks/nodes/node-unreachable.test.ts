import { type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { nodeUnreachable } from './node-unreachable.ts';

const taint = 'node.kubernetes.io/unreachable';
const silent = (name: string, options: NodeFixture = {}) =>
  node(name, { ready: 'Unknown', ...options, taints: [taint, ...(options.taints ?? [])] });
const healthy = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => node(name));
const found = (options: NodeFixture) => findingsOf(nodeUnreachable, { nodes: [...healthy, silent('worker-9', options)] });
const severities = (nodes: object[]) => findingsOf(nodeUnreachable, { nodes }).map(({ object, severity }) => [object, severity]);

describe('node-unreachable fires', () => {
  it('for a node that nobody has heard of', () => {
    expect(found({})).toEqual([
      {
        object: 'Node/worker-9',
        severity: 'warning',
        reason: 'NodeUnreachable',
        message:
          'Node worker-9 has stopped reporting: the control plane set Ready=Unknown and the taint node.kubernetes.io/unreachable. Its pods are being evicted.',
      },
    ]);
  });

  it('as critical when a third of the nodes is gone, counting those that are not ready', () => {
    expect(severities([...healthy.slice(0, 4), silent('x'), node('y', { ready: 'False' })])).toEqual([['Node/x', 'critical']]);
  });

  it('as critical for every node of a whole zone that is lost, and says so', () => {
    const findings = findingsOf(nodeUnreachable, { nodes: [...healthy.slice(0, 4), silent('x'), silent('y')] });
    expect(findings.map(({ severity }) => severity)).toEqual(['critical', 'critical']);
    expect(findings[0]?.message).toMatch(/At least a third of the nodes are not ready\.$/);
  });

  it('as critical when the only node is gone', () => {
    expect(severities([silent('only')])).toEqual([['Node/only', 'critical']]);
  });
});

describe('node-unreachable at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    expect(found({ since: 15 })).toHaveLength(1);
    expect(found({ since: 15 - 1 / 60 })).toHaveLength(0);
  });

  it('is critical for exactly two of six nodes and a warning for two of seven', () => {
    expect(severities([...healthy.slice(0, 4), silent('x'), silent('y')])[0]?.[1]).toBe('critical');
    expect(severities([...healthy.slice(0, 5), silent('x'), silent('y')])[0]?.[1]).toBe('warning');
  });

  it('is a warning for one of three nodes: a third means at least two', () => {
    expect(severities([node('a'), node('b'), silent('x')])).toEqual([['Node/x', 'warning']]);
  });

  it('does not count cordoned nodes among those of which a third is gone', () => {
    const cordoned = healthy.map((_, index) => node(`drained-${index}`, { cordoned: true }));
    expect(severities([...cordoned, node('a'), silent('x'), silent('y')])[0]?.[1]).toBe('critical');
  });
});

describe('node-unreachable is silent', () => {
  it.each<[string, NodeFixture]>([
    ['for a node cordoned for maintenance', { cordoned: true }],
    ['for a node that cluster-autoscaler removes', { taints: ['ToBeDeletedByClusterAutoscaler'] }],
    ['for a node that Karpenter replaces', { taints: ['karpenter.sh/disrupted'] }],
    ['for a preemptible machine that its provider takes back', { taints: ['cloud.google.com/impending-node-termination'] }],
    ['for a machine that was shut down on purpose', { taints: ['node.cloudprovider.kubernetes.io/shutdown'] }],
    ['for a node that is being deleted', { deleting: true }],
    ['for a node that reboots during an upgrade', { since: 4 }],
    ['for a node that is back, though its taint is not off yet', { ready: 'True' }],
    ['for a node whose kubelet reports that it is not ready, which is node-not-ready’s', { ready: 'False' }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('for a node that is Unknown without the taint, which is node-not-ready’s', () => {
    expect(findingsOf(nodeUnreachable, { nodes: [...healthy, node('x', { ready: 'Unknown' })] })).toEqual([]);
  });
});

it('node-unreachable is unknown, not healthy, where nodes cannot be read', () => {
  const message = 'the operator may not list and watch nodes: nodes is forbidden';
  expect(verdictOf(nodeUnreachable, { knowledge: { nodes: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
