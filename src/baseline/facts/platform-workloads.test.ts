import { type ClusterFixture, clusterOf } from '../../../test/fixtures/cluster.ts';
import { createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { platformWorkloads } from './platform-workloads.ts';

interface Workload {
  namespace?: string;
  replicas?: number;
  labels?: object;
  podLabels?: object;
  containers?: object[];
  status?: object;
  metadata?: object;
}

const main = { name: 'main', image: 'registry.example.com/controller:1.2.0' };
const requests = (requested: object, limits?: object) => ({ resources: { requests: requested, ...(limits ? { limits } : {}) } });
const workload = (name: string, options: Workload = {}) => ({
  metadata: { name, namespace: options.namespace ?? 'cert-manager', labels: options.labels ?? {}, ...options.metadata },
  spec: {
    ...(options.replicas === undefined ? {} : { replicas: options.replicas }),
    template: { metadata: { labels: options.podLabels ?? {} }, spec: { containers: options.containers ?? [main] } },
  },
  status: options.status ?? {},
});
const autoscaler = (kind: string, name: string, namespace = 'cert-manager') => ({
  metadata: { name, namespace },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind, name }, minReplicas: 1, maxReplicas: 9 },
});
const found = (cluster: ClusterFixture) => collect([platformWorkloads], clusterOf(cluster)).entries;
const drift = (agreed: ClusterFixture, actual: ClusterFixture) =>
  compare([platformWorkloads], found(agreed), found(actual)).map(({ object, path, expected, actual: now }) => [
    object,
    path,
    expected,
    now,
  ]);
const changes = (agreed: Workload, actual: Workload) =>
  drift({ deployments: [workload('controller', agreed)] }, { deployments: [workload('controller', actual)] });
const object = 'Deployment/cert-manager/controller';

it('a workload is kept with its replicas, images and resources', () => {
  const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '0.125Gi' } };
  expect(found({ statefulsets: [workload('db', { replicas: 3, containers: [{ ...main, resources }] })] })).toEqual([
    {
      fact: 'platform-workloads',
      object: 'StatefulSet/cert-manager/db',
      value: {
        replicas: '3',
        'images.main': 'registry.example.com/controller:1.2.0',
        'resources.main': 'requests cpu=100m memory=64Mi; limits memory=128Mi',
      },
    },
  ]);
});

describe('workloads of the platform drift', () => {
  it('with another image, also one of the same tag', () => {
    const image = (text: string) => ({ containers: [{ ...main, image: text }] });
    expect(changes(image('a/b:1'), image('a/b:2'))).toEqual([[object, 'images.main', 'a/b:1', 'a/b:2']]);
    expect(changes(image(`a/b:1@sha256:${'0'.repeat(64)}`), image(`a/b:1@sha256:${'1'.repeat(64)}`))).toHaveLength(1);
  });

  it('with another number of replicas, down to none', () => {
    expect(changes({ replicas: 2 }, { replicas: 0 })).toEqual([[object, 'replicas', '2', '0']]);
  });

  it.each<[string, object, object, string, string]>([
    ['requests', { cpu: '100m' }, { cpu: '200m' }, 'requests cpu=100m', 'requests cpu=200m'],
    ['memory', { cpu: '1', memory: '1Gi' }, { cpu: '1' }, 'requests cpu=1 memory=1Gi', 'requests cpu=1'],
  ])('with other %s', (_, agreed, actual, expected, now) => {
    expect(changes({ containers: [{ ...main, ...requests(agreed) }] }, { containers: [{ ...main, ...requests(actual) }] })).toEqual([
      [object, 'resources.main', expected, now],
    ]);
  });

  it('with a limit, and resources that are gone altogether', () => {
    const limited = { containers: [{ ...main, ...requests({ cpu: '1' }, { memory: '1Gi' }) }] };
    expect(changes({ containers: [{ ...main, ...requests({ cpu: '1' }) }] }, limited)).toEqual([
      [object, 'resources.main', 'requests cpu=1', 'requests cpu=1; limits memory=1Gi'],
    ]);
    expect(changes(limited, {})).toEqual([[object, 'resources.main', 'requests cpu=1; limits memory=1Gi', '']]);
  });

  it('with a container that is new', () => {
    const sidecar = { name: 'sidecar', image: 'registry.example.com/proxy:1' };
    expect(changes({}, { containers: [main, sidecar] })).toEqual([[object, 'images.sidecar', '', 'registry.example.com/proxy:1']]);
  });

  it('with a workload that is new, gone, or of another kind', () => {
    const agreed = { deployments: [workload('controller')] };
    expect(drift(agreed, { daemonsets: [workload('controller')] }).map(([name, path]) => [name, path])).toEqual([
      ['DaemonSet/cert-manager/controller', ''],
      [object, ''],
    ]);
  });
});

describe('workloads of the platform do not drift', () => {
  it('with the replicas that a HorizontalPodAutoscaler sets', () => {
    const scaled = (replicas: number): ClusterFixture => ({
      deployments: [workload('controller', { replicas })],
      horizontalpodautoscalers: [autoscaler('Deployment', 'controller')],
    });
    expect(drift(scaled(2), scaled(7))).toEqual([]);
  });

  it('when an autoscaler is installed or removed', () => {
    const scaled = {
      deployments: [workload('controller', { replicas: 7 })],
      horizontalpodautoscalers: [autoscaler('Deployment', 'controller')],
    };
    const alone = { deployments: [workload('controller', { replicas: 2 })] };
    expect(drift(alone, scaled)).toEqual([]);
    expect(drift(scaled, alone)).toEqual([]);
  });

  it('but do with an autoscaler of another workload', () => {
    for (const other of [
      autoscaler('StatefulSet', 'controller'),
      autoscaler('Deployment', 'other'),
      autoscaler('Deployment', 'controller', 'shop'),
    ]) {
      const cluster = (replicas: number) => ({ deployments: [workload('controller', { replicas })], horizontalpodautoscalers: [other] });
      expect(drift(cluster(2), cluster(3))).toHaveLength(1);
    }
  });

  it.each(['kube-dns', 'calico-typha', 'konnectivity-agent'])('with the replicas of %s, which grows with the number of nodes', (name) => {
    for (const field of ['labels', 'podLabels'])
      expect(changes({ replicas: 2, [field]: { 'k8s-app': name } }, { replicas: 5, [field]: { 'k8s-app': name } })).toEqual([]);
  });

  it('with the number of nodes that a DaemonSet is on', () => {
    const on = (desiredNumberScheduled: number) => ({ daemonsets: [workload('agent', { status: { desiredNumberScheduled } })] });
    expect(drift(on(3), on(9))).toEqual([]);
  });

  it('with resources that an addon-resizer writes, by the number of nodes', () => {
    const nanny = { name: 'nanny', image: 'registry.k8s.io/autoscaling/addon-resizer:1.8.23' };
    const sized = (cpu: string) => ({ containers: [{ ...main, ...requests({ cpu }) }, nanny] });
    expect(changes(sized('100m'), sized('144m'))).toEqual([]);
  });

  it('with the spelling of quantities, the order of containers, and a replica spelled out', () => {
    const sidecar = { name: 'sidecar', image: 'registry.example.com/proxy:1' };
    expect(
      changes(
        { containers: [{ ...main, ...requests({ cpu: '0.5', memory: '1Gi' }) }, sidecar] },
        { replicas: 1, containers: [sidecar, { ...main, ...requests({ memory: '1024Mi', cpu: '500m' }, {}) }] },
      ),
    ).toEqual([]);
  });

  it('with a rollout, a status, annotations and managedFields', () => {
    const busy = {
      status: { readyReplicas: 0, unavailableReplicas: 1, observedGeneration: 3 },
      metadata: { generation: 4, annotations: { 'deployment.kubernetes.io/revision': '9' }, managedFields: [{ manager: 'helm' }] },
    };
    expect(changes({}, busy)).toEqual([]);
  });

  it('with workloads of applications', () => {
    expect(drift({}, { deployments: [workload('web', { namespace: 'shop' })] })).toEqual([]);
    const agreement = createAgreement({ platformNamespaces: ['shop'] });
    const view = clusterOf({ deployments: [workload('web', { namespace: 'shop' }), workload('controller')] });
    expect(collect([platformWorkloads], view, agreement).entries.map((entry) => entry.object)).toEqual(['Deployment/shop/web']);
  });

  describe.each<[string, string]>([
    ['k3s ServiceLB for a Service', 'svccontroller.k3s.cattle.io/svcnamespace'],
    ['Envoy Gateway for a Gateway', 'gateway.envoyproxy.io/owning-gateway-namespace'],
    ['Tailscale’s operator for a Service', 'tailscale.com/parent-resource-ns'],
  ])('with what is made by %s', (_, label) => {
    const made = (of: string, image = 'a/b:1') => ({
      daemonsets: [workload('made-1a2b3c4d', { namespace: 'kube-system', labels: { [label]: of }, containers: [{ ...main, image }] })],
    });

    it('of an application, but with that of the platform', () => {
      expect(drift({}, made('shop'))).toEqual([]);
      expect(drift({}, made('ingress-nginx'))).toHaveLength(1);
      expect(drift(made('ingress-nginx'), made('ingress-nginx', 'a/b:2'))).toHaveLength(1);
      expect(drift({}, made(''))).toHaveLength(1);
    });

    it('where a baseline of a release that stated it still does', () => {
      const then = { fact: 'platform-workloads', object: 'DaemonSet/kube-system/made-1a2b3c4d', value: { 'images.main': 'a/b:1' } };
      const approved = createAgreement({ approved: [then] });
      const now = (image: string) => collect([platformWorkloads], clusterOf(made('shop', image)), approved).entries;
      expect(compare([platformWorkloads], [then], now('a/b:1'))).toEqual([]);
      expect(compare([platformWorkloads], [then], now('a/b:2'))).toHaveLength(1);
    });
  });

  it('with those that the provider keeps and renews with the cluster', () => {
    const kept = (image: string) => ({ labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' }, containers: [{ ...main, image }] });
    expect(changes(kept('a/b:1'), kept('a/b:2'))).toEqual([]);
    const seeded = (image: string) => ({ labels: { 'addonmanager.kubernetes.io/mode': 'EnsureExists' }, containers: [{ ...main, image }] });
    expect(changes(seeded('a/b:1'), seeded('a/b:2'))).toHaveLength(1);
  });
});

it.each([
  ['', []],
  ['replicas', ['spec', 'replicas']],
  ['images.main', ['spec', 'template', 'spec', 'containers', 'k:{"name":"main"}', 'image']],
  ['resources.main', ['spec', 'template', 'spec', 'containers', 'k:{"name":"main"}', 'resources']],
])('knows where the value at the path %p is written', (path, fields) => {
  expect(platformWorkloads.source(object, path, '', clusterOf())).toMatchObject({
    type: { resource: 'deployments' },
    namespace: 'cert-manager',
    name: 'controller',
    fields,
  });
});
