import { type ClusterFixture, clusterOf, node } from '../../test/fixtures/cluster.ts';
import { calendarOf, distributionOf, hasAutoscaler, hasManagedControlPlane } from './platform.ts';

const labelled = (labels: Record<string, string>): ClusterFixture => ({ nodes: [node('a'), node('b', { labels })] });

const status = (...namespaces: string[]): ClusterFixture => ({
  'cluster-autoscaler-status': namespaces.map((namespace) => ({ metadata: { name: 'cluster-autoscaler-status', namespace } })),
});

describe('the distribution is', () => {
  it.each<[string, ClusterFixture, string]>([
    ['EKS by the suffix of the version', { version: 'v1.33.5-eks-3025e55' }, 'eks'],
    ['GKE by the suffix of the version', { version: 'v1.33.5-gke.1080000' }, 'gke'],
    ['AKS by a label of a node, since its version has no suffix', labelled({ 'kubernetes.azure.com/cluster': 'MC_prod' }), 'aks'],
    ['upstream without any of these', {}, 'upstream'],
    ['k3s by the suffix of the version', { version: 'v1.33.5+k3s1' }, 'k3s'],
    ['RKE2 by the suffix of the version', { version: 'v1.33.5+rke2r1' }, 'rke2'],
    ['OpenShift by a label of its nodes', labelled({ 'node.openshift.io/os_id': 'rhcos' }), 'openshift'],
    [
      'kind by the provider id of its nodes',
      { nodes: [{ metadata: { name: 'a' }, spec: { providerID: 'kind://docker/kind/a' } }] },
      'kind',
    ],
    [
      'kubeadm by the annotation that it leaves on nodes',
      { nodes: [{ metadata: { name: 'a', annotations: { 'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///run/containerd' } } }] },
      'kubeadm',
    ],
    ['upstream for a release candidate', { version: 'v1.38.0-rc.1' }, 'upstream'],
    ['upstream where the version is not known', { version: '' }, 'upstream'],
  ])('%s', (_, cluster, expected) => {
    expect(distributionOf(clusterOf(cluster))).toBe(expected);
  });
});

it.each([
  ['eks', 'eks'],
  ['openshift', 'openshift'],
  ['k3s', 'upstream'],
  ['rke2', 'upstream'],
  ['kubeadm', 'upstream'],
  ['upstream', 'upstream'],
] as const)('the support dates of %s are those of %s', (distribution, provider) => {
  expect(calendarOf(distribution)).toBe(provider);
});

describe('the control plane', () => {
  it('is somebody else’s where no node says that it is part of it', () => {
    expect(hasManagedControlPlane(clusterOf(labelled({})))).toBe(true);
  });

  it.each(['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'])(
    'is one’s own where a node has the label %s',
    (label) => {
      expect(hasManagedControlPlane(clusterOf(labelled({ [label]: '' })))).toBe(false);
    },
  );
});

describe('an autoscaler is there', () => {
  it.each<[string, ClusterFixture]>([
    ['where cluster-autoscaler writes its status', status('kube-system')],
    ['where OpenShift’s does', status('openshift-machine-api')],
    ['where several do, each in the namespace of its release', status('autoscaler-a', 'autoscaler-b')],
    ['where Karpenter made a node', labelled({ 'karpenter.sh/nodepool': 'general' })],
    ['where EKS Auto Mode made a node', labelled({ 'eks.amazonaws.com/compute-type': 'auto' })],
    ['where Fargate makes a node for each pod', labelled({ 'eks.amazonaws.com/compute-type': 'fargate' })],
  ])('%s', (_, cluster) => {
    expect(hasAutoscaler(clusterOf(cluster))).toBe(true);
  });
});

describe('no autoscaler is there', () => {
  it.each<[string, ClusterFixture]>([
    ['in an empty cluster', {}],
    ['where nodes belong to a managed group, which may have a fixed size', labelled({ 'eks.amazonaws.com/nodegroup': 'general' })],
    ['where EKS marks the user’s own machines', labelled({ 'eks.amazonaws.com/compute-type': 'hybrid' })],
  ])('%s', (_, cluster) => {
    expect(hasAutoscaler(clusterOf(cluster))).toBe(false);
  });
});
