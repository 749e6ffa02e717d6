import fc from 'fast-check';
import { tlsSecret } from '../../test/fixtures/access.ts';
import { minutesAgo, node, pod } from '../../test/fixtures/cluster.ts';
import type { KubeObject } from '../kube/types.ts';
import type { Stored } from '../runtime/store.ts';
import { type ResourceName, resources } from './catalogue.ts';
import type { Resource } from './resource.ts';

type Path = (string | number)[];

const condition = (type: string) => ({ type, status: 'False', reason: 'Reason', message: 'message', lastTransitionTime: minutesAgo(5) });

/** One object of each resource in which every field that its projection reads is there. */
const complete: Record<ResourceName, object> = {
  alertmanagerconfigs: {
    metadata: { name: 'root', namespace: 'monitoring' },
    spec: { receivers: [{ name: 'nowhere' }, { name: 'desk', webhookConfigs: [{ url: 'https://desk.example.com' }], emailConfigs: [] }] },
  },
  alertmanagers: {
    metadata: { name: 'main', namespace: 'monitoring', deletionTimestamp: minutesAgo(1) },
    spec: { replicas: 3, alertmanagerConfiguration: { name: 'root' }, alertmanagerConfigSelector: {} },
    status: { conditions: [condition('Available')] },
  },
  apiservices: {
    metadata: { name: 'v1beta1.metrics.k8s.io', labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } },
    spec: { service: { namespace: 'kube-system', name: 'metrics-server' }, insecureSkipTLSVerify: true },
    status: { conditions: [condition('Available')] },
  },
  backendconfigs: {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { securityPolicy: { name: 'edge' } },
  },
  certificates: {
    metadata: { name: 'web', namespace: 'shop', creationTimestamp: minutesAgo(90), deletionTimestamp: minutesAgo(1) },
    spec: { secretName: 'web-tls' },
    status: { conditions: [condition('Ready')], notAfter: minutesAgo(-9000), renewalTime: minutesAgo(-90) },
  },
  certificatesigningrequests: {
    metadata: { name: 'csr-1', creationTimestamp: minutesAgo(90) },
    spec: { signerName: 'kubernetes.io/kubelet-serving', username: 'system:node:a' },
    status: { conditions: [condition('Noted')] },
  },
  'cluster-autoscaler-status': { metadata: { name: 'cluster-autoscaler-status', namespace: 'kube-system' } },
  clusterrolebindings: {
    metadata: { name: 'admins', creationTimestamp: minutesAgo(90) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [
      { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' },
      { kind: 'Group', name: 'ops', apiGroup: 'rbac.authorization.k8s.io' },
    ],
  },
  clusterroles: {
    metadata: { name: 'everything', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
    rules: [{ apiGroups: ['*'], resources: ['*'], resourceNames: ['one'], verbs: ['*'], nonResourceURLs: ['/metrics'] }],
    aggregationRule: {
      clusterRoleSelectors: [{ matchLabels: { part: 'x' }, matchExpressions: [{ key: 'part', operator: 'In', values: ['x'] }] }],
    },
  },
  csidrivers: {
    metadata: { name: 'ebs.csi.aws.com', labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } },
    spec: {
      ...{ attachRequired: true, podInfoOnMount: true, storageCapacity: true, requiresRepublish: true, seLinuxMount: true },
      fsGroupPolicy: 'File',
      volumeLifecycleModes: ['Persistent', 'Ephemeral'],
      tokenRequests: [{ audience: 'vault', expirationSeconds: 3600 }],
    },
  },
  customresourcedefinitions: {
    metadata: { name: 'widgets.example.com', deletionTimestamp: minutesAgo(1) },
    spec: { group: 'example.com', names: { kind: 'Widget' }, versions: [{ name: 'v1', served: true, storage: true }] },
    status: { storedVersions: ['v1'] },
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
  gatewayclasses: {
    metadata: { name: 'public', labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } },
    spec: {
      controllerName: 'example.com/gateway',
      parametersRef: { group: 'example.com', kind: 'Settings', namespace: 'gateways', name: 'public' },
    },
  },
  gateways: {
    metadata: { name: 'edge', namespace: 'shop', deletionTimestamp: minutesAgo(1) },
    spec: {
      listeners: [{ name: 'https', tls: { certificateRefs: [{ group: '', kind: 'Secret', name: 'web-tls', namespace: 'certs' }] } }],
    },
  },
  'helm-release-secrets': {
    metadata: {
      name: 'sh.helm.release.v1.shop.v2',
      namespace: 'shop',
      creationTimestamp: minutesAgo(90),
      labels: { owner: 'helm', name: 'shop', version: '2', status: 'deployed', modifiedAt: '1763899200' },
    },
  },
  horizontalpodautoscalers: {
    metadata: { name: 'web', namespace: 'shop', deletionTimestamp: minutesAgo(1) },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 5,
      behavior: { scaleDown: { selectPolicy: 'Disabled' } },
    },
    status: { currentReplicas: 2, desiredReplicas: 3, conditions: [condition('ScalingActive')] },
  },
  ingressclasses: {
    metadata: {
      name: 'public',
      labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' },
      annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' },
      creationTimestamp: minutesAgo(90),
    },
    spec: {
      controller: 'k8s.io/ingress-nginx',
      parameters: { apiGroup: 'example.com', kind: 'Settings', scope: 'Namespace', namespace: 'ingress', name: 'public' },
    },
  },
  ingresses: {
    metadata: {
      name: 'web',
      namespace: 'shop',
      annotations: { 'kubernetes.io/ingress.class': 'nginx', 'nginx.ingress.kubernetes.io/enable-modsecurity': 'true' },
      creationTimestamp: minutesAgo(90),
      deletionTimestamp: minutesAgo(1),
    },
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['shop.example.com'], secretName: 'web-tls' }],
      defaultBackend: { service: { name: 'fallback', port: { name: 'http' } } },
      rules: [{ host: 'shop.example.com', http: { paths: [{ backend: { service: { name: 'web', port: { number: 80 } } } }] } }],
    },
    status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }, { ip: '192.0.2.1' }] } },
  },
  limitranges: {
    metadata: { name: 'defaults', namespace: 'shop' },
    spec: {
      limits: [
        {
          type: 'Container',
          default: { cpu: '500m' },
          defaultRequest: { cpu: '100m' },
          max: { cpu: '2' },
          min: { cpu: '10m' },
          maxLimitRequestRatio: { cpu: '10' },
        },
      ],
    },
  },
  mutatingwebhookconfigurations: {
    metadata: { name: 'policy', labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' }, deletionTimestamp: minutesAgo(1) },
    webhooks: [
      {
        name: 'policy.example.com',
        clientConfig: { service: { namespace: 'policy', name: 'policy', path: '/validate', port: 8443 }, caBundle: 'Y2E=' },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'], scope: 'Namespaced' }],
        namespaceSelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'team', operator: 'In', values: ['a'] }] },
        objectSelector: { matchLabels: { a: 'b' } },
        matchConditions: [{ name: 'not-system', expression: 'true' }],
        ...{ failurePolicy: 'Ignore', matchPolicy: 'Exact', sideEffects: 'None', timeoutSeconds: 5, reinvocationPolicy: 'IfNeeded' },
      },
    ],
  },
  namespaces: {
    metadata: {
      name: 'shop',
      labels: { team: 'shop' },
      annotations: { 'linkerd.io/inject': 'enabled' },
      creationTimestamp: minutesAgo(90),
      deletionTimestamp: minutesAgo(5),
      finalizers: ['example.com/cleanup'],
    },
    status: { conditions: [condition('NamespaceContentRemaining')] },
  },
  networkpolicies: {
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      podSelector: { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['front'] }] },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { a: 'b' } } }], ports: [{ protocol: 'TCP', port: 80, endPort: 90 }] }],
      egress: [{ to: [{ podSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
    },
  },
  nodes: {
    metadata: {
      name: 'a',
      labels: { zone: 'z' },
      annotations: { 'kured.dev/kured-reboot-in-progress': minutesAgo(9), 'kured.dev/kured-most-recent-reboot-needed': minutesAgo(9) },
      deletionTimestamp: minutesAgo(1),
    },
    spec: {
      providerID: 'aws:///z/i-1',
      unschedulable: true,
      taints: [{ key: 'node.kubernetes.io/unschedulable', value: 'true', effect: 'NoSchedule', timeAdded: minutesAgo(9) }],
    },
    status: {
      ...node('a').status,
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: { kubeletVersion: 'v1.37.2', containerRuntimeVersion: 'containerd://2.2.0', kernelVersion: '6.12.0', osImage: 'Linux' },
    },
  },
  persistentvolumeclaims: {
    metadata: {
      name: 'data',
      namespace: 'shop',
      annotations: { 'volume.beta.kubernetes.io/storage-class': 'fast' },
      creationTimestamp: minutesAgo(90),
      deletionTimestamp: minutesAgo(1),
    },
    spec: { storageClassName: 'fast', volumeMode: 'Block', accessModes: ['ReadOnlyMany'] },
    status: { phase: 'Bound' },
  },
  persistentvolumes: {
    metadata: { name: 'pv-1', deletionTimestamp: minutesAgo(1) },
    spec: { persistentVolumeReclaimPolicy: 'Delete', claimRef: { name: 'data', namespace: 'shop' } },
    status: { phase: 'Failed', lastPhaseTransitionTime: minutesAgo(9) },
  },
  poddisruptionbudgets: {
    metadata: { name: 'web', namespace: 'shop', generation: 2, deletionTimestamp: minutesAgo(1) },
    spec: {
      minAvailable: 1,
      maxUnavailable: '10%',
      selector: { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }] },
    },
    status: {
      ...{ observedGeneration: 2, disruptionsAllowed: 1, expectedPods: 3, currentHealthy: 3, desiredHealthy: 2 },
      conditions: [condition('DisruptionAllowed')],
    },
  },
  podmonitors: {
    metadata: { name: 'web', namespace: 'shop', creationTimestamp: minutesAgo(90), deletionTimestamp: minutesAgo(1) },
    spec: {
      selector: { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }] },
      namespaceSelector: { any: true },
    },
  },
  priorityclasses: {
    metadata: { name: 'platform', labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } },
    value: 1000,
    globalDefault: true,
    preemptionPolicy: 'Never',
  },
  prometheuses: {
    metadata: { name: 'main', namespace: 'monitoring', deletionTimestamp: minutesAgo(1) },
    spec: {
      replicas: 2,
      shards: 2,
      retention: '15d',
      storage: { ephemeral: {} },
      remoteWrite: [{ url: 'https://metrics.example.com' }],
      thanos: { objectStorageConfig: { key: 'thanos.yaml', name: 'thanos' } },
      additionalAlertManagerConfigs: { key: 'alertmanagers.yaml', name: 'alertmanagers' },
    },
    status: { conditions: [condition('Available')] },
  },
  prometheusrules: {
    metadata: { name: 'nodes', namespace: 'monitoring' },
    spec: { groups: [{ name: 'nodes', rules: [{ alert: 'KubeNodeNotReady', expr: 'vector(1)' }, { record: 'a:b:c' }] }] },
  },
  pods: {
    ...pod('web', { deployment: 'web', nodeName: 'a', unschedulable: '0/1 nodes are available: 1 Too many pods.', deleting: true }),
    spec: {
      nodeName: 'a',
      overhead: { cpu: '10m', memory: '1Mi' },
      resources: { requests: { cpu: '1', memory: '1Gi' } },
      initContainers: [{ name: 'proxy', restartPolicy: 'Always', resources: { requests: { cpu: '10m', memory: '1Mi' } } }],
      containers: [{ name: 'main', resources: { requests: { cpu: '10m', memory: '1Mi' } } }],
      serviceAccountName: 'default',
      volumes: [
        { name: 'kube-api-access-x', projected: { sources: [] } },
        { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
        { name: 'scratch', ephemeral: { volumeClaimTemplate: {} } },
      ],
      schedulingGates: [{ name: 'queue' }],
      nodeSelector: { 'eks.amazonaws.com/nodegroup': 'general' },
    },
  },
  resourcequotas: {
    metadata: { name: 'team', namespace: 'shop', deletionTimestamp: minutesAgo(1) },
    status: { used: { pods: '49', 'requests.cpu': '500m' } },
    spec: {
      hard: { pods: '50', 'requests.cpu': '20' },
      scopes: ['NotTerminating'],
      scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
    },
  },
  rolebindings: {
    metadata: { name: 'deployers', namespace: 'shop', creationTimestamp: minutesAgo(90) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' },
    subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' }],
  },
  roles: {
    metadata: { name: 'deployer', namespace: 'shop', labels: { team: 'shop' } },
    rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] }],
  },
  runtimeclasses: {
    metadata: { name: 'gvisor' },
    handler: 'runsc',
    overhead: { podFixed: { cpu: '100m' } },
    scheduling: {
      nodeSelector: { sandbox: 'gvisor' },
      tolerations: [{ key: 'sandbox', operator: 'Equal', value: 'gvisor', effect: 'NoExecute', tolerationSeconds: 60 }],
    },
  },
  'service-account-token-secrets': {
    metadata: {
      name: 'deployer-token',
      namespace: 'ci',
      annotations: {
        'kubernetes.io/service-account.name': 'deployer',
        'kubernetes.io/created-by': 'openshift.io/create-dockercfg-secrets',
      },
      labels: { 'kubernetes.io/legacy-token-last-used': '2026-11-01', 'kubernetes.io/legacy-token-invalid-since': '2026-11-02' },
      creationTimestamp: minutesAgo(90),
      deletionTimestamp: minutesAgo(1),
    },
  },
  serviceaccounts: { metadata: { name: 'default', namespace: 'shop' }, automountServiceAccountToken: false },
  servicemonitors: {
    metadata: { name: 'dns', namespace: 'monitoring', creationTimestamp: minutesAgo(90), deletionTimestamp: minutesAgo(1) },
    spec: {
      selector: { matchLabels: { app: 'dns' }, matchExpressions: [{ key: 'tier', operator: 'Exists', values: [] }] },
      namespaceSelector: { matchNames: ['kube-system'] },
    },
  },
  services: {
    metadata: {
      name: 'dns',
      namespace: 'kube-system',
      labels: { app: 'dns' },
      annotations: { 'cloud.google.com/backend-config': '{"default":"edge","ports":{"http":"other"}}' },
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
    metadata: {
      name: 'fast',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      creationTimestamp: minutesAgo(90),
    },
    provisioner: 'ebs.csi.aws.com',
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    mountOptions: ['noatime'],
    parameters: { type: 'gp3' },
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] }],
  },
  'support-calendar': { metadata: { name: 'support-calendar', namespace: 'platform-support' }, data: { 'calendar.json': '{}' } },
  'tls-secrets': tlsSecret(),
  validatingwebhookconfigurations: {
    metadata: { name: 'policy', labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' }, deletionTimestamp: minutesAgo(1) },
    webhooks: [
      {
        name: 'policy.example.com',
        clientConfig: { service: { namespace: 'policy', name: 'policy', path: '/validate', port: 8443 }, caBundle: 'Y2E=' },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'], scope: 'Namespaced' }],
        namespaceSelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'team', operator: 'In', values: ['a'] }] },
        objectSelector: { matchLabels: { a: 'b' } },
        matchConditions: [{ name: 'not-system', expression: 'true' }],
        ...{ failurePolicy: 'Ignore', matchPolicy: 'Exact', sideEffects: 'None', timeoutSeconds: 5 },
      },
    ],
  },
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
