import { available, custom, installApi, leaving, resource, rolledOut, workload } from './monitoring-stack.ts';
import { namespace, type Scenario, type World } from './scenario.ts';

const images = ['quay.io/prometheus/prometheus:v3.8.0'];
const persistent = { storage: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '10Gi' } } } } } };
const servers = 'monitoring-prometheus';
const storage = 'monitoring-storage';

/** A Prometheus and, as the operator makes it, its StatefulSet. */
async function server({ cluster, apply }: World, name: string, held = false): Promise<void> {
  const asked = custom('prometheuses', name, servers, persistent);
  await apply(asked);
  const { metadata } = await cluster.kubectlJson<{ metadata: { uid: string } }>([
    'get',
    resource('prometheuses'),
    name,
    `--namespace=${servers}`,
  ]);
  const owner = { apiVersion: asked.apiVersion, kind: asked.kind, name, uid: metadata.uid };
  await apply(workload('StatefulSet', `prometheus-${name}`, servers, { images, held, owner }));
}

const say = ({ condition }: World, status: string, reason: string) =>
  condition(resource('prometheuses'), 'main', { type: 'Available', status, reason }, servers);

const prometheus: Scenario = {
  check: 'obs-prometheus',
  object: `Prometheus/${servers}/main`,
  prepare: async (world) => {
    await installApi(world, 'prometheuses');
    await world.apply(namespace(servers));
    await server(world, 'main');
    await say(world, 'True', 'Available');
    await rolledOut(world, 'statefulset/prometheus-main', servers);
  },
  fault: async (world) => {
    await server(world, 'main', true);
    await say(world, 'False', 'NoPodReady');
  },
  mend: async (world) => {
    await server(world, 'main');
    await say(world, 'True', 'Available');
  },
  lookAlikes: [
    {
      what: 'one of an old operator, which says nothing about it, with ready pods',
      arrange: async (world) => {
        await server(world, 'unsaid');
        await rolledOut(world, 'statefulset/prometheus-unsaid', servers);
      },
    },
    {
      what: 'one that is switched off beside another',
      arrange: async ({ apply, condition }) => {
        await apply(custom('prometheuses', 'off', servers, { ...persistent, replicas: 0 }));
        await condition(resource('prometheuses'), 'off', { type: 'Available', status: 'False', reason: 'NoPodReady' }, servers);
      },
    },
    {
      what: 'one that is being deleted',
      arrange: (world) => leaving(world, 'prometheuses', 'gone', servers, persistent),
    },
    {
      what: 'a rolling update whose new pod still reads its log',
      arrange: async (world) => {
        const spec = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
        await world.apply(workload('Deployment', 'prometheus-chart', servers, { images, spec }));
        await rolledOut(world, 'deployment/prometheus-chart', servers);
        await world.apply(workload('Deployment', 'prometheus-chart', servers, { images, spec, held: true }));
      },
    },
    {
      what: 'a Pushgateway that is not ready',
      arrange: ({ apply }) =>
        apply(workload('Deployment', 'pushgateway', servers, { images: ['quay.io/prometheus/pushgateway:v1.11.2'], held: true })),
    },
  ],
};

const prometheusStorage: Scenario = {
  check: 'obs-prometheus-storage',
  object: 'Cluster/local',
  prepare: async (world) => {
    await installApi(world, 'prometheuses');
    await world.apply(namespace(storage));
    await available(world, 'prometheuses', 'main', storage, persistent);
  },
  fault: ({ apply }) => apply(custom('prometheuses', 'main', storage, { retention: '15d' })),
  mend: ({ apply }) => apply(custom('prometheuses', 'main', storage, persistent)),
  lookAlikes: [
    {
      what: 'one that writes all it has to somewhere else',
      arrange: (world) =>
        available(world, 'prometheuses', 'writes', storage, { remoteWrite: [{ url: 'https://metrics.example.com/api/v1/push' }] }),
    },
    {
      what: 'one whose blocks Thanos copies to an object store',
      arrange: (world) =>
        available(world, 'prometheuses', 'thanos', storage, { thanos: { objectStorageConfig: { key: 'thanos.yaml', name: 'store' } } }),
    },
    {
      what: 'one that is switched off',
      arrange: (world) => available(world, 'prometheuses', 'off', storage, { replicas: 0 }),
    },
    {
      what: 'one whose configuration is in an emptyDir and whose data is not',
      arrange: async (world) => {
        const volumes = [
          { name: 'config-out', emptyDir: {} },
          { name: 'storage-volume', nfs: { server: 'files.example.com', path: '/prometheus' } },
        ];
        await world.apply(workload('Deployment', 'prometheus-chart', storage, { images, pod: { volumes } }));
        await rolledOut(world, 'deployment/prometheus-chart', storage);
      },
    },
  ],
};

export const prometheuses: readonly Scenario[] = [prometheus, prometheusStorage];
