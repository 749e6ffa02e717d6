import { type ClusterFixture, clusterOf, minutesAgo, node, now } from '../../test/fixtures/cluster.ts';
import { collect } from '../baseline/capture.ts';
import { facts } from '../baseline/catalogue.ts';
import { baselineState } from '../baseline/integrity.ts';
import { createAgreement } from '../checks/agreement.ts';
import { createJudge } from './boundary.ts';
import { type PassInput, runPass } from './pass.ts';

const crd = (plural: string, group: string) => ({
  metadata: { name: `${plural}.${group}` },
  spec: { group, names: { kind: plural, plural }, versions: [{ name: 'v1', served: true, storage: true }] },
});
const deployment = (namespace: string, name: string, partOf: string, image = `example.com/${name}:1.0.0`) => ({
  metadata: { name, namespace, labels: { 'app.kubernetes.io/part-of': partOf } },
  spec: { replicas: 1, selector: {}, template: { metadata: {}, spec: { containers: [{ name: 'main', image }] } } },
});
const namespace = (name: string) => ({ metadata: { name } });
const agreed: ClusterFixture = {
  version: 'v1.36.1',
  nodes: [node('a', { version: 'v1.36.1' }), node('b', { version: 'v1.36.1' })],
  namespaces: [namespace('cert-manager'), namespace('monitoring'), namespace('shop')],
  customresourcedefinitions: [crd('certificates', 'cert-manager.io')],
  deployments: [deployment('cert-manager', 'cert-manager', 'cert-manager'), deployment('monitoring', 'grafana', 'grafana')],
  storageclasses: [{ metadata: { name: 'fast' }, provisioner: 'csi.example.com' }],
};

/** `scope object path` of all drift of a cluster from what was agreed, by the shipped rules. */
async function driftOf(cluster: ClusterFixture, ignore: PassInput['ignore'] = []): Promise<string[]> {
  const approval = { approvedBy: 'jane', approvedAt: minutesAgo(60) };
  const spec = { cluster: 'local', facts: collect(facts, clusterOf(agreed)).entries, collected: facts.map(({ id }) => id), approval };
  const today = now.toZonedDateTimeISO('UTC').toPlainDate();
  const { drift } = await runPass({
    ...{ checks: [], facts, ignore, agreement: {}, now, monotonic: () => 0, memory: { findings: [], pending: [], drift: [] } },
    view: clusterOf(cluster),
    baseline: baselineState({ metadata: { name: 'base', namespace: 'support' }, spec }, 'base', undefined),
    judge: createJudge({
      ...{ tier: 'Level1', agreement: createAgreement(), rules: [], exceptions: [], today, managedControlPlane: false },
    }),
    writerOf: async () => undefined,
  });
  return drift.map(({ scope, object, path }) => `${scope} ${object}${path === '' ? '' : ` ${path}`}`).sort();
}

it('a cluster as agreed has no drift', async () => {
  expect(await driftOf(agreed)).toEqual([]);
});

it('a new module is separate scope with all that it brings, but for what it may do', async () => {
  const installed: ClusterFixture = {
    ...agreed,
    namespaces: [...agreed.namespaces!, namespace('kafka-system')],
    customresourcedefinitions: [...agreed.customresourcedefinitions!, crd('kafkas', 'kafka.strimzi.io'), crd('topics', 'kafka.strimzi.io')],
    deployments: [...agreed.deployments!, deployment('kafka-system', 'operator', 'strimzi')],
    servicemonitors: [{ metadata: { name: 'operator', namespace: 'kafka-system' }, spec: { selector: {} } }],
    clusterroles: [{ metadata: { name: 'strimzi' }, rules: [{ apiGroups: ['*'], resources: ['secrets'], verbs: ['get'] }] }],
  };
  expect(await driftOf(installed)).toEqual([
    'Project CustomResourceDefinition/kafkas.kafka.strimzi.io',
    'Project CustomResourceDefinition/topics.kafka.strimzi.io',
    'Project Deployment/kafka-system/operator',
    'Project Namespace/kafka-system',
    'Project PlatformModule/crd-group/kafka.strimzi.io',
    'Project PlatformModule/workloads/kafka-system/strimzi',
    'Project ServiceMonitor/kafka-system/operator',
    'Support ClusterRole/strimzi',
  ]);
});

it('a new module in a platform namespace that was agreed is separate scope, and what joins one that was agreed is support', async () => {
  const upgraded: ClusterFixture = {
    ...agreed,
    customresourcedefinitions: [...agreed.customresourcedefinitions!, crd('issuers', 'cert-manager.io')],
    deployments: [
      ...agreed.deployments!,
      deployment('cert-manager', 'cainjector', 'cert-manager'),
      deployment('monitoring', 'tempo', 'tempo'),
    ],
  };
  const expected = [
    'Project Deployment/monitoring/tempo',
    'Project PlatformModule/workloads/monitoring/tempo',
    'Support CustomResourceDefinition/issuers.cert-manager.io',
    'Support Deployment/cert-manager/cainjector',
  ];
  expect(await driftOf(upgraded)).toEqual(expected);
  const ignore = [{ fact: 'platform-modules', object: '*', path: '*', reason: 'seen' }];
  expect(await driftOf(upgraded, ignore)).toEqual(expected.filter((line) => !line.includes('PlatformModule')));
});

it('what an application brings to its own namespace is no drift at all', async () => {
  expect(await driftOf({ ...agreed, deployments: [...agreed.deployments!, deployment('shop', 'web', 'shop')] })).toEqual([]);
});

it('a module that is gone is support’s, another program in its place is separate scope, another version is support’s', async () => {
  const [certManager, grafana] = agreed.deployments!;
  expect(await driftOf({ ...agreed, deployments: [grafana!] })).toEqual([
    'Support Deployment/cert-manager/cert-manager',
    'Support PlatformModule/workloads/cert-manager/cert-manager',
  ]);
  const replaced = deployment('monitoring', 'grafana', 'grafana', 'docker.io/perses/perses:0.50');
  expect(await driftOf({ ...agreed, deployments: [certManager!, replaced] })).toEqual([
    'Project Deployment/monitoring/grafana images.main',
  ]);
  const renewed = deployment('monitoring', 'grafana', 'grafana', 'mirror.example.com/grafana:2.0.0');
  expect(await driftOf({ ...agreed, deployments: [certManager!, renewed] })).toEqual(['Support Deployment/monitoring/grafana images.main']);
});

it('one minor is support’s and two are separate scope, for the API server and for nodes', async () => {
  const at = (version: string) => ({ ...agreed, version, nodes: [node('a', { version }), node('b', { version })] });
  expect((await driftOf(at('v1.37.2'))).map((line) => line.split(' ')[0])).toEqual(['Support', 'Support']);
  expect(await driftOf(at('v1.39.0'))).toEqual(['Project Cluster/local version', 'Project NodePool/default kubeletVersions']);
});
