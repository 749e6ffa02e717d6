import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { createTransport } from '../../src/kube/transport.ts';
import { collectionPath, type KubeObject, objectPath } from '../../src/kube/types.ts';
import { type ResourceName, resources } from '../../src/observe/catalogue.ts';
import type { ControlPlane } from '../controlplane/controlplane.ts';
import { nodeManifest, nodeName } from '../scale/nodes.ts';
import { writeAll, writers } from '../scale/populate.ts';
import { ago } from './scenarios/own-nodes.ts';

/** What the storm is made of: many objects, written fast and as whoever owns them would. */

export const nodes = 20;
export const workloads = 100;
export const podsOfWorkload = 20;

type Body = KubeObject & { metadata: { name: string; namespace?: string } };

/** Writes to the API server, over a few connections that stay. */
export interface Writer {
  create(resource: ResourceName, name: string, namespace: string | undefined, body: object): Promise<void>;
  /** A merge patch of the status. */
  setStatus(resource: ResourceName, name: string, namespace: string, status: object): Promise<void>;
  patch(resource: ResourceName, name: string, namespace: string | undefined, body: object): Promise<void>;
  remove(resource: ResourceName, name: string, namespace?: string): Promise<void>;
  /** Calls `write` with 0 … count − 1, some at once. */
  many(what: string, count: number, write: (index: number) => Promise<unknown>): Promise<void>;
  get<T>(path: string): Promise<T>;
  close(): Promise<void>;
}

export function createWriter({ adminKubeconfig }: ControlPlane): Writer {
  const transport = createTransport({ kubeConfig: loadKubeConfig(adminKubeconfig), connections: writers });
  const merge = { method: 'PATCH', contentType: 'application/merge-patch+json', timeoutMs: 60_000 } as const;
  const pathOf = (resource: ResourceName, name: string, namespace?: string) => objectPath(resources[resource].type, name, namespace);
  return {
    create: async (resource, name, namespace, body) => {
      const { type } = resources[resource];
      const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
      const { metadata, ...rest } = body as Partial<Body>;
      const object = { apiVersion, kind: type.kind, metadata: { name, ...(namespace ? { namespace } : {}), ...metadata }, ...rest };
      await transport.json({ method: 'POST', path: collectionPath(type, namespace), body: object, timeoutMs: 60_000 });
    },
    setStatus: async (resource, name, namespace, status) => {
      await transport.json({ ...merge, path: `${pathOf(resource, name, namespace)}/status`, body: { status } });
    },
    patch: async (resource, name, namespace, body) => {
      await transport.json({ ...merge, path: pathOf(resource, name, namespace), body });
    },
    remove: async (resource, name, namespace) => {
      await transport.json({ method: 'DELETE', path: pathOf(resource, name, namespace), timeoutMs: 60_000 });
    },
    many: (what, count, write) => writeAll(what, count, write, () => undefined),
    get: (path) => transport.json({ path, timeoutMs: 60_000 }),
    close: () => transport.close(),
  };
}

/** Nodes that are Ready, though no kubelet is there. */
export async function createNodes(writer: Writer): Promise<void> {
  await writer.many('nodes', nodes, async (index) => {
    const { spec, status, metadata } = nodeManifest(index);
    await writer.create('nodes', nodeName(index), undefined, { metadata, spec, status });
    // Admission taints every new node, and the controller that takes the taint away is switched off.
    await writer.patch('nodes', nodeName(index), undefined, { spec: { taints: [] } });
  });
}

/** Of workload number `index`, ten in each namespace. */
export const placeOf = (index: number) => ({ namespace: `shop-${Math.floor(index / 10)}`, name: `web-${index}` });

const hash = '7c9f8d6b5';

/** A Deployment that was well once, of pods that its controller would have made. */
export async function createWorkload(writer: Writer, { namespace, name }: { namespace: string; name: string }): Promise<void> {
  const labels = { app: name };
  const container = { name: 'main', image: `registry.example.com/${name}:1.0.0`, resources: { requests: { cpu: '1m', memory: '1Mi' } } };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  await writer.create('deployments', name, namespace, {
    metadata: { labels },
    spec: { replicas: podsOfWorkload, selector: { matchLabels: labels }, template },
  });
  const all = podsOfWorkload;
  const conditions = [{ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', lastTransitionTime: ago({ hours: 5 }) }];
  await writer.setStatus('deployments', name, namespace, {
    ...{ observedGeneration: 1, replicas: all, updatedReplicas: all, unavailableReplicas: all },
    conditions,
  });
}

export const podName = (workload: string, pod: number) => `${workload}-${hash}-${pod}`;

/** A pod of a workload, on a node; the ReplicaSet between them is not read by anybody. */
export async function createPod(writer: Writer, { namespace, name }: { namespace: string; name: string }, pod: number): Promise<void> {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${hash}`, uid: '5f0d3b9c-17aa-4b61-9f7e-000000000001' };
  await writer.create('pods', podName(name, pod), namespace, {
    metadata: { labels: { app: name, 'pod-template-hash': hash }, ownerReferences: [{ ...owner, controller: true }] },
    spec: {
      nodeName: nodeName(pod % nodes),
      // No kubelet is there to say that it has ended.
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: `registry.example.com/${name}:1.0.0`, resources: { requests: { cpu: '1m', memory: '1Mi' } } }],
    },
  });
}

/** What the kubelet says of a pod whose container crashes: it waits to be started again, or has just been. */
export function crashing(now: 'Waiting' | 'StartedAgain', restartCount: number): object {
  const state = now === 'Waiting' ? { waiting: { reason: 'CrashLoopBackOff' } } : { running: { startedAt: ago({ seconds: 1 }) } };
  return podStatus(false, { restartCount, state, lastState: endedAgo({ seconds: 30 }) });
}

/** And of one that has run for half an hour since. */
export function mendedStatus(): object {
  return podStatus(true, {
    restartCount: 12,
    state: { running: { startedAt: ago({ minutes: 30 }) } },
    lastState: endedAgo({ minutes: 31 }),
  });
}

function endedAgo(duration: Temporal.DurationLike): object {
  const finishedAt = ago(duration);
  const startedAt = Temporal.Instant.from(finishedAt).subtract({ seconds: 20 }).toString();
  return { terminated: { exitCode: 1, reason: 'Error', startedAt, finishedAt } };
}

function podStatus(isReady: boolean, container: object): object {
  const condition = (type: string, isTrue: boolean) => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastTransitionTime: ago({ minutes: 40 }),
  });
  return {
    phase: 'Running',
    conditions: [
      ...['PodScheduled', 'Initialized'].map((type) => condition(type, true)),
      condition('ContainersReady', isReady),
      condition('Ready', isReady),
    ],
    containerStatuses: [
      { name: 'main', image: 'registry.example.com/web:1.0.0', imageID: '', ready: isReady, started: isReady, ...container },
    ],
  };
}

/** Kinds and reasons of Events: what nobody reads, what load balancers say of what is not there, and of what is there and well. */
const said: readonly [kind: string, name: string, reason: string][] = [
  ['Pod', podName('web-0', 0), 'BackOff'],
  ['Deployment', 'web-0', 'ScalingReplicaSet'],
  ['Node', nodeName(0), 'NodeNotReady'],
  ['Service', 'gone', 'SyncLoadBalancerFailed'],
  ['Service', 'fine-web', 'AllocationFailed'],
  ['Ingress', 'gone', 'FailedDeployModel'],
  ['TargetGroupBinding', 'gone', 'FailedBuildModel'],
  ['Service', 'fine-edge', 'EnsuredLoadBalancer'],
  ['Sparkling', 'what-nobody-knows', 'FailedDeployModel'],
];

/** Event number `index`; each tenth has nothing but what the API server insists on. */
export async function createEvent(writer: Writer, index: number): Promise<void> {
  const [kind, name, reason] = said[index % said.length] ?? ['', '', ''];
  const own = `storm-${index}`;
  if (index % 10 === 9) return writer.create('load-balancer-events', own, 'default', { involvedObject: {} });
  const namespace = 'calm';
  const at = ago({ seconds: index % 600 });
  return writer.create('load-balancer-events', own, namespace, {
    involvedObject: { kind, name, namespace },
    ...{ reason, type: 'Warning', message: `attempt ${index}: ${'it did not work out, '.repeat(index % 40)}`.slice(0, 1024), count: 1 },
    ...{ firstTimestamp: at, lastTimestamp: at },
    source: { component: 'storm' },
  });
}
