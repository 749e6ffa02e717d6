import { type ClusterFixture, clusterOf, type NodeFixture, node, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { supportAll } from '../../../test/fixtures/judgement.ts';
import { daemonset, podsOn, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { advance, type Memory } from '../../findings/lifecycle.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { obsNodeExporter } from './obs-node-exporter.ts';

const images = ['quay.io/prometheus/node-exporter:v1.10.2'];

/** Two workers with the exporter, and one node more, on which its pod is not. */
const besides = (options: NodeFixture): ClusterFixture => ({
  nodes: [node('w1'), node('w2'), node('w3', options)],
  daemonsets: [daemonset('node-exporter', { images, desired: 2 })],
  pods: podsOn(['w1', 'w2'], 'node-exporter'),
});

/** Three workers of which the last one has this state, and an exporter of which one pod is not ready. */
const notReadyOn = (options: NodeFixture, places = ['w1', 'w2', 'w3']): ClusterFixture => ({
  nodes: [node('w1'), node('w2'), node('w3', options)],
  daemonsets: [daemonset('node-exporter', { images, desired: 3, ready: 2 })],
  pods: podsOn(places, 'node-exporter'),
});

const found = (cluster: ClusterFixture, setting = {}) => findingsOf(obsNodeExporter, cluster, setting);
const reasons = (cluster: ClusterFixture) => found(cluster).map(({ reason }) => reason);

describe('obs-node-exporter fires', () => {
  it('where it is not installed', () => {
    expect(found({ nodes: [node('w1')] })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'NotInstalled',
        message:
          'No node-exporter is installed, so the disks, memory and network of nodes are not measured. Install one, or switch the check off where something outside of the cluster does the work.',
      },
    ]);
  });

  it('where a pod of it is not ready', () => {
    expect(found(notReadyOn({}))).toEqual([
      {
        object: 'DaemonSet/monitoring/node-exporter',
        severity: 'warning',
        reason: 'NotReady',
        message:
          'DaemonSet/monitoring/node-exporter (node-exporter) has 2 of 3 pods ready. Look at its pods: kubectl -n monitoring get pods, then describe one that is not ready.',
      },
    ]);
  });

  it('where its DaemonSet leaves out a node, such as one with a taint that it does not tolerate', () => {
    expect(found(besides({ taints: ['dedicated'] }))).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'NodesNotCovered',
        message:
          '1 node has no pod of DaemonSet/monitoring/node-exporter (node-exporter), so the disks, memory and network of nodes are not measured there: w3. Compare taints and labels there with the tolerations, node selector and affinity of the DaemonSet.',
      },
    ]);
  });

  it('once where a pod finds no place on its node, since that is the DaemonSet’s state', () => {
    expect(reasons(notReadyOn({}, ['w1', 'w2', '']))).toEqual(['NotReady']);
  });

  it('where it stands on a Fargate node but is broken on a real one', () => {
    const fargate = node('f1', { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } });
    const cluster = notReadyOn({});
    expect(reasons({ ...cluster, nodes: [...cluster.nodes!, fargate] })).toEqual(['NotReady']);
  });
});

describe('obs-node-exporter at its boundaries', () => {
  it('counts a node once it has been ready for 15 minutes, and not a second before', () => {
    expect(reasons(besides({ since: 15 }))).toEqual(['NodesNotCovered']);
    expect(reasons(besides({ since: 15 - 1 / 60 }))).toEqual([]);
  });

  it('takes another time from the coverage', () => {
    expect(found(besides({ since: 2 }), { for: '2m' })).toHaveLength(1);
  });

  it('counts a node that does not say since when it is ready', () => {
    const cluster = besides({});
    const undated = { metadata: { name: 'w3' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } };
    expect(reasons({ ...cluster, nodes: [node('w1'), node('w2'), undated] })).toEqual(['NodesNotCovered']);
  });

  it('takes for ready whatever is as many as desired', () => {
    const cluster = notReadyOn({});
    expect(reasons({ ...cluster, daemonsets: [daemonset('node-exporter', { images, desired: 3, ready: 3 })] })).toEqual([]);
  });
});

describe('obs-node-exporter is silent', () => {
  it('where each node has a ready pod', () => {
    const cluster = besides({});
    const daemonsets = [daemonset('node-exporter', { images, desired: 3 })];
    expect(reasons({ ...cluster, daemonsets, pods: podsOn(['w1', 'w2', 'w3'], 'node-exporter') })).toEqual([]);
  });

  it.each<[string, NodeFixture]>([
    ['just joined', { since: 5 }],
    ['is not ready', { ready: 'False' }],
    ['cannot be reached', { ready: 'Unknown' }],
    ['is being deleted', { deleting: true }],
    ['is removed by the autoscaler', { taints: ['ToBeDeletedByClusterAutoscaler'] }],
    ['is a Fargate node', { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } }],
    ['is virtual', { labels: { type: 'virtual-kubelet' } }],
    ['is virtual by its taint', { taints: ['virtual-kubelet.io/provider'] }],
    ['is a peer’s, by Liqo', { labels: { 'liqo.io/type': 'virtual-node' } }],
    ['is simulated', { labels: { type: 'kwok' } }],
  ])('about a node that %s, whether it has a pod that is not ready or none', (_, options) => {
    expect(reasons(besides(options))).toEqual([]);
    expect(reasons(notReadyOn(options))).toEqual([]);
    expect(reasons(notReadyOn(options, ['w1', 'w2', '']))).toEqual([]);
  });

  it.each<[string, NodeFixture]>([
    ['runs Windows', { labels: { 'kubernetes.io/os': 'windows' } }],
    ['is cordoned', { cordoned: true }],
    ['is a control plane with its taint', { taints: ['node-role.kubernetes.io/control-plane'] }],
    ['is a control plane with its old taint', { taints: ['node-role.kubernetes.io/master'] }],
  ])('about a node without a pod that %s', (_, options) => {
    expect(reasons(besides(options))).toEqual([]);
  });

  it('while its pods are replaced, which takes less than 15 minutes', () => {
    const [exporter] = configureChecks([obsNodeExporter], []).checks;
    const seen = (memory: Memory, at: Temporal.Instant) =>
      advance(memory, [runCheck(exporter!, clusterOf(notReadyOn({})), at, createAgreement())], 'local', at, supportAll);
    const first = seen({ findings: [], pending: [] }, now);
    expect(first.findings).toEqual([]);
    expect(seen(first, now.add({ minutes: 14 })).findings).toEqual([]);
    expect(seen(first, now.add({ minutes: 15 })).findings).toHaveLength(1);
  });

  it.each<[string, WorkloadFixture]>([
    ['is meant for no node, such as one for Windows', { desired: 0 }],
    ['is being deleted', { desired: 3, ready: 0, deleting: true }],
    ['is not known to its controller in its newest form', { desired: 3, ready: 0, unobserved: true }],
  ])('about a DaemonSet that %s', (_, options) => {
    const cluster = notReadyOn({});
    const daemonsets = [daemonset('node-exporter', { images, desired: 3 }), daemonset('other', { images, ...options })];
    expect(reasons({ ...cluster, daemonsets })).toEqual([]);
  });

  it('where one DaemonSet a node pool covers the nodes together', () => {
    expect(
      reasons({
        ...besides({}),
        daemonsets: [daemonset('node-exporter', { images, desired: 2 }), daemonset('gpu-exporter', { images, desired: 1 })],
        pods: [...podsOn(['w1', 'w2'], 'node-exporter'), ...podsOn(['w3'], 'gpu-exporter')],
      }),
    ).toEqual([]);
  });
});

describe('obs-node-exporter does not apply', () => {
  const azure = node('a', { labels: { 'kubernetes.azure.com/cluster': 'MC_platform' } });
  it.each<[string, ClusterFixture, string]>([
    ['on AKS, whose nodes have it as a service', { nodes: [azure] }, 'No node-exporter is seen in the cluster; AKS runs it as a service'],
    [
      'on GKE, which measures its nodes itself',
      { version: 'v1.36.1-gke.100', nodes: [node('a')] },
      'No node-exporter is seen in the cluster; GKE',
    ],
    [
      'where every node is virtual',
      { nodes: [node('f1', { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } })] },
      'The cluster has no node that a DaemonSet would have to serve.',
    ],
    [
      'where an agent on the nodes can measure them',
      { nodes: [node('a')], daemonsets: [daemonset('alloy', { images: ['docker.io/grafana/alloy:v1.12.0'] })] },
      'No node-exporter is seen, but DaemonSet/monitoring/alloy is',
    ],
  ])('%s', (_, cluster, words) => {
    expect(found(cluster)).toEqual([]);
    expect(verdictOf(obsNodeExporter, cluster)).toContain(`NotApplicable: ${words}`);
  });

  it('for another reason on AKS: what is installed there is judged', () => {
    const cluster = notReadyOn({});
    expect(reasons({ ...cluster, nodes: [...cluster.nodes!, azure], pods: podsOn(['w1', 'w2', 'w3', 'a'], 'node-exporter') })).toEqual([
      'NotReady',
    ]);
  });
});

it.each(['daemonsets', 'nodes', 'pods'] as const)('obs-node-exporter is unknown, not healthy, where %s cannot be read', (name) => {
  const message = `${name} is forbidden`;
  expect(verdictOf(obsNodeExporter, { knowledge: { [name]: { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
});
