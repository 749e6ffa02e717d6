import { parseQuantity } from '../../kube/quantity.ts';
import type { DaemonSet, Deployment, PodSpec, StatefulSet } from '../../kube/types.ts';
import { defineResource, instantOf } from '../resource.ts';
import { namesOf } from './pod-pulls.ts';

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
  /** Names of Secrets to pull images with; where there are none, new pods get those of the ServiceAccount. */
  pullSecrets: readonly string[];
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
  /** Of one that is stuck: since when it has made no progress, RFC 3339, and how long it may, seconds. */
  stuck?: { since: string | undefined; deadlineSeconds: number };
  /** Of a StatefulSet or DaemonSet that is being updated: so many of its pods may be away for that at once; when as many do not become ready, it does not go on. */
  updating?: number;
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
      ...stuckOf(progressing, object.spec?.progressDeadlineSeconds ?? 600),
      notCreated:
        failure?.status === 'True' ? { since: failure.lastTransitionTime, message: (failure.message ?? '').slice(0, 512) } : undefined,
    };
  },
});

type Condition = { status: string; reason?: string; lastTransitionTime?: string };

/** The condition turns when the deadline has passed. */
function stuckOf(progressing: Condition | undefined, deadlineSeconds: number): Pick<WorkloadView, 'rolloutStuck' | 'stuck'> {
  if (progressing?.status !== 'False' || progressing.reason !== 'ProgressDeadlineExceeded') return { rolloutStuck: false };
  const passed = instantOf(progressing.lastTransitionTime);
  const since = passed?.subtract({ seconds: deadlineSeconds }).toString({ smallestUnit: 'second' });
  return { rolloutStuck: true, stuck: { since, deadlineSeconds } };
}

export const statefulsets = defineResource({
  type: appsType('statefulsets', 'StatefulSet'),
  project: (object: StatefulSet): WorkloadView => {
    const { readyReplicas = 0, availableReplicas = 0 } = object.status ?? {};
    return {
      ...common('StatefulSet', object),
      ...{ desired: object.spec?.replicas ?? 1, ready: readyReplicas, available: availableReplicas },
      ...updatingBy(updatedAtOnce(object)),
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
      ...updatingBy(replacedAtOnce(object)),
    };
  },
});

function updatingBy(updating: number | undefined): Pick<WorkloadView, 'updating'> {
  return updating === undefined ? {} : { updating };
}

/** Pods below the partition are left as they are on purpose; with OnDelete somebody else makes the update. */
function updatedAtOnce({ spec, status }: StatefulSet): number | undefined {
  if ((spec?.updateStrategy?.type ?? 'RollingUpdate') !== 'RollingUpdate') return undefined;
  const { partition = 0, maxUnavailable } = spec?.updateStrategy?.rollingUpdate ?? {};
  const { currentRevision, updateRevision, updatedReplicas = 0 } = status ?? {};
  if (!updateRevision || currentRevision === updateRevision) return undefined;
  const replicas = spec?.replicas ?? 1;
  if (partition > 0 && updatedReplicas >= replicas - partition) return undefined;
  return shareOf(maxUnavailable, replicas) || 1;
}

function replacedAtOnce({ spec, status }: DaemonSet): number | undefined {
  if ((spec?.updateStrategy?.type ?? 'RollingUpdate') !== 'RollingUpdate') return undefined;
  const { desiredNumberScheduled = 0, updatedNumberScheduled = 0 } = status ?? {};
  if (updatedNumberScheduled >= desiredNumberScheduled) return undefined;
  const { maxUnavailable, maxSurge } = spec?.updateStrategy?.rollingUpdate ?? {};
  return Math.max(shareOf(maxUnavailable, desiredNumberScheduled), shareOf(maxSurge, desiredNumberScheduled)) || 1;
}

/** A number, or a percentage of all, rounded up as the controllers do. */
function shareOf(amount: unknown, all: number): number {
  if (typeof amount === 'number') return amount;
  const [, percent] = /^(\d{1,3})%$/.exec(typeof amount === 'string' ? amount : '') ?? [];
  return percent === undefined ? 0 : Math.ceil((Number(percent) * all) / 100);
}

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
    pullSecrets: namesOf(template?.spec?.imagePullSecrets),
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
