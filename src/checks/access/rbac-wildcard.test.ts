import { binding, everything, type RoleFixture, role } from '../../../test/fixtures/access.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { rbacWildcard } from './rbac-wildcard.ts';

const bound = (options: RoleFixture, subjects = ['User/jane']) => ({
  clusterroles: [role(options)],
  clusterrolebindings: [binding({ name: 'b', role: `ClusterRole/${options.name}`, subjects })],
});
const found = (options: RoleFixture, subjects?: string[]) => findingsOf(rbacWildcard, bound(options, subjects));
const inNamespace = (namespace: string) => ({
  roles: [role({ name: 'all', namespace, rules: [everything] })],
  rolebindings: [binding({ name: 'b', namespace, role: 'Role/all' })],
});

describe('rbac-wildcard fires', () => {
  it('once for all roles, each named once', () => {
    const { clusterroles, clusterrolebindings } = bound({ name: 'all', rules: [everything] });
    const more = [...clusterrolebindings, binding({ name: 'c', role: 'ClusterRole/all', subjects: ['Group/ops'] })];
    expect(findingsOf(rbacWildcard, { clusterroles, clusterrolebindings: more, ...inNamespace('shop') })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'WildcardRoles',
        message:
          '2 bound roles allow every verb on every kind of object: ClusterRole/all, Role/shop/all. Name the verbs and resources that are needed.',
      },
    ]);
  });

  it('for a ClusterRole that is given in a namespace only', () => {
    const cluster = { clusterroles: [role({ name: 'all', rules: [everything] })] };
    const rolebindings = [binding({ name: 'b', namespace: 'shop', role: 'ClusterRole/all' })];
    expect(findingsOf(rbacWildcard, { ...cluster, rolebindings })[0]?.message).toMatch(/^1 bound role allows .+: ClusterRole\/all\./);
  });

  it('for every kind of the core group, which holds Secrets', () => {
    expect(found({ name: 'core', rules: [{ ...everything, apiGroups: [''] }] })).toHaveLength(1);
  });

  it('for one rule among others, and says where a controller fills the role', () => {
    const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }, everything];
    expect(found({ name: 'sum', rules, aggregated: true })[0]?.message).toContain('ClusterRole/sum (aggregated)');
  });
});

describe('rbac-wildcard at its boundaries', () => {
  it.each([
    ['verbs', { ...everything, verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] }],
    ['kinds', { ...everything, resources: ['pods', 'secrets'] }],
    ['groups, such as an operator’s own', { ...everything, apiGroups: ['example.com'] }],
  ])('is about none that names its %s', (_, rule) => {
    expect(found({ name: 'narrow', rules: [rule] })).toEqual([]);
  });

  it('is about none whose stars stand in different rules', () => {
    const rules = [
      { ...everything, verbs: ['get'] },
      { ...everything, resources: ['pods'] },
    ];
    expect(found({ name: 'reader', rules })).toEqual([]);
  });
});

describe('rbac-wildcard is silent', () => {
  it.each<[string, RoleFixture]>([
    ['for cluster-admin, which is rbac-cluster-admin’s', { name: 'cluster-admin', rules: [everything] }],
    ['for a role of Kubernetes', { name: 'system:controller:x', rules: [everything] }],
    ['for a role that Kubernetes made', { name: 'own', rules: [everything], labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } }],
    ['for a narrow role', { name: 'reader' }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('for a role that nobody has', () => {
    expect(findingsOf(rbacWildcard, { clusterroles: [role({ name: 'all', rules: [everything] })] })).toEqual([]);
    expect(found({ name: 'all', rules: [everything] }, [])).toEqual([]);
  });

  it('for a role that only the distribution’s own have', () => {
    expect(found({ name: 'all', rules: [everything] }, ['User/eks:addon-manager'])).toEqual([]);
    expect(found({ name: 'all', rules: [everything] }, ['User/eks:addon-manager', 'User/jane'])).toHaveLength(1);
  });

  it('for a namespace that is not covered', () => {
    expect(findingsOf(rbacWildcard, inNamespace('sandbox-1'), {}, { namespaces: { exclude: ['sandbox-*'] } })).toEqual([]);
    expect(findingsOf(rbacWildcard, inNamespace('shop'), {}, { namespaces: { exclude: ['sandbox-*'] } })).toHaveLength(1);
  });

  it('for a role of the same name in another namespace', () => {
    const cluster = { roles: [role({ name: 'all', namespace: 'other', rules: [everything] }), role({ name: 'all', namespace: 'shop' })] };
    const rolebindings = [binding({ name: 'b', namespace: 'shop', role: 'Role/all' })];
    expect(findingsOf(rbacWildcard, { ...cluster, rolebindings })).toEqual([]);
  });
});

it.each(['clusterroles', 'roles', 'rolebindings'] as const)('rbac-wildcard is unknown, not healthy, where %s cannot be read', (name) => {
  const message = `the operator may not list and watch ${name}: forbidden`;
  expect(verdictOf(rbacWildcard, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
