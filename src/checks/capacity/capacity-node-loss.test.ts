import { clusterOf, type NodeFixture, node, now, type PodFixture, pod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import type { Pod } from '../../kube/types.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { capacityNodeLoss } from './capacity-node-loss.ts';

const ten: NodeFixture = { cpu: '10', memory: '100Gi' };
const nodes = [node('a', ten), node('b', ten), node('c', ten)];
const poolLabel = 'eks.amazonaws.com/nodegroup';
const inPool = (name: string, options: NodeFixture = {}) => node(name, { ...ten, labels: { [poolLabel]: 'gpu' }, ...options });

/** A pod on a node that asks for so much CPU and for next to no memory. */
const on = (nodeName: string, cpu: string, options: PodFixture & { selects?: string } = {}): Pod => {
  const made = pod(`load-${nodeName}-${cpu}`, { nodeName, cpu, memory: '1Mi', ...options });
  return options.selects ? { ...made, spec: { ...made.spec!, nodeSelector: { [poolLabel]: options.selects } } } : made;
};
const ownedBy = (kind: string, made: Pod): Pod => ({
  ...made,
  metadata: { ...made.metadata!, ownerReferences: [{ apiVersion: 'v1', kind, name: 'owner', uid: 'u', controller: true }] },
});
const found = (cluster: Parameters<typeof clusterOf>[0]) => findingsOf(capacityNodeLoss, cluster ?? {});
const short = (cluster: Parameters<typeof clusterOf>[0]) => found(cluster).map(({ object, severity }) => [object, severity]);
const warned = [['Cluster/local', 'warning']];

describe('capacity-node-loss fires', () => {
  it('where the pods of a node would not fit on the others, and names what is needed and what is left', () => {
    expect(found({ nodes, pods: [on('a', '7'), on('b', '7'), on('c', '7.2')] })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'NodeLossNotCovered',
        message:
          'If the largest node of the cluster were lost, its pods would not fit on the others: needed would be at least 105% of the cpu (20) that is left. Add a node, or lower requests.',
      },
    ]);
  });

  it('for memory, and for places for pods', () => {
    const heavy = (nodeName: string) => on(nodeName, '1m', { memory: '75Gi' });
    const [finding] = found({ nodes, pods: [heavy('a'), heavy('b'), heavy('c')] });
    expect(finding?.message).toContain('at least 110% of the memory (200Gi) that is left');
    const many = Array.from({ length: 111 }, (_, index) => pod(`p${index}`, { nodeName: index % 2 ? 'a' : 'b', cpu: '1m', memory: '1Mi' }));
    const [crowded] = found({ nodes: nodes.slice(0, 2), pods: many });
    expect(crowded?.message).toContain('at least 100% of the places for pods (110) that is left');
  });

  it('where the one large node is lost, though any other could be', () => {
    const uneven = [node('large', { cpu: '30', memory: '100Gi' }), node('b', ten), node('c', ten)];
    expect(short({ nodes: uneven, pods: [on('large', '25')] })).toEqual(warned);
    expect(short({ nodes: uneven, pods: [on('large', '15')] })).toEqual([]);
  });

  it.each<[string, NodeFixture]>([
    ['is being removed', { deleting: true }],
    ['is virtual', { labels: { type: 'virtual-kubelet' } }],
    ['takes only some pods', { taints: ['node-role.kubernetes.io/control-plane'] }],
  ])('where the room is on a node that %s', (_, options) => {
    expect(short({ nodes: [...nodes.slice(0, 2), node('c', { ...ten, ...options })], pods: [on('a', '6'), on('b', '6')] })).toEqual(warned);
  });

  it('for the pool alone that pods select, tainted or not', () => {
    const pool = [inPool('g1', { taints: ['gpu'] }), inPool('g2', { taints: ['gpu'] })];
    const pods = [on('g1', '6', { selects: 'gpu' }), on('g2', '6', { selects: 'gpu' })];
    expect(found({ nodes: [...nodes, ...pool], pods })).toMatchObject([
      {
        object: 'NodePool/gpu',
        severity: 'warning',
        message: expect.stringContaining(
          'the largest node of the pool gpu were lost, its pods would not fit on the others: needed would be at least 120% of the cpu (10)',
        ),
      },
    ]);
  });

  it('for a pool whose other nodes are taken by pods that could run elsewhere', () => {
    const pods = [on('g1', '6', { selects: 'gpu' }), on('g2', '6')];
    expect(short({ nodes: [...nodes, inPool('g1'), inPool('g2')], pods })).toEqual([['NodePool/gpu', 'warning']]);
  });

  it('once, as info, where an autoscaler adds nodes', () => {
    const status = { metadata: { name: 'cluster-autoscaler-status', namespace: 'kube-system' } };
    const pods = [on('a', '9'), on('b', '9'), on('c', '9'), on('g1', '6', { selects: 'gpu' }), on('g2', '6', { selects: 'gpu' })];
    const pool = [inPool('g1', { taints: ['gpu'] }), inPool('g2', { taints: ['gpu'] })];
    expect(found({ nodes: [...nodes, ...pool], pods, 'cluster-autoscaler-status': [status] })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'NodeLossNotCovered',
        message:
          'If the largest node were lost, its pods would wait until the autoscaler has added another one: the cluster (cpu), the pool gpu (cpu). Check that it may still add nodes.',
      },
    ]);
  });
});

describe('capacity-node-loss at its boundaries', () => {
  it('is silent where the pods just fit', () => {
    expect(short({ nodes, pods: [on('a', '7'), on('b', '7'), on('c', '6')] })).toEqual([]);
    expect(short({ nodes, pods: [on('a', '7'), on('b', '7'), on('c', '6.001')] })).toEqual(warned);
    // 0.1 + 0.2 is more than 0.3 in binary.
    const small = ['a', 'b'].map((name) => node(name, { cpu: '300m', memory: '100Gi' }));
    expect(short({ nodes: small, pods: [on('a', '100m'), on('a', '200m')] })).toEqual([]);
  });

  it('takes away with the node the pods that go with it: DaemonSets and static pods', () => {
    const two = nodes.slice(0, 2);
    const agents = (kind: string) => [on('a', '5'), on('b', '2'), ownedBy(kind, on('a', '2.5')), ownedBy(kind, on('b', '2.5'))];
    expect(short({ nodes: two, pods: agents('DaemonSet') })).toEqual([]);
    expect(short({ nodes: two, pods: agents('Node') })).toEqual([]);
    expect(short({ nodes: two, pods: agents('StatefulSet') })).toEqual(warned);
  });

  it('is about the pool once where the pool is the whole cluster', () => {
    const pods = [on('g1', '6', { selects: 'gpu' }), on('g2', '6', { selects: 'gpu' })];
    expect(short({ nodes: [inPool('g1'), inPool('g2')], pods })).toEqual(warned);
  });

  it('opens when it has held for 10 minutes since it was first seen', () => {
    const { checks } = configureChecks([capacityNodeLoss], []);
    const { observations, holdMs } = runCheck(checks[0]!, clusterOf({ nodes, pods: [on('a', '25')] }), now, createAgreement());
    expect([holdMs, observations.map(({ since }) => since)]).toEqual([600_000, [undefined]]);
  });

  it('keeps its message while pods come and go, within steps of five percent', () => {
    const message = (cpu: string) => found({ nodes, pods: [on('a', cpu)] })[0]?.message;
    expect(message('20.9')).toBe(message('20.2'));
    expect(message('21.1')).not.toBe(message('20.9'));
  });
});

describe('capacity-node-loss is silent', () => {
  const full = [on('a', '6'), on('b', '6'), on('c', '6')];
  it.each<[string, object[], object[]]>([
    ['where there is room', nodes, full],
    [
      'while a node is cordoned for maintenance',
      [nodes[0]!, nodes[1]!, node('c', { ...ten, cordoned: true, taints: ['node.kubernetes.io/unschedulable'] })],
      full,
    ],
    [
      'while a node is not ready, which is node-not-ready’s',
      [nodes[0]!, nodes[1]!, node('c', { ...ten, ready: 'False', taints: ['node.kubernetes.io/not-ready'] })],
      full,
    ],
    ['about pods that wait for a node, which are pod-unschedulable’s', nodes, [pod('waiting', { cpu: '25' })]],
    ['about pods that are being deleted', nodes, [on('a', '25', { deleting: true })]],
    ['about pods that have completed', nodes, [on('a', '25', { phase: 'Succeeded' })]],
    [
      'about nodes that are being removed, and their pods',
      [...nodes, node('d', { ...ten, taints: ['ToBeDeletedByClusterAutoscaler'] })],
      [...full, on('d', '9')],
    ],
    ['about a pool of one node', [...nodes, inPool('g1', { taints: ['gpu'] })], [on('g1', '9', { selects: 'gpu' })]],
    ['about a pool whose pods may run elsewhere', [...nodes, inPool('g1'), inPool('g2')], [on('g1', '6'), on('g2', '6')]],
    [
      'about pods of nodes that take only some pods',
      [...nodes, node('cp', { ...ten, taints: ['node-role.kubernetes.io/control-plane'] })],
      [...full, on('cp', '9')],
    ],
    ['when a node joins that has not yet said what it can give', [...nodes, { metadata: { name: 'new' } }], full],
  ])('%s', (_, given, pods) => {
    expect(short({ nodes: given, pods })).toEqual([]);
  });

  it('where the room is on a node that pods only prefer to avoid', () => {
    const avoided = node('c', ten);
    const taints = [{ key: 'spot', effect: 'PreferNoSchedule' }];
    const given = [...nodes.slice(0, 2), { ...avoided, spec: { ...avoided.spec, taints } }];
    expect(short({ nodes: given, pods: [on('a', '6'), on('b', '6')] })).toEqual([]);
  });

  it('about pods of a pool’s node that may run elsewhere', () => {
    const pods = [on('g1', '3', { selects: 'gpu' }), on('g1', '5'), on('g2', '4')];
    expect(short({ nodes: [...nodes, inPool('g1'), inPool('g2')], pods })).toEqual([]);
  });
});

describe('capacity-node-loss says what it cannot judge', () => {
  it.each(['nodes', 'pods'] as const)('as unknown, not healthy, where %s cannot be read', (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(capacityNodeLoss, { nodes, knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  });

  it('as not applicable with fewer than two schedulable nodes', () => {
    const verdict =
      'NotApplicable: There are fewer than two schedulable nodes, so that no other node could take the pods of one that is lost.';
    expect(verdictOf(capacityNodeLoss, { nodes: nodes.slice(0, 1), pods: [on('a', '9')] })).toBe(verdict);
    expect(verdictOf(capacityNodeLoss, { nodes: [nodes[0]!, node('cp', { taints: ['node-role.kubernetes.io/control-plane'] })] })).toBe(
      verdict,
    );
    const unused = ['g1', 'g2'].map((name) => inPool(name, { taints: ['gpu'] }));
    expect(verdictOf(capacityNodeLoss, { nodes: [nodes[0]!, ...unused] })).toBe(verdict);
    expect(verdictOf(capacityNodeLoss, { nodes: nodes.slice(0, 2) })).toBeUndefined();
  });
});
