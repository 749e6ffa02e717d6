/** What stands around the pods of pods.ts: of each workload a Deployment, a Service, its EndpointSlice and an Ingress. */
import { loadKubeConfig } from '../../../src/kube/kubeconfig.ts';
import { createTransport, type Transport } from '../../../src/kube/transport.ts';
import { collectionPath, type Deployment, type EndpointSlice, type KubeObject, objectPath } from '../../../src/kube/types.ts';
import { resources } from '../../../src/observe/catalogue.ts';
import type { Cluster } from '../../controlplane/cluster-handle.ts';
import { identityOf, labelsOf, podManifest, podsOfWorkload } from '../pods.ts';
import { writeAll, writers } from '../populate.ts';

/** Software that no check knows: of an Ingress of this class only its own chain is judged. */
const ingressClass = 'edge';
const port = 8080;

/** Workload number `workload`, by its first pod. */
function identity(workload: number) {
  return identityOf(workload * podsOfWorkload);
}

/** `Deployment/team-0/service-0`. */
export function deploymentOf(workload: number): string {
  const { namespace, app } = identity(workload);
  return `Deployment/${namespace}/${app}`;
}

/** `Service/team-0/service-0`. */
export function serviceOf(workload: number): string {
  const { namespace, app } = identity(workload);
  return `Service/${namespace}/${app}`;
}

function metadataOf(workload: number) {
  const { namespace, app } = identity(workload);
  return { name: app, namespace, labels: { ...labelsOf(identity(workload)), 'app.kubernetes.io/managed-by': 'Helm' } };
}

function deploymentManifest(workload: number): Deployment {
  const { metadata, spec } = podManifest(workload * podsOfWorkload, 1);
  const { nodeName: _, ...template } = spec ?? { containers: [] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(workload),
    spec: {
      replicas: podsOfWorkload,
      selector: { matchLabels: labelsOf(identity(workload)) },
      template: { metadata: { ...(metadata?.labels ? { labels: metadata.labels } : {}) }, spec: template },
    },
  };
}

/** What the controller says of a Deployment of which all is well. */
function availableStatus(): NonNullable<Deployment['status']> {
  const all = podsOfWorkload;
  return {
    ...{ observedGeneration: 1, replicas: all, updatedReplicas: all, readyReplicas: all, availableReplicas: all },
    conditions: [
      { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ],
  };
}

function serviceManifest(workload: number): KubeObject {
  const spec = { selector: labelsOf(identity(workload)), ports: [{ name: 'http', port, targetPort: 'http' }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: metadataOf(workload), spec } as KubeObject;
}

/** The slice of a workload's Service, with all of its pods as endpoints, ready or not. */
export function sliceManifest(workload: number, ready: boolean): EndpointSlice {
  const { namespace, app } = identity(workload);
  const endpoints = Array.from({ length: podsOfWorkload }, (_, pod) => ({
    addresses: [`10.200.${workload % 256}.${pod}`],
    conditions: { ready, serving: ready, terminating: false },
    targetRef: { kind: 'Pod', namespace, name: identityOf(workload * podsOfWorkload + pod).name },
  }));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${app}-1`, namespace, labels: { 'kubernetes.io/service-name': app } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port, protocol: 'TCP' }],
    endpoints,
  };
}

function ingressManifest(workload: number): KubeObject {
  const { namespace, app } = identity(workload);
  const backend = { service: { name: app, port: { number: port } } };
  const rules = [{ host: `${app}.${namespace}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadataOf(workload),
    spec: { ingressClassName: ingressClass, rules },
  } as KubeObject;
}

async function createWorkload(transport: Transport, workload: number): Promise<void> {
  const { namespace, app } = identity(workload);
  const create = (resource: 'deployments' | 'services' | 'endpointslices' | 'ingresses', body: KubeObject) =>
    transport.json<KubeObject>({ method: 'POST', path: collectionPath(resources[resource].type, namespace), body });
  await create('deployments', deploymentManifest(workload));
  await transport.json({
    method: 'PATCH',
    path: `${objectPath(resources.deployments.type, app, namespace)}/status`,
    contentType: 'application/merge-patch+json',
    body: { status: availableStatus() },
  });
  await create('services', serviceManifest(workload));
  await create('endpointslices', sliceManifest(workload, true));
  await create('ingresses', ingressManifest(workload));
}

/** Puts the workloads around the pods that `populate` has written. */
export async function addWorkloads(cluster: Cluster, workloads: number, say: (line: string) => void): Promise<void> {
  const transport = createTransport({ kubeConfig: loadKubeConfig(cluster.adminKubeconfig), connections: writers });
  try {
    const body = {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: ingressClass } },
      spec: { controller: 'example.com/edge' },
    };
    await transport.json({ method: 'POST', path: collectionPath(resources.ingressclasses.type), body });
    await writeAll('workloads', workloads, (workload) => createWorkload(transport, workload), say);
  } finally {
    await transport.close();
  }
}
