import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { clusterRoles } from './cluster-roles.ts';

const pods = { apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list'] };
const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: ['one'], verbs: ['update'] };
const role = (rules: object[] | null, fields: object = {}, metadata: object = {}) => ({
  metadata: { name: 'deployer', ...metadata },
  rules,
  ...fields,
});
const aggregated = (part: string, rules: object[] = []) =>
  role(rules, { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part } }] } });
const found = (...clusterroles: object[]) => collect([clusterRoles], clusterOf({ clusterroles })).entries;
const drift = (agreed: object[], actual: object[]) =>
  compare([clusterRoles], found(...agreed), found(...actual)).map(({ object, path }) => [object, path]);

it('a role is kept as the hash of its rules', () => {
  expect(found(role([pods]))).toEqual([
    { fact: 'cluster-roles', object: 'ClusterRole/deployer', value: { rules: expect.stringMatching(/^[0-9a-f]{32}$/) } },
  ]);
});

describe('cluster roles drift', () => {
  it.each<[string, object[]]>([
    ['a verb', [{ ...pods, verbs: ['get', 'list', 'delete'] }]],
    ['a resource', [{ ...pods, resources: ['pods', 'secrets'] }]],
    ['an API group', [{ ...pods, apiGroups: ['apps'] }]],
    ['a limit to one name', [{ ...pods, resourceNames: ['one'] }]],
    ['a rule', [pods, leases]],
    ['a path', [pods, { nonResourceURLs: ['/metrics'], verbs: ['get'] }]],
    ['no rule at all', []],
  ])('with %s', (_, rules) => {
    expect(drift([role([pods])], [role(rules)])).toEqual([['ClusterRole/deployer', 'rules']]);
  });

  it('with a role that is new and one that is gone', () => {
    expect(drift([role([pods])], [role([pods], {}, { name: 'other' })])).toEqual([
      ['ClusterRole/deployer', ''],
      ['ClusterRole/other', ''],
    ]);
  });

  it('with what an aggregated role selects', () => {
    expect(drift([aggregated('monitoring')], [aggregated('everything')])).toEqual([['ClusterRole/deployer', 'aggregationRule']]);
  });
});

describe('cluster roles do not drift', () => {
  it('with the order of rules and within them, or what is named twice', () => {
    const reordered = { apiGroups: [''], resources: ['services', 'pods', 'pods'], verbs: ['list', 'get'], resourceNames: [] };
    expect(drift([role([pods, leases])], [role([leases, reordered])])).toEqual([]);
  });

  it('with the rules that a controller fills into an aggregated role', () => {
    expect(drift([aggregated('monitoring', [pods])], [aggregated('monitoring', [pods, leases])])).toEqual([]);
  });

  it('when no rule is written as null', () => {
    expect(drift([role([])], [role(null)])).toEqual([]);
  });

  it('with labels and managedFields', () => {
    expect(drift([role([pods])], [role([pods], {}, { labels: { a: 'b' }, managedFields: [{ manager: 'helm' }] })])).toEqual([]);
  });

  describe('with those that Rancher makes for a project', () => {
    const ofProject = (...resourceNames: string[]) =>
      role(
        [{ apiGroups: [''], resources: ['namespaces'], resourceNames, verbs: ['*'] }],
        {},
        {
          name: 'p-9xk2c-namespaces-edit',
          annotations: { 'authz.cluster.auth.io/project-namespaces': 'p-9xk2c-namespaces-edit' },
        },
      );

    it('when it gets a namespace, is new or gone', () => {
      expect(drift([ofProject('shop')], [ofProject('shop', 'blog')])).toEqual([]);
      expect(drift([], [ofProject('shop')])).toEqual([]);
      expect(drift([ofProject('shop')], [])).toEqual([]);
    });

    it('in a baseline of a release that stated them', () => {
      const then = (name: string) => [{ fact: 'cluster-roles', object: `ClusterRole/${name}`, value: { rules: '0'.repeat(32) } }];
      expect(compare([clusterRoles], then('p-9xk2c-namespaces-edit'), found(ofProject('shop')))).toEqual([]);
      expect(compare([clusterRoles], then('p-9xk2c-namespaces-readonly'), [])).toEqual([]);
      expect(compare([clusterRoles], then('p-9xk2c-namespaces-admin'), [])).toHaveLength(1);
    });
  });

  it('but do with one that only has the name of such a role', () => {
    const named = { name: 'p-9xk2c-namespaces-edit' };
    expect(drift([role([pods], {}, named)], [role([pods, leases], {}, named)])).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['Kubernetes by its label', { name: 'edit', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } }],
    ['Kubernetes by its name', { name: 'system:controller:new' }],
    ['EKS', { name: 'eks:addon-manager' }],
    ['kubeadm', { name: 'kubeadm:get-nodes' }],
    ['a provider’s add-on manager', { name: 'snapshot-controller', labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } }],
  ])('with roles of %s, which an upgrade changes', (_, metadata) => {
    expect(drift([role([pods], {}, metadata)], [role([pods, leases], {}, metadata)])).toEqual([]);
    expect(drift([], [role([pods], {}, metadata)])).toEqual([]);
  });
});

it.each([
  ['', []],
  ['rules', ['rules']],
  ['aggregationRule', ['aggregationRule']],
])('knows where the value at the path %p is written', (path, fields) => {
  expect(clusterRoles.source('ClusterRole/deployer', path, '', clusterOf())).toMatchObject({
    type: { resource: 'clusterroles' },
    name: 'deployer',
    fields,
  });
});

describe("the operator's own roles", () => {
  const own = (rules: object[], labels: object = { 'app.kubernetes.io/part-of': 'support-coverage-operator' }) =>
    role(rules, {}, { name: 'support-coverage-operator', labels });

  it('are no drift when an upgrade changes or takes away their rules, also of a baseline that states them', () => {
    const stated = found(role([pods], {}, { name: 'support-coverage-operator' }));
    expect(compare([clusterRoles], stated, found(own([leases])))).toEqual([]);
    expect(compare([clusterRoles], stated, found())).toEqual([]);
    expect(drift([own([pods])], [own([leases])])).toEqual([]);
    const reader = (rules: object[]) => role(rules, {}, { name: 'support-coverage-reader' });
    expect(drift([reader([pods])], [reader([leases])])).toEqual([]);
  });

  it('are drift where the label or the name is another', () => {
    expect(drift([own([pods], {})], [own([leases], {})])).toEqual([['ClusterRole/support-coverage-operator', 'rules']]);
    const named = (rules: object[]) => role(rules, {}, { labels: { 'app.kubernetes.io/part-of': 'support-coverage-operator' } });
    expect(drift([named([pods])], [named([leases])])).toEqual([['ClusterRole/deployer', 'rules']]);
  });
});
