import { parseQuantity } from '../../kube/quantity.ts';
import { objectName, type Pod } from '../../kube/types.ts';
import { poolNamedBy } from '../node-pools.ts';
import { defineResource, instantOf } from '../resource.ts';
import { type PodPulls, pullsOf } from './pod-pulls.ts';
import { type PodTrouble, troubleOf } from './pod-trouble.ts';

export interface PodView {
  name: string;
  namespace: string;
  /** '' while no node was found. */
  nodeName: string;
  deleting: boolean;
  /** What the scheduler reserves for it: cores and bytes. */
  requests: { cpu: number; memory: number };
  /** Present while the scheduler finds no node for it. */
  unschedulable: { since: string | undefined; message: string } | undefined;
  /** `Deployment/shop/web`; the pod itself where nothing owns it. Of a static pod it is its node, as `Node/kube-system/worker-1`. */
  workload: string;
  /** Names of the claims that it mounts; none while a scheduling gate holds it back, since nobody looks at them yet. */
  claims: readonly string[];
  /** The pool that its nodeSelector names; '' where it names none. */
  nodePool: string;
  /** Target groups of AWS load balancers in which it is not healthy though its containers are ready; there only where there are some. */
  unhealthyTargets?: readonly UnhealthyTarget[];
  /** Its images, and what it names to pull them with; there only where it names something. */
  pulls?: PodPulls;
  /** It runs as its namespace's default ServiceAccount and has that one's token. */
  defaultToken: boolean;
  /** Undefined for a pod that is as it should be. */
  trouble: PodTrouble | undefined;
}

export interface UnhealthyTarget {
  /** Name of the TargetGroupBinding, in the pod's namespace. */
  binding: string;
  /** Since when both are so, RFC 3339. */
  since: string | undefined;
  reason: string;
}

type Spec = NonNullable<Pod['spec']>;
type Container = Spec['containers'][number];

/** Pods that have ended hold no resources and need no node, so they are not kept. */
export const pods = defineResource({
  type: { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true },
  project: (pod: Pod, before?: PodView): PodView | undefined => {
    const phase = pod.status?.phase;
    if (phase === 'Succeeded' || phase === 'Failed') return undefined;
    const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const unhealthyTargets = unhealthyTargetsOf(pod);
    const pulls = pullsOf(pod.spec);
    return {
      name: pod.metadata?.name ?? '',
      namespace: pod.metadata?.namespace ?? '',
      nodeName: pod.spec?.nodeName ?? '',
      deleting: pod.metadata?.deletionTimestamp !== undefined,
      requests: { cpu: requested(pod.spec, 'cpu'), memory: requested(pod.spec, 'memory') },
      unschedulable:
        scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
          ? { since: scheduled.lastTransitionTime, message: scheduled.message ?? '' }
          : undefined,
      workload: workloadOf(pod),
      claims: claimsOf(pod),
      nodePool: poolNamedBy(pod.spec?.nodeSelector ?? {}) ?? '',
      defaultToken: hasDefaultToken(pod.spec),
      trouble: troubleOf(pod, before?.trouble),
      ...(unhealthyTargets.length > 0 ? { unhealthyTargets } : {}),
      ...(pulls ? { pulls } : {}),
    };
  },
});

const noClaims: readonly string[] = [];

/** A generic ephemeral volume has a claim of the pod's name and its own. */
function claimsOf({ metadata, spec }: Pod): readonly string[] {
  if (spec?.schedulingGates?.length) return noClaims;
  const claims = (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (ephemeral) return [`${metadata?.name ?? ''}-${name}`];
    return persistentVolumeClaim?.claimName ? [persistentVolumeClaim.claimName] : [];
  });
  return claims.length > 0 ? claims : noClaims;
}

const targetHealth = 'target-health.elbv2.k8s.aws/';

/** Readiness gates of AWS Load Balancer Controller. A pod whose own containers are not ready is unhealthy by its own doing. */
function unhealthyTargetsOf({ status }: Pod): UnhealthyTarget[] {
  const conditions = status?.conditions ?? [];
  const own = conditions.find(({ type }) => type === 'ContainersReady');
  if (own?.status !== 'True') return [];
  return conditions.flatMap(({ type, status: value, lastTransitionTime, reason }) => {
    if (value !== 'False' || !type.startsWith(targetHealth)) return [];
    const since = [lastTransitionTime ?? '', own.lastTransitionTime ?? ''].sort().at(-1) || undefined;
    return [{ binding: type.slice(targetHealth.length), since, reason: reason ?? '' }];
  });
}

/** Whether a token is mounted is settled at admission, from the pod and its ServiceAccount; what the pod then has is this volume. */
function hasDefaultToken(spec: Pod['spec']): boolean {
  if ((spec?.serviceAccountName ?? 'default') !== 'default') return false;
  return (spec?.volumes ?? []).some(({ name, projected }) => projected !== undefined && name.startsWith('kube-api-access-'));
}

/**
 * The scheduler's arithmetic: the greater of all containers together (sidecars included) and the greatest moment of the init containers,
 * each beside the sidecars started before it; a request of the whole pod counts instead; overhead is added.
 */
function requested(spec: Pod['spec'], resource: 'cpu' | 'memory'): number {
  if (!spec) return 0;
  let sidecars = 0;
  let startup = 0;
  for (const container of spec.initContainers ?? []) {
    const amount = requestOf(container, resource);
    if (container.restartPolicy === 'Always') sidecars += amount;
    startup = Math.max(startup, container.restartPolicy === 'Always' ? sidecars : sidecars + amount);
  }
  const running = (spec.containers ?? []).reduce((sum, container) => sum + requestOf(container, resource), sidecars);
  const whole = parseQuantity(spec.resources?.requests?.[resource]);
  return (whole ?? Math.max(running, startup)) + (parseQuantity(spec.overhead?.[resource]) ?? 0);
}

function requestOf(container: Container, resource: string): number {
  return parseQuantity(container.resources?.requests?.[resource]) ?? 0;
}

/** The workload that people know: a ReplicaSet's Deployment is its name without the template's hash, and a Job may be one of a CronJob's. */
export function workloadOf({ metadata }: Pod): string {
  const namespace = metadata?.namespace ?? '';
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return objectName('Pod', metadata?.name ?? '', namespace);
  const hash = metadata?.labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash && owner.name.endsWith(`-${hash}`))
    return objectName('Deployment', owner.name.slice(0, -hash.length - 1), namespace);
  const cronJob = owner.kind === 'Job' ? cronJobOf(owner.name, metadata?.creationTimestamp) : undefined;
  return cronJob ? objectName('CronJob', cronJob, namespace) : objectName(owner.kind, owner.name, namespace);
}

/** A year: so long may the last retry of a Job come after its time. */
const retriedWithinMinutes = 366 * 24 * 60;

/** The controller names a CronJob's Job after the minute, counted from 1970, that it is made for; any other number is part of a name. */
function cronJobOf(job: string, podCreatedAt: string | undefined): string | undefined {
  const [, name, minute] = /^(.+)-(\d{8,9})$/.exec(job) ?? [];
  const created = instantOf(podCreatedAt);
  if (!name || !created) return undefined;
  const age = created.epochMilliseconds / 60_000 - Number(minute);
  return age > -60 && age < retriedWithinMinutes ? name : undefined;
}
