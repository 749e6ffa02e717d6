import { type ClusterFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { configureChecks } from '../run.ts';
import { versionTarget } from './version-target.ts';

const agreement = { targets: { kubernetes: '>=1.36.2 <1.38.0' } };
const found = (cluster: ClusterFixture) => findingsOf(versionTarget, cluster, {}, agreement);
const reasons = (cluster: ClusterFixture) => found(cluster).map(({ reason }) => reason);
const kubelet = (version: string) => ({ nodes: [node('a', { version })], version: 'v1.37.2' });

describe('version-target fires', () => {
  it('for an API server outside the range, with its version and where the range stands', () => {
    expect(found({ version: 'v1.35.4-eks-3025e55' })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'ApiServerOutsideTarget',
        message:
          'The API server runs v1.35.4-eks-3025e55, outside >=1.36.2 <1.38.0 (spec.maintenance.targets.kubernetes). Update it in the next maintenance window.',
      },
    ]);
  });

  it('once for all kubelets outside, by version', () => {
    const nodes = ['v1.35.1', 'v1.36.2', 'v1.35.1', 'v1.36.0'].map((version, index) => node(`n${index}`, { version }));
    expect(found({ version: 'v1.37.2', nodes })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'KubeletsOutsideTarget',
        message:
          'Kubelets run a version outside >=1.36.2 <1.38.0 (spec.maintenance.targets.kubernetes): v1.35.1 on 2 nodes, v1.36.0 on 1 node. Update these nodes in the next maintenance window.',
      },
    ]);
  });

  it('for both where both are outside, and for what is newer than agreed', () => {
    expect(reasons({ version: 'v1.38.0', nodes: [node('a', { version: 'v1.38.0' })] })).toEqual(
      expect.arrayContaining(['ApiServerOutsideTarget', 'KubeletsOutsideTarget']),
    );
  });

  it('for a cordoned node too: it comes back with the same kubelet', () => {
    expect(reasons({ version: 'v1.37.2', nodes: [node('a', { version: 'v1.35.1', cordoned: true })] })).toEqual(['KubeletsOutsideTarget']);
  });
});

describe('version-target at its boundaries', () => {
  it.each([
    ['v1.36.1', 1],
    ['v1.36.2', 0],
    ['v1.37.99', 0],
    ['v1.38.0', 1],
    ['v1.38.0-rc.1', 1],
    ['v1.37.0-rc.1', 1],
    ['v1.36.2-gke.100', 0],
    ['v1.36.2+rke2r1', 0],
  ])('%s gives %d', (version, count) => {
    expect(found({ version })).toHaveLength(count);
    expect(found(kubelet(version))).toHaveLength(count);
  });

  it('waits 30 minutes, so that an API server may be replaced', () => {
    expect(configureChecks([versionTarget], []).checks[0]?.holdMs).toBe(30 * 60_000);
  });
});

describe('version-target is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['where all is within the range', { version: 'v1.36.9', nodes: [node('a', { version: 'v1.37.2' })] }],
    ['for a node that is being deleted', { nodes: [node('a', { version: 'v1.35.1', deleting: true })] }],
    [
      'for a node that cluster-autoscaler removes',
      { nodes: [node('a', { version: 'v1.35.1', taints: ['ToBeDeletedByClusterAutoscaler'] })] },
    ],
    [
      'for a virtual kubelet, whose version is that of its library',
      { nodes: [node('a', { version: 'v1.25.0', labels: { type: 'virtual-kubelet' } })] },
    ],
    ['for one that is known by its taint only', { nodes: [node('a', { version: 'v1.25.0', taints: ['virtual-kubelet.io/provider'] })] }],
    ['for a node that has not said anything yet', { nodes: [{ metadata: { name: 'new' } }] }],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
    expect(verdictOf(versionTarget, cluster, agreement)).toBeUndefined();
  });

  it('and not applicable where no target is set, though one for add-ons is', () => {
    const targets = { addons: [{ name: 'dns', image: '*/coredns', version: '*' }] };
    expect(verdictOf(versionTarget, {}, { targets })).toBe('NotApplicable: no target is set (spec.maintenance.targets.kubernetes)');
  });
});

describe('version-target is unknown, not healthy,', () => {
  it('where the range is none', () => {
    expect(verdictOf(versionTarget, {}, { targets: { kubernetes: 'newest' } })).toBe(
      'Unknown: spec.maintenance.targets.kubernetes: "newest" is not a range of versions',
    );
  });

  it('where a kubelet does not name a version, though another finding stands', () => {
    const nodes = [node('odd', { version: 'dev' }), node('old', { version: 'v1.35.0' })];
    expect(verdictOf(versionTarget, { nodes }, agreement)).toBe('Unknown: A version is written in a way that cannot be compared: Node/odd');
    expect(reasons({ nodes })).toEqual(['KubeletsOutsideTarget']);
  });

  it('where the API server names a version with something unforeseen behind it', () => {
    expect(verdictOf(versionTarget, { version: 'v1.36.2custom' }, agreement)).toContain('cannot be compared: the API server');
  });

  it.each(['nodes', 'version'] as const)('where %s cannot be read', (name) => {
    const knowledge = { [name]: { state: 'NotPermitted', message: 'forbidden' } } as const;
    expect(verdictOf(versionTarget, { knowledge }, agreement)).toBe('Unknown: forbidden');
  });
});
