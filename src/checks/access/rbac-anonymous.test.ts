import { type BindingFixture, binding } from '../../../test/fixtures/access.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { rbacAnonymous } from './rbac-anonymous.ts';

const anybody = ['Group/system:unauthenticated'];
const found = (options: BindingFixture) =>
  findingsOf(rbacAnonymous, { [options.namespace ? 'rolebindings' : 'clusterrolebindings']: [binding(options)] });

describe('rbac-anonymous fires', () => {
  it('for a role that everybody has in the whole cluster', () => {
    expect(found({ name: 'open', role: 'ClusterRole/view', subjects: ['Group/system:unauthenticated', 'User/jane'] })).toEqual([
      {
        object: 'ClusterRoleBinding/open',
        severity: 'critical',
        reason: 'BoundToAnybody',
        message:
          'ClusterRoleBinding/open gives ClusterRole/view to system:unauthenticated: everybody who reaches the API server has it, without a login. Delete the binding, or name who needs it.',
      },
    ]);
  });

  it('for a role of one namespace, and a ClusterRole that is given in one', () => {
    const role = found({ name: 'open', namespace: 'shop', role: 'Role/pod-reader', subjects: ['User/system:anonymous'] });
    expect(role[0]?.message).toContain('RoleBinding/shop/open gives Role/shop/pod-reader to system:anonymous:');
    const clusterRole = found({ name: 'open', namespace: 'shop', role: 'ClusterRole/edit', subjects: anybody });
    expect(clusterRole[0]?.message).toContain('RoleBinding/shop/open gives ClusterRole/edit to');
  });

  it('once for a binding that names both', () => {
    const findings = found({ name: 'open', role: 'ClusterRole/view', subjects: ['User/system:anonymous', ...anybody] });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain('to system:anonymous and system:unauthenticated:');
  });
});

describe('rbac-anonymous at its boundaries', () => {
  it('fires the moment that a binding is made', () => {
    expect(found({ name: 'open', role: 'ClusterRole/view', subjects: anybody, createdMinutesAgo: 0 })).toHaveLength(1);
  });

  it('takes kubeadm’s role only in kube-public', () => {
    const options = { name: 'info', role: 'Role/kubeadm:bootstrap-signer-clusterinfo', subjects: ['User/system:anonymous'] };
    expect(found({ ...options, namespace: 'kube-public' })).toHaveLength(0);
    expect(found({ ...options, namespace: 'shop' })).toHaveLength(1);
  });

  it('takes a role of a namespace for another than the ClusterRole of that name', () => {
    expect(found({ name: 'x', namespace: 'shop', role: 'Role/system:discovery', subjects: anybody })).toHaveLength(1);
  });
});

describe('rbac-anonymous is silent', () => {
  it.each([
    ['what is public', 'ClusterRole/system:public-info-viewer'],
    ['discovery, in clusters older than 1.14', 'ClusterRole/system:discovery'],
    ['questions about one’s own rights, in clusters older than 1.14', 'ClusterRole/system:basic-user'],
    ['the public keys of ServiceAccount tokens', 'ClusterRole/system:service-account-issuer-discovery'],
    ['OpenShift’s public information', 'ClusterRole/system:openshift:public-info-viewer'],
    ['OpenShift’s web hooks', 'ClusterRole/system:webhook'],
    ['OpenShift’s logout', 'ClusterRole/system:oauth-token-deleter'],
    ['OpenShift’s scoped tokens', 'ClusterRole/system:scope-impersonation'],
    ['OpenShift’s questions about one’s own rights', 'ClusterRole/self-access-reviewer'],
    ['OpenShift’s status', 'ClusterRole/cluster-status'],
  ])('for %s', (_, role) => {
    expect(found({ name: 'default', role, subjects: anybody })).toEqual([]);
  });

  it.each([
    ['everybody who has logged in', 'Group/system:authenticated'],
    ['a ServiceAccount of a misleading name', 'ServiceAccount/shop/system:anonymous'],
    ['a group of the anonymous user’s name, which nobody is in', 'Group/system:anonymous'],
  ])('for %s', (_, subject) => {
    expect(found({ name: 'default', role: 'ClusterRole/view', subjects: [subject] })).toEqual([]);
  });
});

it.each(['clusterrolebindings', 'rolebindings'] as const)('rbac-anonymous is unknown, not healthy, where %s cannot be read', (name) => {
  const message = `the operator may not list and watch ${name}: forbidden`;
  expect(verdictOf(rbacAnonymous, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
