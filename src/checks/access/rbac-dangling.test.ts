import { type BindingFixture, binding, role } from '../../../test/fixtures/access.ts';
import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { rbacDangling } from './rbac-dangling.ts';

const clusterroles = [role({ name: 'view' }), role({ name: 'sum', rules: [], aggregated: true })];
const roles = [role({ name: 'reader', namespace: 'shop' })];
const found = (options: BindingFixture, more: ClusterFixture = {}) =>
  findingsOf(rbacDangling, {
    clusterroles,
    roles,
    [options.namespace ? 'rolebindings' : 'clusterrolebindings']: [binding(options)],
    ...more,
  });

describe('rbac-dangling fires', () => {
  it('once for all bindings, and says which role each names', () => {
    const rolebindings = [
      binding({ name: 'b', namespace: 'shop', role: 'Role/gone' }),
      binding({ name: 'c', namespace: 'shop', role: 'ClusterRole/reader' }),
    ];
    expect(found({ name: 'a', role: 'ClusterRole/gone' }, { rolebindings })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'RoleMissing',
        message:
          '3 bindings name a role that does not exist: ClusterRoleBinding/a (ClusterRole/gone), RoleBinding/shop/b (Role/shop/gone), RoleBinding/shop/c (ClusterRole/reader). Create the role or delete the binding.',
      },
    ]);
  });

  it('for a role that exists in another namespace only', () => {
    expect(found({ name: 'b', namespace: 'other', role: 'Role/reader' })[0]?.message).toMatch(/^1 binding names .+\(Role\/other\/reader\)/);
  });
});

describe('rbac-dangling at its boundaries', () => {
  it('waits until a binding is an hour old', () => {
    expect(found({ name: 'a', role: 'ClusterRole/gone', createdMinutesAgo: 60 })).toHaveLength(1);
    expect(found({ name: 'a', role: 'ClusterRole/gone', createdMinutesAgo: 60 - 1 / 60 })).toHaveLength(0);
  });

  it('takes another time from the coverage', () => {
    const clusterrolebindings = [binding({ name: 'a', role: 'ClusterRole/gone', createdMinutesAgo: 5 })];
    expect(findingsOf(rbacDangling, { clusterrolebindings }, { for: '5m' })).toHaveLength(1);
  });
});

describe('rbac-dangling is silent', () => {
  it.each<[string, BindingFixture]>([
    ['for a ClusterRole that exists', { name: 'a', role: 'ClusterRole/view' }],
    ['for a Role that exists', { name: 'b', namespace: 'shop', role: 'Role/reader' }],
    ['for a ClusterRole that is given in a namespace', { name: 'b', namespace: 'shop', role: 'ClusterRole/view' }],
    ['for an aggregated role that has no rules yet', { name: 'a', role: 'ClusterRole/sum' }],
    ['for a binding without subjects, which gives nothing to anybody', { name: 'a', role: 'ClusterRole/gone', subjects: [] }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('for a new binding beside an old one, while what is being installed is not complete', () => {
    const old = binding({ name: 'old', role: 'ClusterRole/gone' });
    const fresh = binding({ name: 'fresh', role: 'ClusterRole/soon', createdMinutesAgo: 1 });
    const [finding] = found({ name: 'x', role: 'ClusterRole/view' }, { clusterrolebindings: [old, fresh] });
    expect(finding?.message).toContain('ClusterRoleBinding/old');
    expect(finding?.message).not.toContain('fresh');
  });

  it('for a namespace that is not covered', () => {
    const rolebindings = [binding({ name: 'b', namespace: 'sandbox-1', role: 'Role/gone' })];
    expect(findingsOf(rbacDangling, { rolebindings }, {}, { namespaces: { exclude: ['sandbox-*'] } })).toEqual([]);
  });
});

it.each(['clusterroles', 'roles', 'clusterrolebindings'] as const)(
  'rbac-dangling is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `nothing was heard about ${name} for more than 3 minutes: the API server is silent`;
    expect(verdictOf(rbacDangling, { knowledge: { [name]: { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
  },
);
