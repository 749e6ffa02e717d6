import { parseQuantity } from '../../kube/quantity.ts';
import type { DaemonSet, Deployment, PodSpec, StatefulSet } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface ContainerView {
  name: string;
  image: string;
  /** Cores and bytes; undefined where nothing is said. */
  requests: { cpu: number | undefined; memory: number | undefined };
  limits: { cpu: number | undefined; memory: number | undefined };
}

export interface WorkloadView {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** Of its pods. */
  podLabels: Readonly<Record<string, string>>;
  serviceAccount: string;
  /** Of pods: what is asked for (of a DaemonSet: the nodes it is meant for), and what is there. */
  desired: number;
  ready: number;
  available: number;
  /** The controller has seen the newest spec, so that the numbers are about it. */
  observed: boolean;
  /** Since when a Deployment has too few available pods, RFC 3339; Kubernetes keeps no such time for the others. */
  unavailableSince: string | undefined;
  /** Of a Deployment: its rollout is held on purpose. */
  paused: boolean;
  /** Of a Deployment: its rollout has taken longer than its progressDeadlineSeconds. */
  rolloutStuck: boolean;
  /** Of a Deployment: since when pods cannot be made, RFC 3339, and the API server's words, at most 512 characters. */
  notCreated: { since: string | undefined; message: string } | undefined;
  containers: readonly ContainerView[];
  /** Names of emptyDir volumes. */
  emptyDirs: readonly string[];
  /** `Kind/name` of what made it, such as an operator's custom resource; '' where nobody says so. */
  owner: string;
  deleting: boolean;
}

type Workload = Deployment | StatefulSet | DaemonSet;

const appsType = (resource: string, kind: WorkloadView['kind']) => ({ group: 'apps', version: 'v1', resource, kind, namespaced: true });

export const deployments = defineResource({
  type: appsType('deployments', 'Deployment'),
  project: (object: Deployment): WorkloadView => {
    const { replicas = 1 } = object.spec ?? {};
    const { readyReplicas = 0, availableReplicas = 0, conditions = [] } = object.status ?? {};
    const condition = (of: string) => conditions.find(({ type }) => type === of);
    const [available, progressing, failure] = [condition('Available'), condition('Progressing'), condition('ReplicaFailure')];
    return {
      ...common('Deployment', object),
      ...{ desired: replicas, ready: readyReplicas, available: availableReplicas },
      unavailableSince: available?.status === 'False' ? available.lastTransitionTime : undefined,
      paused: object.spec?.paused === true,
      rolloutStuck: progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded',
      notCreated:
        failure?.status === 'True' ? { since: failure.lastTransitionTime, message: (failure.message ?? '').slice(0, 512) } : undefined,
    };
  },
});

export const statefulsets = defineResource({
  type: appsType('statefulsets', 'StatefulSet'),
  project: (object: StatefulSet): WorkloadView => {
    const { readyReplicas = 0, availableReplicas = 0 } = object.status ?? {};
    return {
      ...common('StatefulSet', object),
      ...{ desired: object.spec?.replicas ?? 1, ready: readyReplicas, available: availableReplicas },
    };
  },
});

export const daemonsets = defineResource({
  type: appsType('daemonsets', 'DaemonSet'),
  project: (object: DaemonSet): WorkloadView => {
    const { desiredNumberScheduled = 0, numberReady = 0, numberAvailable = 0 } = object.status ?? {};
    return {
      ...common('DaemonSet', object),
      ...{ desired: desiredNumberScheduled, ready: numberReady, available: numberAvailable },
    };
  },
});

function common(kind: WorkloadView['kind'], { metadata, spec, status }: Workload) {
  const template = spec?.template;
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
  return {
    kind,
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    labels: metadata?.labels ?? {},
    podLabels: template?.metadata?.labels ?? {},
    serviceAccount: template?.spec?.serviceAccountName ?? 'default',
    observed: (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0),
    containers: containersOf(template?.spec),
    emptyDirs: (template?.spec?.volumes ?? []).flatMap(({ name, emptyDir }) => (emptyDir ? [name] : [])),
    owner: owner ? `${owner.kind}/${owner.name}` : '',
    unavailableSince: undefined,
    ...{ paused: false, rolloutStuck: false, notCreated: undefined },
    deleting: metadata?.deletionTimestamp !== undefined,
  };
}

function containersOf(spec: PodSpec | undefined): ContainerView[] {
  return (spec?.containers ?? []).map(({ name, image, resources }) => ({
    name,
    image: image ?? '',
    requests: { cpu: parseQuantity(resources?.requests?.cpu), memory: parseQuantity(resources?.requests?.memory) },
    limits: { cpu: parseQuantity(resources?.limits?.cpu), memory: parseQuantity(resources?.limits?.memory) },
  }));
}
