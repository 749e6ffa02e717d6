import fc from 'fast-check';
import { minutesAgo, node, pod } from '../../test/fixtures/cluster.ts';
import type { KubeObject } from '../kube/types.ts';
import type { Stored } from '../runtime/store.ts';
import { type ResourceName, resources } from './catalogue.ts';
import type { Resource } from './resource.ts';

type Path = (string | number)[];

const condition = (type: string) => ({ type, status: 'False', reason: 'Reason', message: 'message', lastTransitionTime: minutesAgo(5) });

/** One object of each resource in which every field that its projection reads is there. */
const complete: Record<ResourceName, object> = {
  apiservices: {
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: { service: { namespace: 'kube-system', name: 'metrics-server' } },
    status: { conditions: [condition('Available')] },
  },
  'cluster-autoscaler-status': { metadata: { name: 'cluster-autoscaler-status', namespace: 'kube-system' } },
  clusterrolebindings: {
    metadata: { name: 'admins' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [
      { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' },
      { kind: 'Group', name: 'ops', apiGroup: 'rbac.authorization.k8s.io' },
    ],
  },
  daemonsets: {
    metadata: {
      name: 'proxy',
      namespace: 'kube-system',
      generation: 2,
      labels: { app: 'proxy' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: 'owner', uid: 'u', controller: true }],
      deletionTimestamp: minutesAgo(1),
    },
    spec: {
      replicas: 2,
      template: {
        metadata: { labels: { app: 'proxy' } },
        spec: {
          serviceAccountName: 'proxy',
          volumes: [{ name: 'scratch', emptyDir: {} }],
          containers: [
            { name: 'main', image: 'registry.example.com/proxy:1', resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } } },
          ],
        },
      },
    },
    status: { observedGeneration: 2, readyReplicas: 1, availableReplicas: 1, numberReady: 1, conditions: [condition('Available')] },
  },
  deployments: {
    metadata: {
      name: 'dns',
      namespace: 'kube-system',
      generation: 2,
      labels: { app: 'dns' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: 'owner', uid: 'u', controller: true }],
      deletionTimestamp: minutesAgo(1),
    },
    spec: {
      replicas: 2,
      template: {
        metadata: { labels: { app: 'dns' } },
        spec: {
          serviceAccountName: 'dns',
          volumes: [{ name: 'scratch', emptyDir: {} }],
          containers: [
            { name: 'main', image: 'registry.example.com/dns:1', resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } } },
          ],
        },
      },
    },
    status: { observedGeneration: 2, readyReplicas: 1, availableReplicas: 1, numberReady: 1, conditions: [condition('Available')] },
  },
  endpointslices: {
    metadata: { name: 'dns-x', namespace: 'kube-system', labels: { 'kubernetes.io/service-name': 'dns' } },
    addressType: 'IPv4',
    endpoints: [
      { addresses: ['10.0.0.1'], conditions: { ready: true } },
      { addresses: ['10.0.0.2'], conditions: { ready: false } },
    ],
  },
  namespaces: {
    metadata: { name: 'shop', labels: { team: 'shop' }, creationTimestamp: minutesAgo(90), deletionTimestamp: minutesAgo(5) },
    status: { conditions: [condition('NamespaceContentRemaining')] },
  },
  nodes: {
    ...node('a', { labels: { zone: 'z' }, taints: ['dedicated'], cordoned: true, deleting: true }),
    spec: { providerID: 'aws:///z/i-1', unschedulable: true, taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] },
  },
  pods: {
    ...pod('web', { deployment: 'web', nodeName: 'a', unschedulable: '0/1 nodes are available: 1 Too many pods.', deleting: true }),
    spec: {
      nodeName: 'a',
      overhead: { cpu: '10m', memory: '1Mi' },
      resources: { requests: { cpu: '1', memory: '1Gi' } },
      initContainers: [{ name: 'proxy', restartPolicy: 'Always', resources: { requests: { cpu: '10m', memory: '1Mi' } } }],
      containers: [{ name: 'main', resources: { requests: { cpu: '10m', memory: '1Mi' } } }],
    },
  },
  services: {
    metadata: {
      name: 'dns',
      namespace: 'kube-system',
      labels: { app: 'dns' },
      creationTimestamp: minutesAgo(90),
      deletionTimestamp: minutesAgo(1),
    },
    spec: { type: 'LoadBalancer', selector: { app: 'dns' }, ports: [{ name: 'dns', port: 53, targetPort: 'dns' }] },
    status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }, { ip: '192.0.2.1' }] } },
  },
  statefulsets: {
    metadata: {
      name: 'db',
      namespace: 'kube-system',
      generation: 2,
      labels: { app: 'db' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: 'owner', uid: 'u', controller: true }],
      deletionTimestamp: minutesAgo(1),
    },
    spec: {
      replicas: 2,
      template: {
        metadata: { labels: { app: 'db' } },
        spec: {
          serviceAccountName: 'db',
          volumes: [{ name: 'scratch', emptyDir: {} }],
          containers: [
            { name: 'main', image: 'registry.example.com/db:1', resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } } },
          ],
        },
      },
    },
    status: { observedGeneration: 2, readyReplicas: 1, availableReplicas: 1, numberReady: 1, conditions: [condition('Available')] },
  },
  storageclasses: {
    metadata: { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'ebs.csi.aws.com',
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    mountOptions: ['noatime'],
    parameters: { type: 'gp3' },
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] }],
  },
  'support-calendar': { metadata: { name: 'support-calendar', namespace: 'platform-support' }, data: { 'calendar.json': '{}' } },
};

/** What the schemas require of an entry of a list, such as a condition's type; entries are there whole or not at all. */
const required = new Set(['name', 'kind', 'apiVersion', 'uid', 'type', 'status', 'key', 'effect', 'values']);

/** Every place that may be missing: fields, map entries and entries of lists, however deep. */
function optionalPaths(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const inEntry = typeof path.at(-1) === 'number';
  return Object.entries(value).flatMap(([key, below]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return [...(inEntry && required.has(key) ? [] : [here]), ...optionalPaths(below, here)];
  });
}

/** The object without what stands at the paths. */
function without(value: unknown, paths: readonly Path[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const gone = new Set(paths.filter(({ length }) => length === 1).map(([key]) => String(key)));
  const kept = Object.entries(value)
    .filter(([key]) => !gone.has(key))
    .map(
      ([key, below]) =>
        [
          key,
          without(
            below,
            paths.filter((path) => path.length > 1 && String(path[0]) === key).map((path) => path.slice(1)),
          ),
        ] as const,
    );
  return Array.isArray(value) ? kept.map(([, below]) => below) : Object.fromEntries(kept);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [key, ...textsIn(below)]);
}

describe.each(Object.keys(resources) as ResourceName[])('the projection of %s', (name) => {
  const { project } = resources[name] as Resource<Stored>;
  const paths = optionalPaths(complete[name]);

  it('keeps an object that has every field', () => {
    expect(project(complete[name] as KubeObject)?.name).toBe((complete[name] as KubeObject).metadata?.name);
  });

  it('takes an object with any of its optional fields missing, and makes no text out of what is not there', () => {
    fc.assert(
      fc.property(fc.subarray(paths), (gone) => {
        const projected = project(without(complete[name], gone) as KubeObject);
        expect(textsIn(projected).filter((text) => /undefined|null|NaN|\[object/.test(text))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('takes an object with any one of its optional fields missing', () => {
    for (const path of paths) expect(() => project(without(complete[name], [path]) as KubeObject)).not.toThrow();
  });

  it('takes an object that is empty', () => {
    expect(() => project({})).not.toThrow();
  });
});
