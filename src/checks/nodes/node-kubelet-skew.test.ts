import { type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { nodeKubeletSkew } from './node-kubelet-skew.ts';

const found = (version: string, options: NodeFixture = {}, server = 'v1.37.2') =>
  findingsOf(nodeKubeletSkew, { version: server, nodes: [node('a', { version: server }), node('worker-9', { ...options, version })] });
const severities = (...parameters: Parameters<typeof found>) => found(...parameters).map(({ severity }) => severity);

describe('node-kubelet-skew fires', () => {
  it('as a warning for a kubelet that is as old as it may be', () => {
    expect(found('v1.34.9')).toEqual([
      {
        object: 'Node/worker-9',
        severity: 'warning',
        reason: 'KubeletTooOld',
        message:
          'The kubelet of node worker-9 is v1.34.9 and the API server v1.37.2: 3 minor versions behind; the threshold is 3. Upgrade the node before the control plane goes further.',
      },
    ]);
  });

  it('as critical for one that is older', () => {
    const [finding] = found('v1.33.9');
    expect(finding).toMatchObject({ severity: 'critical', reason: 'KubeletTooOld' });
    expect(finding?.message).toContain('4 minor versions behind; the threshold is 4.');
  });

  it('as critical for one that is newer than the API server', () => {
    expect(found('v1.38.0')).toMatchObject([
      {
        severity: 'critical',
        reason: 'KubeletTooNew',
        message:
          'The kubelet of node worker-9 is v1.38.0 and the API server v1.37.2: a kubelet must not be newer. Upgrade the control plane first.',
      },
    ]);
  });
});

describe('node-kubelet-skew at its boundaries', () => {
  it.each<[string, string[]]>([
    ['v1.38.0', ['critical']],
    ['v1.37.9', []],
    ['v1.36.0', []],
    ['v1.35.0', []],
    ['v1.34.0', ['warning']],
    ['v1.33.0', ['critical']],
  ])('judges %s against v1.37.2 by its minor version alone', (version, expected) => {
    expect(severities(version)).toEqual(expected);
  });

  it('takes other thresholds from the coverage', () => {
    const cluster = { nodes: [node('worker-9', { version: 'v1.35.0' })] };
    expect(findingsOf(nodeKubeletSkew, cluster, { parameters: { warningMinors: '2' } })).toMatchObject([{ severity: 'warning' }]);
    expect(findingsOf(nodeKubeletSkew, cluster, { parameters: { criticalMinors: '2' } })).toMatchObject([{ severity: 'critical' }]);
  });

  it('waits for an hour, so that a control plane of several API servers can be upgraded', () => {
    const cluster = { nodes: [node('a', { version: 'v1.38.0' })] };
    expect(findingsAfter(60, nodeKubeletSkew, cluster)).toBe(1);
    expect(findingsAfter(60 - 1 / 60, nodeKubeletSkew, cluster)).toBe(0);
  });
});

describe('node-kubelet-skew is silent', () => {
  it.each<[string, ...Parameters<typeof found>]>([
    ['during an upgrade, in which the API server is first', 'v1.36.4'],
    ['for the vendor suffix of either', 'v1.37.0-eks-3025e55', {}, 'v1.37.2+k3s1'],
    ['for a node that is cordoned until it is replaced', 'v1.33.0', { cordoned: true }],
    ['for a node that cluster-autoscaler removes', 'v1.33.0', { taints: ['ToBeDeletedByClusterAutoscaler'] }],
    ['for a node that is being deleted', 'v1.33.0', { deleting: true }],
    ['for a virtual node, which runs no kubelet', 'v1.19.10-vk-azure-aci-1.6.2', { labels: { type: 'virtual-kubelet' } }],
    ['for a virtual node that is known by its taint', 'v1.19.10', { taints: ['virtual-kubelet.io/provider'] }],
    ['for a node that kwok plays', 'v1.19.10', { labels: { type: 'kwok' } }],
    ['for a node that stands for another cluster', 'v1.19.10', { labels: { 'liqo.io/type': 'virtual-node' } }],
  ])('%s', (_, ...parameters) => {
    expect(found(...parameters)).toEqual([]);
  });

  it('for a new node that has not said its version, and knows all the same', () => {
    expect(verdictOf(nodeKubeletSkew, { nodes: [node('a'), node('worker-9', { version: '' })] })).toBeUndefined();
    expect(found('')).toEqual([]);
  });
});

describe('node-kubelet-skew is unknown, not healthy', () => {
  it('where the version of the API server cannot be asked', () => {
    const message = 'the API server did not answer';
    expect(verdictOf(nodeKubeletSkew, { knowledge: { version: { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
    expect(verdictOf(nodeKubeletSkew, { version: '' })).toBe('Unknown: The version of the API server is not known.');
  });

  it('where a kubelet’s version cannot be read, and judges the others all the same', () => {
    const cluster = { nodes: [node('a', { version: 'devel' }), node('b', { version: 'v1.33.0' })] };
    expect(verdictOf(nodeKubeletSkew, cluster)).toBe('Unknown: The kubelet version of a is not vMAJOR.MINOR.PATCH.');
    expect(findingsOf(nodeKubeletSkew, cluster)).toHaveLength(1);
  });
});
