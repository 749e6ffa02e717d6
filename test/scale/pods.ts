/** Pods of Deployments, as a Helm chart, an injected sidecar, a ReplicaSet and a kubelet make them: about 8 KB each with managedFields. */
import type { Pod } from '../../src/kube/types.ts';
import { nodeName } from './nodes.ts';

type Container = NonNullable<Pod['spec']>['containers'][number];

export const podsOfWorkload = 10;
const workloadsOfNamespace = 25;
const scheduledAt = '2026-11-23T19:02:11Z';
const startedAt = '2026-11-23T19:02:24Z';

/** Hexadecimal text that looks random and is the same every time. */
function hash(seed: number, length: number): string {
  let text = '';
  for (let state = seed + 1; text.length < length; ) {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393;
    text += (state >>> 0).toString(16).padStart(8, '0');
  }
  return text.slice(0, length);
}

/** What pod number `index` is called, and the workload that it belongs to. */
export function identityOf(index: number) {
  const workload = Math.floor(index / podsOfWorkload);
  const app = `service-${workload % workloadsOfNamespace}`;
  const templateHash = hash(workload, 9);
  return {
    namespace: namespaceOf(index),
    app,
    templateHash,
    replicaSet: `${app}-${templateHash}`,
    name: `${app}-${templateHash}-${hash(index + 7_919, 5)}`,
    workload,
  };
}

/** Labels of the pods of a workload that a Service selects. */
export function labelsOf({ namespace, app }: ReturnType<typeof identityOf>): Record<string, string> {
  return { 'app.kubernetes.io/name': app, 'app.kubernetes.io/instance': `${namespace}-${app}` };
}

function namespaceOf(index: number): string {
  return `team-${Math.floor(index / (podsOfWorkload * workloadsOfNamespace))}`;
}

/** The namespaces that so many pods lie in. */
export function namespacesOf(pods: number): string[] {
  return [...new Set(Array.from({ length: pods }, (_, index) => namespaceOf(index)))];
}

function probe(path: string, port: number) {
  return { httpGet: { path, port, scheme: 'HTTP' }, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3 };
}

function appContainer(app: string, namespace: string): Container {
  const secret = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: `${app}-credentials`, key } } });
  return {
    name: app,
    image: `registry.example.com/shop/${app}:2026.11.14-3`,
    args: ['serve', '--config=/etc/service/config.yaml', '--listen=:8080', '--shutdown-grace=20s'],
    env: [
      { name: 'SERVICE_NAME', value: app },
      { name: 'DATABASE_HOST', value: `postgres-primary.${namespace}.svc.cluster.local` },
      secret('DATABASE_PASSWORD', 'password'),
    ],
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    resources: { requests: { cpu: '200m', memory: '512Mi' }, limits: { memory: '1Gi' } },
    readinessProbe: probe('/readyz', 8080),
    securityContext: {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'config', mountPath: '/etc/service', readOnly: true }],
  };
}

function proxyContainer(): Container {
  return {
    name: 'proxy',
    image: 'registry.example.com/mesh/proxy:1.28.1',
    args: ['proxy', 'sidecar', '--log-level=warning'],
    ports: [{ name: 'envoy-prom', containerPort: 15_090, protocol: 'TCP' }],
    resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    securityContext: { allowPrivilegeEscalation: false, runAsUser: 1337 },
  };
}

/** Pod number `index` as it is created, bound to a node; the status comes afterwards, since the API server drops it at creation. */
export function podManifest(index: number, nodes: number): Pod {
  const identity = identityOf(index);
  const { namespace, name, app, templateHash, replicaSet, workload } = identity;
  const uid = `${hash(workload, 8)}-4c1e-4f7a-9d2b-${hash(workload + 31, 12)}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      generateName: `${replicaSet}-`,
      labels: {
        ...labelsOf(identity),
        'app.kubernetes.io/managed-by': 'Helm',
        'pod-template-hash': templateHash,
      },
      annotations: {
        'checksum/config': hash(workload + 101, 64),
      },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: replicaSet, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      nodeName: nodeName(index % nodes),
      containers: [appContainer(app, namespace), proxyContainer()],
      securityContext: { fsGroup: 2000, seccompProfile: { type: 'RuntimeDefault' } },
      terminationGracePeriodSeconds: 30,
      volumes: [{ name: 'config', configMap: { name: `${app}-config` } }],
    },
  };
}

function containerStatus({ name, image = '' }: Container, seed: number) {
  return {
    name,
    image,
    imageID: `${image.split(':')[0]}@sha256:${hash(seed, 64)}`,
    containerID: `containerd://${hash(seed + 1_000_003, 64)}`,
    restartCount: 0,
    ready: true,
    started: true,
    state: { running: { startedAt } },
  };
}

/** What the kubelet reports of a pod that runs. */
export function runningStatus(index: number, { spec }: Pod): NonNullable<Pod['status']> {
  const podIP = `10.${128 + Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`;
  return {
    phase: 'Running',
    qosClass: 'Burstable',
    hostIP: '10.0.0.1',
    hostIPs: [{ ip: '10.0.0.1' }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: scheduledAt,
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: type === 'PodScheduled' ? scheduledAt : startedAt,
    })),
    containerStatuses: (spec?.containers ?? []).map((container, place) => containerStatus(container, index * 2 + place)),
  };
}
