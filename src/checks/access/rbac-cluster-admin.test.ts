import { type BindingFixture, binding } from '../../../test/fixtures/access.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { rbacClusterAdmin } from './rbac-cluster-admin.ts';

const admins = (...subjects: string[]) => binding({ name: 'admins', role: 'ClusterRole/cluster-admin', subjects });
const found = (...clusterrolebindings: object[]) => findingsOf(rbacClusterAdmin, { clusterrolebindings });

describe('rbac-cluster-admin fires', () => {
  it('once for all subjects, each named once', () => {
    const second = binding({ name: 'more', role: 'ClusterRole/cluster-admin', subjects: ['User/jane', 'ServiceAccount/ci/deployer'] });
    expect(found(admins('User/jane', 'Group/system:masters'), second)).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'ClusterAdmins',
        message:
          "cluster-admin is bound to 2 subjects besides the distribution's own: ServiceAccount/ci/deployer, User/jane. Remove the bindings that nobody needs, then approve the baseline.",
      },
    ]);
  });

  it.each([
    ['a user whose name is that of a well-known group', 'User/system:masters'],
    ['everybody', 'Group/system:authenticated'],
    ['a ServiceAccount whose namespace only resembles the platform’s', 'ServiceAccount/my-openshift-tools/admin'],
    ['a ServiceAccount of the user’s own charts', 'ServiceAccount/shop/helm-web'],
  ])('for %s', (_, subject) => {
    expect(found(admins(subject))).toHaveLength(1);
  });
});

describe('rbac-cluster-admin at its boundaries', () => {
  it('names the first five subjects and counts the others', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `User/${name}`);
    expect(found(admins(...names))[0]?.message).toContain('7 subjects besides');
    expect(found(admins(...names))[0]?.message).toContain('User/e and 2 more.');
  });

  it('leaves the subject to drift as soon as the baseline is approved, and says so', () => {
    const cluster = { clusterrolebindings: [admins('User/jane')] };
    expect(findingsOf(rbacClusterAdmin, cluster, {}, { approved: [] })).toEqual([]);
    expect(verdictOf(rbacClusterAdmin, cluster, { approved: [] })).toBe(
      'NotApplicable: The approved baseline states who has cluster-admin; drift reports changes.',
    );
  });
});

describe('rbac-cluster-admin is silent', () => {
  it.each([
    ['Kubernetes', 'Group/system:masters'],
    ['kubeadm', 'Group/kubeadm:cluster-admins'],
    ['EKS', 'User/eks:addon-manager'],
    ['AKS', 'User/clusterAdmin'],
    ['AKS for its users', 'User/clusterUser'],
    ['GKE', 'User/system:storageversionmigrator'],
    ['OpenShift', 'Group/system:cluster-admins'],
    ['OpenShift’s operators', 'ServiceAccount/openshift-cluster-version/default'],
    ['OpenShift’s installer', 'User/system:admin'],
    ['k3s and RKE2', 'ServiceAccount/kube-system/helm-traefik'],
    ['RKE', 'ServiceAccount/kube-system/rke-job-deployer'],
  ])('for whom %s gives it', (_, subject) => {
    expect(found(admins(subject))).toEqual([]);
  });

  it.each<[string, BindingFixture]>([
    ['for other roles', { name: 'viewers', role: 'ClusterRole/view' }],
    ['for a binding without subjects', { name: 'admins', role: 'ClusterRole/cluster-admin', subjects: [] }],
  ])('%s', (_, options) => {
    expect(found(binding(options))).toEqual([]);
  });

  it('for cluster-admin in one namespace, which ends there', () => {
    const rolebindings = [binding({ name: 'admins', namespace: 'shop', role: 'ClusterRole/cluster-admin' })];
    expect(findingsOf(rbacClusterAdmin, { rolebindings })).toEqual([]);
  });
});

it('rbac-cluster-admin is unknown, not healthy, where bindings cannot be read', () => {
  const message = 'the operator may not list and watch clusterrolebindings.rbac.authorization.k8s.io: forbidden';
  expect(verdictOf(rbacClusterAdmin, { knowledge: { clusterrolebindings: { state: 'NotPermitted', message } } })).toBe(
    `Unknown: ${message}`,
  );
});
