import { type ClusterFixture, clusterOf } from '../../../test/fixtures/cluster.ts';
import { createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { platformModules } from './platform-modules.ts';

const crd = (plural: string, group: string, versions = ['v1'], labels: object = {}) => ({
  metadata: { name: `${plural}.${group}`, labels },
  spec: { group, names: { kind: plural }, versions: versions.map((name) => ({ name, served: true })) },
});
const workload = (name: string, labels: object = {}, namespace = 'monitoring') => ({ metadata: { name, namespace, labels }, spec: {} });
const partOf = (name: string) => ({ 'app.kubernetes.io/part-of': name });
const named = (name: string, metadata: object = {}) => ({ metadata: { name, ...metadata } });
const found = (cluster: ClusterFixture) => collect([platformModules], clusterOf(cluster)).entries;
const modules = (cluster: ClusterFixture) => found(cluster).map(({ object, value }) => [object, value.type]);
const drift = (agreed: ClusterFixture, actual: ClusterFixture) =>
  compare([platformModules], found(agreed), found(actual)).map(({ object, path, expected, actual: now }) => [object, path, expected, now]);

it('a platform is the sum of its modules', () => {
  const cluster = {
    customresourcedefinitions: [crd('certificates', 'cert-manager.io'), crd('issuers', 'cert-manager.io')],
    deployments: [workload('grafana', partOf('stack'))],
    statefulsets: [workload('loki', partOf('stack'))],
    daemonsets: [workload('promtail')],
    ingressclasses: [named('public')],
    storageclasses: [named('fast')],
  };
  expect(modules(cluster)).toEqual([
    ['PlatformModule/crd-group/cert-manager.io', 'crd-group'],
    ['PlatformModule/ingress-class/public', 'ingress-class'],
    ['PlatformModule/storage-class/fast', 'storage-class'],
    ['PlatformModule/workloads/monitoring/promtail', 'workloads'],
    ['PlatformModule/workloads/monitoring/stack', 'workloads'],
  ]);
});

it('workloads are one set by the widest label that they have', () => {
  const labels = (count: number) =>
    Object.fromEntries(
      ['app', 'k8s-app', 'app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/part-of']
        .slice(0, count)
        .map((label) => [label, label.replace('app.kubernetes.io/', '')]),
    );
  const set = (count: number) => modules({ deployments: [workload('own', labels(count))] })[0]?.[0];
  expect([0, 1, 2, 3, 4, 5].map(set)).toEqual(
    ['own', 'app', 'k8s-app', 'name', 'instance', 'part-of'].map((name) => `PlatformModule/workloads/monitoring/${name}`),
  );
});

describe('the platform drifts', () => {
  it.each<[string, ClusterFixture, string]>([
    ['group of custom resources', { customresourcedefinitions: [crd('clusters', 'example.com')] }, 'crd-group/example.com'],
    ['set of workloads', { statefulsets: [workload('tempo')] }, 'workloads/monitoring/tempo'],
    ['ingress class', { ingressclasses: [named('internal')] }, 'ingress-class/internal'],
    ['storage class', { storageclasses: [named('slow')] }, 'storage-class/slow'],
  ])('with a %s that is new or gone', (_, cluster, module) => {
    const type = module.slice(0, module.indexOf('/'));
    expect(drift({}, cluster)).toEqual([[`PlatformModule/${module}`, '', '', `type=${type}`]]);
    expect(drift(cluster, {})).toEqual([[`PlatformModule/${module}`, '', `type=${type}`, '']]);
  });
});

describe('the platform does not drift', () => {
  it('with more or fewer parts of one module, or other versions', () => {
    const before = {
      customresourcedefinitions: [crd('certificates', 'cert-manager.io')],
      deployments: [workload('controller', partOf('cert-manager'))],
    };
    const after = {
      customresourcedefinitions: [crd('certificates', 'cert-manager.io', ['v1', 'v2']), crd('orders', 'cert-manager.io')],
      deployments: [workload('webhook', partOf('cert-manager'))],
    };
    expect(drift(before, after)).toEqual([]);
  });

  it('with workloads of applications', () => {
    expect(drift({}, { deployments: [workload('web', {}, 'shop')] })).toEqual([]);
    const view = clusterOf({ deployments: [workload('web', {}, 'shop')] });
    expect(collect([platformModules], view, createAgreement({ platformNamespaces: ['shop'] })).entries).toHaveLength(1);
  });

  it('with what a controller makes in its own namespace for applications', () => {
    const proxy = (of: string) => ({
      deployments: [workload(`envoy-${of}`, { 'gateway.envoyproxy.io/owning-gateway-namespace': of }, 'envoy-gateway-system')],
    });
    expect(drift({}, proxy('shop'))).toEqual([]);
    expect(modules(proxy('ingress-nginx'))).toHaveLength(1);
    const then = {
      fact: 'platform-modules',
      object: 'PlatformModule/workloads/envoy-gateway-system/envoy-shop',
      value: { type: 'workloads' },
    };
    const approved = createAgreement({ approved: [then] });
    expect(compare([platformModules], [then], collect([platformModules], clusterOf(proxy('shop')), approved).entries)).toEqual([]);
  });

  it('with what the provider keeps', () => {
    const labels = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };
    expect(
      drift(
        {},
        {
          customresourcedefinitions: [crd('backendconfigs', 'cloud.google.com', ['v1'], labels)],
          daemonsets: [workload('agent', labels, 'kube-system')],
          ingressclasses: [named('gce', { labels })],
        },
      ),
    ).toEqual([]);
  });

  it('with the order in which things were seen', () => {
    const [a, b] = [workload('a', partOf('stack')), workload('b', partOf('stack'))];
    expect(drift({ deployments: [a, b] }, { deployments: [b, a] })).toEqual([]);
  });
});

it.each<[string, ClusterFixture, object | undefined]>([
  [
    'crd-group/example.com',
    { customresourcedefinitions: [crd('clusters', 'example.com')] },
    { type: { kind: 'CustomResourceDefinition' }, name: 'clusters.example.com' },
  ],
  [
    'workloads/monitoring/stack',
    { statefulsets: [workload('tempo', partOf('stack'))] },
    { type: { kind: 'StatefulSet' }, namespace: 'monitoring', name: 'tempo' },
  ],
  ['storage-class/slow', { storageclasses: [named('slow')] }, { type: { kind: 'StorageClass' }, name: 'slow' }],
])('knows who made %s', (module, cluster, source) => {
  expect(platformModules.source(`PlatformModule/${module}`, '', '', clusterOf(cluster))).toMatchObject({ ...source, fields: [] });
  expect(platformModules.source(`PlatformModule/${module}`, '', '', clusterOf())).toBeUndefined();
});
