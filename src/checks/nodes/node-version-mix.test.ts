import { type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { nodeVersionMix } from './node-version-mix.ts';

interface Versions {
  containerRuntimeVersion?: string;
  kernelVersion?: string;
  osImage?: string;
}

/** A node of the pool `general` as its kubelet reports it. */
function worker(name: string, { labels, ...options }: NodeFixture = {}, versions: Versions = {}) {
  const plain = node(name, {
    ...options,
    labels: { 'eks.amazonaws.com/nodegroup': 'general', 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', ...labels },
  });
  const nodeInfo = {
    ...plain.status?.nodeInfo,
    containerRuntimeVersion: 'containerd://2.2.0',
    kernelVersion: '6.12.40',
    osImage: 'Bottlerocket OS 1.50.0',
    ...versions,
  };
  return { ...plain, status: { ...plain.status, nodeInfo } };
}

const found = (...others: object[]) => findingsOf(nodeVersionMix, { nodes: [worker('a'), ...others] });

describe('node-version-mix fires', () => {
  it('once for the cluster, with the pools and what differs there', () => {
    const labels = { 'eks.amazonaws.com/nodegroup': 'batch' };
    expect(
      found(
        worker('b', { version: 'v1.36.1' }),
        worker('c', { labels }),
        worker('d', { labels }, { kernelVersion: '6.12.9', osImage: 'Bottlerocket OS 1.49.0' }),
      ),
    ).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'VersionMix',
        message:
          'Nodes of one pool run different versions in 2 pools: batch linux amd64 (kernel 6.12.40, 6.12.9; OS image Bottlerocket OS 1.49.0, Bottlerocket OS 1.50.0), general linux amd64 (kubelet v1.36.1, v1.37.2). Finish the upgrade, or replace the nodes that lag behind.',
      },
    ]);
  });

  it.each<[string, object]>([
    ['kubelet v1.37.1, v1.37.2', worker('b', { version: 'v1.37.1' })],
    ['container runtime containerd://2.1.9, containerd://2.2.0', worker('b', {}, { containerRuntimeVersion: 'containerd://2.1.9' })],
    ['kernel 6.12.40, 6.12.9', worker('b', {}, { kernelVersion: '6.12.9' })],
    ['OS image Bottlerocket OS 1.50.0, Flatcar', worker('b', {}, { osImage: 'Flatcar' })],
  ])('for %s', (difference, other) => {
    expect(found(other)[0]?.message).toContain(`in 1 pool: general linux amd64 (${difference}).`);
  });
});

describe('node-version-mix at its boundaries', () => {
  it('fires at exactly 7 days after it was first seen, since Kubernetes does not date it', () => {
    const nodes = [worker('a'), worker('b', { version: 'v1.36.1' })];
    expect(findingsAfter(7 * 24 * 60, nodeVersionMix, { nodes })).toBe(1);
    expect(findingsAfter(7 * 24 * 60 - 1 / 60, nodeVersionMix, { nodes })).toBe(0);
  });

  it('needs two nodes of a pool', () => {
    expect(found()).toEqual([]);
    expect(found(worker('b'))).toEqual([]);
    expect(found(worker('b', { version: 'v1.36.1' }))).toHaveLength(1);
  });
});

describe('node-version-mix is silent', () => {
  it.each<[string, object]>([
    ['for pools that differ from each other', worker('b', { version: 'v1.36.1', labels: { 'eks.amazonaws.com/nodegroup': 'batch' } })],
    ['for the architectures of one pool', worker('b', { labels: { 'kubernetes.io/arch': 'arm64' } }, { kernelVersion: '6.12.40-arm64' })],
    ['for the operating systems of one pool', worker('b', { labels: { 'kubernetes.io/os': 'windows' } }, { osImage: 'Windows Server' })],
    ['for a new node that has not said its versions', worker('b', {}, { kernelVersion: '', osImage: '', containerRuntimeVersion: '' })],
    ['for a node that cluster-autoscaler removes', worker('b', { version: 'v1.36.1', taints: ['ToBeDeletedByClusterAutoscaler'] })],
    ['for a node that is being deleted', worker('b', { version: 'v1.36.1', deleting: true })],
    [
      'for a machine of Fargate, which is as old as its pod',
      worker('b', { version: 'v1.36.1', labels: { 'eks.amazonaws.com/compute-type': 'fargate' } }),
    ],
    ['for a virtual node', worker('b', { version: 'v1.19.10-vk-azure-aci-1.6.2', labels: { type: 'virtual-kubelet' } })],
  ])('%s', (_, other) => {
    expect(found(other)).toEqual([]);
  });
});

it('node-version-mix is unknown, not healthy, where nodes cannot be read', () => {
  const message = 'the operator may not list and watch nodes: forbidden';
  expect(verdictOf(nodeVersionMix, { knowledge: { nodes: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
