import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { coversNodes, rolledOut, workload } from './monitoring-stack.ts';
import { namespace, type Scenario } from './scenario.ts';

const metrics = 'monitoring-metrics';
const api = 'v1beta1.metrics.k8s.io';

/** Answered for by the API server itself, unless a Service is named. */
export function metricsApi(service?: string): Manifest {
  const spec = { group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 };
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: api },
    spec: { ...spec, ...(service ? { service: { name: service, namespace: metrics } } : {}) },
  };
}

const metricsServerImages = ['registry.k8s.io/metrics-server/metrics-server:v0.8.0'];

const metricsServer: Scenario = {
  check: 'obs-metrics-server',
  object: `APIService/${api}`,
  prepare: ({ apply }) => apply(namespace(metrics), metricsApi()),
  fault: ({ apply }) => apply(metricsApi('gone')),
  mend: async ({ apply, remove }) => {
    // The API server lists the group as stale, so that no namespace can be deleted, until the object that had a Service is gone.
    await remove('apiservice', api);
    await apply(metricsApi());
  },
  lookAlikes: [
    {
      what: 'an API that was made anew, as another installation does',
      arrange: async ({ apply, remove }) => {
        await remove('apiservice', api);
        await apply(metricsApi());
      },
    },
    {
      what: 'a metrics-server without pods, where something else answers',
      arrange: ({ apply }) => apply(workload('Deployment', 'metrics-server', metrics, { images: metricsServerImages, replicas: 0 })),
    },
    {
      what: 'a metrics-server that is not ready beside it',
      arrange: ({ apply }) => apply(workload('Deployment', 'metrics-server-new', metrics, { images: metricsServerImages, held: true })),
    },
  ],
};

const state = 'monitoring-state';
const stateImages = ['registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0'];

function stateMetrics(options: { held?: boolean; spec?: object } = {}): Manifest {
  const labels = { 'app.kubernetes.io/name': 'kube-state-metrics' };
  return workload('Deployment', 'kube-state-metrics', state, { images: stateImages, labels, ...options });
}

const recreate = { strategy: { type: 'Recreate' } };

const kubeStateMetrics: Scenario = {
  check: 'obs-kube-state-metrics',
  object: `Deployment/${state}/kube-state-metrics`,
  prepare: async (world) => {
    await world.apply(namespace(state), stateMetrics({ spec: recreate }));
    await rolledOut(world, 'deployment/kube-state-metrics', state);
  },
  fault: ({ apply }) => apply(stateMetrics({ spec: recreate, held: true })),
  mend: ({ apply }) => apply(stateMetrics({ spec: recreate })),
  lookAlikes: [
    {
      what: 'a rolling update whose new pod is not ready yet',
      arrange: async (world) => {
        await rolledOut(world, 'deployment/kube-state-metrics', state);
        const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
        await world.apply(stateMetrics({ spec: { strategy: { type: 'RollingUpdate', rollingUpdate } }, held: true }));
      },
    },
    {
      what: 'a second one that is scaled to zero',
      arrange: ({ apply }) => apply(workload('Deployment', 'kube-state-metrics-old', state, { images: stateImages, replicas: 0 })),
    },
    {
      what: 'an application that has one as a sidecar and is not ready',
      arrange: ({ apply }) => {
        const images = ['registry.example.com/fleet:1.0.0', ...stateImages];
        return apply(workload('Deployment', 'fleet', state, { images, held: true }));
      },
    },
    {
      what: 'one that is being deleted',
      arrange: async ({ apply, patch, remove }) => {
        await apply(workload('Deployment', 'kube-state-metrics-gone', state, { images: stateImages, replicas: 0 }));
        const finalizers = ['example.com/takes-its-time'];
        await patch('deployment', 'kube-state-metrics-gone', { metadata: { finalizers } }, { namespace: state });
        await remove('deployment', 'kube-state-metrics-gone', state);
        await patch('deployment', 'kube-state-metrics-gone', { spec: { replicas: 1 } }, { namespace: state });
      },
    },
  ],
};

const nodesNamespace = 'monitoring-nodes';
/** The node with an exporter of its own. */
const large = 'worker-6';

type Requirement = { key: string; operator: 'In' | 'NotIn'; values: string[] };

/** Pods are replaced when they are deleted, so that those that may stay do. */
function exporter(name: string, hosts: Omit<Requirement, 'key'>): Manifest {
  const requirements: Requirement[] = [
    { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
    { key: 'type', operator: 'NotIn', values: ['virtual-kubelet'] },
    { key: 'kubernetes.io/hostname', ...hosts },
  ];
  const required = { nodeSelectorTerms: [{ matchExpressions: requirements }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
  return workload('DaemonSet', name, nodesNamespace, {
    images: ['quay.io/prometheus/node-exporter:v1.10.2'],
    spec: { updateStrategy: { type: 'OnDelete' } },
    pod: { tolerations: [{ operator: 'Exists' }], affinity },
  });
}

const nodeExporter: Scenario = {
  check: 'obs-node-exporter',
  object: 'Cluster/local',
  prepare: async (world) => {
    const all = exporter('node-exporter', { operator: 'NotIn', values: ['none'] });
    await world.apply(namespace(nodesNamespace), all, exporter('node-exporter-large', { operator: 'In', values: [large] }));
    await coversNodes(world, 'node-exporter', nodesNamespace, 6);
    await coversNodes(world, 'node-exporter-large', nodesNamespace, 1);
  },
  fault: ({ apply }) => apply(exporter('node-exporter', { operator: 'In', values: ['worker-1'] })),
  mend: ({ apply }) => apply(exporter('node-exporter', { operator: 'NotIn', values: ['none'] })),
  lookAlikes: [
    {
      what: 'two DaemonSets that cover the nodes together',
      arrange: ({ apply }) => apply(exporter('node-exporter', { operator: 'NotIn', values: [large] })),
    },
    {
      what: 'a Windows node',
      arrange: async ({ cluster }) => {
        const taints = [{ key: 'os', value: 'windows', effect: 'NoSchedule' as const }];
        await cluster.createNodes(1, { prefix: 'windows', labels: { 'kubernetes.io/os': 'windows' }, taints });
      },
    },
    {
      what: 'a node that is no machine but a service that runs pods',
      arrange: async ({ cluster }) => {
        const taints = [{ key: 'virtual-kubelet.io/provider', value: 'azure', effect: 'NoSchedule' as const }];
        await cluster.createNodes(1, { prefix: 'virtual', labels: { type: 'virtual-kubelet' }, taints });
      },
    },
  ],
};

const logs = 'monitoring-logs';
const logImages = ['cr.fluentbit.io/fluent/fluent-bit:4.1.1'];

function collector(held = false): Manifest {
  return workload('DaemonSet', 'fluent-bit', logs, {
    images: logImages,
    held,
    spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } } },
    pod: { nodeSelector: { 'kubernetes.io/os': 'linux' }, tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] },
  });
}

const logCollector: Scenario = {
  check: 'obs-log-collector',
  object: `DaemonSet/${logs}/fluent-bit`,
  prepare: async (world) => {
    await world.apply(namespace(logs), collector());
    await coversNodes(world, 'fluent-bit', logs, 6);
  },
  fault: ({ apply }) => apply(collector(true)),
  mend: ({ apply }) => apply(collector()),
  lookAlikes: [
    {
      what: 'a node of the control plane, which it does not tolerate',
      arrange: async ({ cluster }) => {
        const taints = [{ key: 'node-role.kubernetes.io/etcd', value: 'true', effect: 'NoExecute' as const }];
        await cluster.createNodes(1, { prefix: 'etcd', taints });
      },
    },
    {
      what: 'an aggregator that is a Deployment, and not ready',
      arrange: ({ apply }) => apply(workload('Deployment', 'aggregator', logs, { images: logImages, held: true })),
    },
    {
      what: 'a second one for nodes that the cluster does not have',
      arrange: ({ apply }) =>
        apply(workload('DaemonSet', 'fluent-bit-gpu', logs, { images: logImages, pod: { nodeSelector: { accelerator: 'gpu' } } })),
    },
    {
      what: 'a DaemonSet of another kind that ships its logs with a sidecar, and is not ready',
      arrange: ({ apply }) => {
        const images = ['registry.example.com/audit:1.0.0', ...logImages];
        return apply(workload('DaemonSet', 'audit', logs, { images, held: true }));
      },
    },
  ],
};

export const exporters: readonly Scenario[] = [metricsServer, kubeStateMetrics, nodeExporter, logCollector];
