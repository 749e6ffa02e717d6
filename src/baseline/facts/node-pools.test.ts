import { type ClusterFixture, clusterOf, type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { nodePools } from './node-pools.ts';

const instanceType = 'node.kubernetes.io/instance-type';
const autoscaler = { 'cluster-autoscaler-status': [{ metadata: { name: 'cluster-autoscaler-status', namespace: 'kube-system' } }] };

/** So many nodes of the EKS pool `general`, all alike. */
function pool(size: number, { labels, ...options }: NodeFixture = {}, name = 'general') {
  return Array.from({ length: size }, (_, index) =>
    node(`${name}-${index}`, {
      ...options,
      labels: { 'eks.amazonaws.com/nodegroup': name, [instanceType]: 'm6i.large', team: 'platform', ...labels },
    }),
  );
}

/** A node with these taints, written `key=value:Effect`. */
function tainted<T extends ReturnType<typeof node>>(original: T, ...taints: string[]): T {
  const parsed = taints
    .map((text) => /^(.+?)=(.*):(.+)$/.exec(text)!)
    .map(([, key = '', value = '', effect = '']) => ({ key, value, effect }));
  return { ...original, spec: { ...original.spec, taints: parsed } };
}

const found = (cluster: ClusterFixture) => collect([nodePools], clusterOf(cluster)).entries;
const drift = (agreed: ClusterFixture, actual: ClusterFixture) =>
  compare([nodePools], found(agreed), found(actual)).map(({ object, path, expected, actual: now }) => [object, path, expected, now]);
const agreed = { nodes: pool(3) };
const ownLabel = 'example.com/machine';
function without<T extends ReturnType<typeof node>>(original: T, label: string): T {
  const { [label]: _, ...labels } = original.metadata!.labels!;
  return { ...original, metadata: { ...original.metadata, labels } };
}
/** The last of three nodes, when it is not as the others. */
const third = (options: NodeFixture) => pool(3, options)[2]!;

describe('a node pool', () => {
  it.each<[string, Record<string, string>, string]>([
    ['EKS', { 'eks.amazonaws.com/nodegroup': 'general' }, 'NodePool/general'],
    ['Karpenter', { 'karpenter.sh/nodepool': 'spot' }, 'NodePool/spot'],
    ['GKE', { 'cloud.google.com/gke-nodepool': 'pool-1' }, 'NodePool/pool-1'],
    ['AKS', { 'kubernetes.azure.com/agentpool': 'system' }, 'NodePool/system'],
    ['Cluster API', { 'node.cluster.x-k8s.io/pool': 'workers' }, 'NodePool/workers'],
    ['the control plane, where nothing names one', { 'node-role.kubernetes.io/control-plane': '' }, 'NodePool/control-plane'],
    ['all others, where nothing names one', {}, 'NodePool/default'],
  ])('is known by the label of %s', (_, labels, object) => {
    expect(found({ nodes: [node('a', { labels })] })[0]?.object).toBe(object);
  });

  it('is what its nodes have alike', () => {
    expect(found(agreed)).toEqual([
      {
        fact: 'node-pools',
        object: 'NodePool/general',
        value: { instanceTypes: 'm6i.large', kubeletVersions: 'v1.37.2', 'labels.team': 'platform', minimumSize: '3' },
      },
    ]);
  });
});

describe('node pools drift', () => {
  it('with fewer nodes than were agreed', () => {
    expect(drift(agreed, { nodes: pool(2) })).toEqual([['NodePool/general', 'minimumSize', '3', '2']]);
  });

  it('with a node of another version or another type', () => {
    const [first, ...others] = pool(3);
    const strange = node('strange', { version: 'v1.36.0', labels: { ...first!.metadata!.labels, [instanceType]: 'm6i.4xlarge' } });
    expect(drift(agreed, { nodes: [strange, ...others] })).toEqual([
      ['NodePool/general', 'instanceTypes', 'm6i.large', 'm6i.4xlarge, m6i.large'],
      ['NodePool/general', 'kubeletVersions', 'v1.37.2', 'v1.36.0, v1.37.2'],
    ]);
  });

  it('with a taint that one node has got', () => {
    const [first, ...others] = pool(3);
    expect(drift(agreed, { nodes: [tainted(first!, 'dedicated=gpu:NoSchedule'), ...others] })).toEqual([
      ['NodePool/general', 'taints.dedicated', '', 'gpu:NoSchedule (not on all nodes)'],
    ]);
  });

  it('with a taint that one node has lost', () => {
    const nodes = pool(3).map((each) => tainted(each, 'dedicated=gpu:NoSchedule'));
    expect(drift({ nodes }, { nodes: [...nodes.slice(1), pool(1)[0]!] })).toEqual([
      ['NodePool/general', 'taints.dedicated', 'gpu:NoSchedule', 'gpu:NoSchedule (not on all nodes)'],
    ]);
  });

  it('with a label that one node has lost', () => {
    expect(
      drift(agreed, {
        nodes: [...pool(2), node('c', { labels: { 'eks.amazonaws.com/nodegroup': 'general', [instanceType]: 'm6i.large' } })],
      }),
    ).toEqual([['NodePool/general', 'labels.team', 'platform', '(not the same on all nodes)']]);
  });

  it.each([
    ['of all nodes', 3, 3],
    ['of a pool’s only node', 1, 1],
    ['of the node that an autoscaler has left', 3, 1],
  ])('with a label %s that somebody changed or removed', (_, before, after) => {
    const own = { labels: { [ownLabel]: 'a' } };
    const then = { nodes: pool(before, own), ...autoscaler };
    const now = (labels: Record<string, string>) => ({ nodes: pool(after, { labels: { ...own.labels, ...labels } }), ...autoscaler });
    expect(drift(then, now({ team: 'other' }))).toEqual([['NodePool/general', 'labels.team', 'platform', 'other']]);
    const removed = { nodes: now({}).nodes.map((each) => without(each, 'team')), ...autoscaler };
    expect(drift(then, removed)).toEqual([['NodePool/general', 'labels.team', 'platform', '']]);
  });

  it('with a label that somebody gave all nodes, or the only one', () => {
    for (const size of [3, 1])
      expect(drift({ nodes: pool(size) }, { nodes: pool(size, { labels: { tier: 'gold' } }) })).toEqual([
        ['NodePool/general', 'labels.tier', '', 'gold'],
      ]);
  });

  it('with a pool that is new and one that is gone', () => {
    expect(drift(agreed, { nodes: pool(3, {}, 'extra') }).map(([object, path]) => [object, path])).toEqual([
      ['NodePool/extra', ''],
      ['NodePool/general', ''],
    ]);
  });
});

describe('node pools do not drift', () => {
  it('with the order of nodes', () => {
    const nodes = [...pool(2), node('z', { version: 'v1.36.0', labels: { 'eks.amazonaws.com/nodegroup': 'general' } })];
    expect(drift({ nodes }, { nodes: nodes.toReversed() })).toEqual([]);
  });

  it('with more nodes than were agreed', () => {
    expect(drift(agreed, { nodes: pool(5) })).toEqual([]);
  });

  it('with the order of taints, several of one key included', () => {
    const taints = ['dedicated=gpu:NoSchedule', 'dedicated=gpu:NoExecute', 'team=ml:NoSchedule'];
    const nodes = pool(2).map((each) => tainted(each, ...taints));
    expect(drift({ nodes }, { nodes: pool(2).map((each) => tainted(each, ...taints.toReversed())) })).toEqual([]);
  });

  it.each([
    'node.kubernetes.io/unschedulable',
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/unreachable',
    'node.kubernetes.io/disk-pressure',
    'node.cloudprovider.kubernetes.io/uninitialized',
    'node.cloudprovider.kubernetes.io/shutdown',
    'ToBeDeletedByClusterAutoscaler',
    'DeletionCandidateOfClusterAutoscaler',
    'startup-taint.cluster-autoscaler.kubernetes.io/agent',
    'karpenter.sh/disrupted',
    'karpenter.sh/unregistered',
    'aws-node-termination-handler/spot-itn',
    'cloud.google.com/impending-node-termination',
    'remediator.kubernetes.azure.com/unschedulable',
    'node.cluster.x-k8s.io/uninitialized',
    'node.cluster.x-k8s.io/outdated-revision',
    'UpdateInProgress',
    'deployment.machine.sapcloud.io/prefer-no-schedule',
    'medik8s.io/drain',
    'kubevirt.io/drain',
    'node.gardener.cloud/critical-components-not-ready',
    'cni.istio.io/not-ready',
    'node.cilium.io/agent-not-ready',
    'ebs.csi.aws.com/agent-not-ready',
  ])('with the taint %s, which a node gets and loses in its life', (key) => {
    expect(drift(agreed, { nodes: [...pool(2), third({ taints: [key] })] })).toEqual([]);
    expect(drift(agreed, { nodes: pool(3, { taints: [key] }) })).toEqual([]);
  });

  it('with a passing taint in a baseline of a release that stated it', () => {
    const [entry] = found(agreed);
    const value = { ...entry!.value, 'taints.UpdateInProgress': ':PreferNoSchedule (not on all nodes)' };
    expect(compare([nodePools], [{ ...entry!, value }], found(agreed))).toEqual([]);
  });

  it('with labels that are a node’s own, or its provider’s', () => {
    const made = {
      'kubernetes.io/hostname': 'ip-10-0-0-1',
      'topology.kubernetes.io/zone': 'eu-west-1b',
      'topology.ebs.csi.aws.com/zone': 'eu-west-1b',
      'node.kubernetes.io/exclude-from-external-load-balancers': '',
      'eks.amazonaws.com/nodegroup-image': 'ami-0123456789',
      'kubernetes.azure.com/node-image-version': 'AKSUbuntu-2204gen2containerd-202611.01.0',
      'karpenter.k8s.aws/instance-cpu': '8',
      'cloud.google.com/machine-family': 'n2',
      'topology.gke.io/zone': 'europe-west1-b',
    };
    expect(drift(agreed, { nodes: pool(3, { labels: made }) })).toEqual([]);
  });

  it('with a label that only some nodes have', () => {
    expect(drift(agreed, { nodes: [...pool(2), third({ labels: { rack: 'r7' } })] })).toEqual([]);
  });

  describe('when the pool is scaled, or its only node is replaced,', () => {
    /** GPU nodes, told apart by labels of their own. */
    const machines = (...names: string[]) => ({
      nodes: names.map((name) => {
        const labels = { [ownLabel]: `machine-${name}`, [`disk-${name}`]: 'fast', shared: 'yes' };
        const [machine] = pool(1, { labels });
        return { ...machine!, metadata: { ...machine!.metadata, name } };
      }),
      ...autoscaler,
    });

    it.each([
      ['from two nodes to one', ['a', 'b'], ['a']],
      ['from one node to two', ['a'], ['a', 'b']],
      ['from one node to two others', ['a'], ['b', 'c']],
      ['from one node to another', ['a'], ['b']],
      ['from two nodes to two others', ['a', 'b'], ['c', 'd']],
    ])('with labels of its machines: %s', (_, before, after) => {
      expect(drift(machines(...before), machines(...after))).toEqual([]);
    });
  });

  it.each(['nvidia.com/gfd.timestamp', 'nvidia.com/gpu-driver-upgrade-state', 'plan.upgrade.cattle.io/k3s'])(
    'with the label %s, which says how far something is',
    (key) => {
      expect(drift({ nodes: pool(1, { labels: { [key]: '1' } }) }, { nodes: pool(1, { labels: { [key]: '2' } }) })).toEqual([]);
    },
  );

  it('with a baseline of a release that stated the labels of one node without saying so', () => {
    const only = { nodes: pool(1, { labels: { [ownLabel]: 'a', 'nvidia.com/gfd.timestamp': '1' } }), ...autoscaler };
    const [{ value, ...entry } = { value: {}, fact: '', object: '' }] = found(only);
    const { onlyNode: _, ...then } = { ...value, 'labels.nvidia.com/gfd.timestamp': '1' } as Record<string, string>;
    expect(compare([nodePools], [{ ...entry, value: then }], found(only))).toEqual([]);
  });

  it('with a baseline of a release that left out labels in which nodes differ', () => {
    const racks = { nodes: [...pool(2, { labels: { rack: 'r1' } }), third({ labels: { rack: 'r2' } })], ...autoscaler };
    const [{ value, ...entry } = { value: {}, fact: '', object: '' }] = found(racks);
    const { 'labels.rack': mark, ...then } = value as Record<string, string>;
    expect(mark).toBe('(not the same on all nodes)');
    expect(compare([nodePools], [{ ...entry, value: then }], found(racks))).toEqual([]);
    expect(compare([nodePools], [{ ...entry, value: then }], found({ ...racks, nodes: racks.nodes.slice(2) }))).toEqual([]);
  });

  it('when of several agreed instance types only some are left', () => {
    const mixed = { nodes: [...pool(2), third({ labels: { [instanceType]: 'm5.large' } })] };
    expect(drift(mixed, agreed)).toEqual([]);
    expect(drift(agreed, mixed)).toHaveLength(1);
  });

  it('with the size of a pool that an autoscaler keeps', () => {
    expect(drift({ nodes: pool(6), ...autoscaler }, { nodes: pool(1), ...autoscaler })).toEqual([]);
  });

  it('when an autoscaler has emptied a pool', () => {
    const before = { nodes: [...pool(2), ...pool(1, {}, 'batch')], ...autoscaler };
    expect(drift(before, { nodes: pool(2), ...autoscaler })).toEqual([]);
  });

  it('when an autoscaler is installed or removed', () => {
    expect(drift(agreed, { nodes: pool(1), ...autoscaler })).toEqual([]);
    expect(drift({ nodes: pool(3), ...autoscaler }, { nodes: pool(1) })).toEqual([]);
  });

  it('with the machines that Karpenter takes', () => {
    const made = (type: string) => ({ nodes: [node('a', { labels: { 'karpenter.sh/nodepool': 'general', [instanceType]: type } })] });
    expect(drift(made('m6i.large'), made('c7g.4xlarge'))).toEqual([]);
  });
});

it.each(['taints.example.com/starting', 'labels.team'])('%s may wait for what runs later on a new node', (path) => {
  expect([false, true].map((gone) => nodePools.holdMs?.(path, gone))).toEqual([1_800_000, 1_800_000]);
  expect(nodePools.holdMs?.('kubeletVersions', false)).toBe(0);
});

describe('who changed a node pool', () => {
  const view = clusterOf({
    nodes: [...pool(2), tainted(node('odd', { labels: { 'eks.amazonaws.com/nodegroup': 'general' } }), 'dedicated=gpu:NoSchedule')],
  });
  const source = (path: string, expected: string) => nodePools.source('NodePool/general', path, expected, view);

  it('is who wrote the taint or label of the node that differs', () => {
    expect(source('taints.dedicated', '')).toMatchObject({ type: { resource: 'nodes' }, name: 'odd', fields: ['spec', 'taints'] });
    expect(source('labels.team', 'platform')).toMatchObject({ name: 'odd', fields: ['metadata', 'labels', 'team'] });
  });

  it('is not known for what no object holds, or where the nodes differed when it was agreed', () => {
    expect(source('minimumSize', '3')).toBeUndefined();
    expect(source('kubeletVersions', 'v1.36.0')).toBeUndefined();
    expect(source('', '')).toBeUndefined();
    expect(source('taints.dedicated', 'ml:NoSchedule (not on all nodes)')).toBeUndefined();
  });
});
