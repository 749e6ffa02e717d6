import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { waitFor } from '../../controlplane/wait.ts';
import { crd, type World } from './scenario.ts';

interface WorkloadOptions {
  /** Default 1; a DaemonSet has none. */
  replicas?: number;
  /** Of its pods. */
  labels?: Record<string, string>;
  /** In the order of the containers. */
  images: readonly string[];
  /** Pods are scheduled and then never become ready. */
  held?: boolean;
  /** Further fields of the spec, such as the way it is updated. */
  spec?: object;
  /** Further fields of the pods' spec. */
  pod?: object;
  /** The custom resource that an operator made it for. */
  owner?: { apiVersion: string; kind: string; name: string; uid: string };
}

export function workload(
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  name: string,
  inNamespace: string,
  { replicas = 1, labels, images, held = false, spec, pod, owner }: WorkloadOptions,
): Manifest {
  const containers = images.map((image, index) => ({
    name: `c${index}`,
    image,
    resources: { requests: { cpu: '1m', memory: '1Mi' } },
  }));
  const annotations = held ? { annotations: { 'fake-kubelet/hold': 'true' } } : {};
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: inNamespace, ...(owner ? { ownerReferences: [{ ...owner, controller: true }] } : {}) },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name, podManagementPolicy: 'Parallel' } : {}),
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name, ...labels }, ...annotations }, spec: { containers, ...pod } },
      ...spec,
    },
  };
}

/** Waits until all pods of a Deployment or StatefulSet are ready. */
export async function rolledOut({ cluster }: World, workload: string, inNamespace: string): Promise<void> {
  await cluster.kubectl(['rollout', 'status', workload, `--namespace=${inNamespace}`, '--timeout=30s']);
}

/** Waits until a DaemonSet has ready pods on so many nodes; the nodes of other scenarios may be such that it never has one on each. */
export async function coversNodes({ cluster }: World, name: string, inNamespace: string, count: number): Promise<void> {
  type Numbers = { status?: { numberReady?: number } };
  await waitFor(`daemonset/${name} to have ${count} ready pods`, async (see) => {
    const { status } = await cluster.kubectlJson<Numbers>(['get', 'daemonset', name, `--namespace=${inNamespace}`]);
    return see(status?.numberReady ?? 0) >= count;
  });
}

const group = 'monitoring.coreos.com';
const kinds = {
  alertmanagerconfigs: ['AlertmanagerConfig', 'v1alpha1'],
  alertmanagers: ['Alertmanager', 'v1'],
  podmonitors: ['PodMonitor', 'v1'],
  prometheuses: ['Prometheus', 'v1'],
  prometheusrules: ['PrometheusRule', 'v1'],
  servicemonitors: ['ServiceMonitor', 'v1'],
} as const;

type Plural = keyof typeof kinds;

/** `prometheuses.monitoring.coreos.com`, as kubectl finds it by. */
export const resource = (plural: Plural) => `${plural}.${group}`;

export async function installApi({ cluster, apply }: World, ...plurals: Plural[]): Promise<void> {
  await apply(...plurals.map((plural) => crd(kinds[plural][0], plural, group, kinds[plural][1])));
  const names = plurals.map((plural) => `crd/${resource(plural)}`);
  await cluster.kubectl(['wait', '--for=condition=Established', ...names, '--timeout=30s']);
}

export function custom(plural: Plural, name: string, inNamespace: string, spec: object): Manifest {
  const [kind, version] = kinds[plural];
  return { apiVersion: `${group}/${version}`, kind, metadata: { name, namespace: inNamespace }, spec };
}

/** A Prometheus or Alertmanager of which the operator says that it is available. */
export async function available(
  { apply, condition }: World,
  plural: 'prometheuses' | 'alertmanagers',
  name: string,
  inNamespace: string,
  spec: object,
): Promise<void> {
  await apply(custom(plural, name, inNamespace, spec));
  await condition(resource(plural), name, { type: 'Available', status: 'True' }, inNamespace);
}

/** A Prometheus or Alertmanager that is being deleted, and is still there, when its pods are gone. */
export async function leaving(
  { apply, condition, patch, remove }: World,
  plural: 'prometheuses' | 'alertmanagers',
  name: string,
  inNamespace: string,
  spec: object,
): Promise<void> {
  await apply(custom(plural, name, inNamespace, spec));
  await patch(resource(plural), name, { metadata: { finalizers: ['example.com/takes-its-time'] } }, { namespace: inNamespace });
  await remove(resource(plural), name, inNamespace);
  await condition(resource(plural), name, { type: 'Available', status: 'False', reason: 'NoPodReady' }, inNamespace);
}
