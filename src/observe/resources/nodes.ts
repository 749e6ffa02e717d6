import { parseQuantity } from '../../kube/quantity.ts';
import type { Node, ObjectMeta } from '../../kube/types.ts';
import { defineResource, instantOf } from '../resource.ts';

export interface ConditionView {
  status: string;
  /** When the status last changed, RFC 3339. */
  since: string | undefined;
  reason: string;
}

export interface TaintView {
  key: string;
  value: string;
  effect: string;
}

export interface NodeView {
  name: string;
  /** Cordoned. */
  unschedulable: boolean;
  /** When the control plane saw that it is cordoned, RFC 3339. */
  cordonedAt: string | undefined;
  /** Has a deletion timestamp. */
  deleting: boolean;
  labels: Readonly<Record<string, string>>;
  taints: readonly TaintView[];
  providerID: string;
  /** Where its kubelet listens, `10.0.0.1:10250`; '' where the node does not say. */
  kubelet: string;
  /** Joined by kubeadm, which leaves an annotation. */
  kubeadm: boolean;
  /** Cores, bytes, count; undefined where the node has not said. */
  allocatable: { cpu: number | undefined; memory: number | undefined; pods: number | undefined };
  conditions: Readonly<Record<string, ConditionView>>;
  /** When it last became ready or ceased to be, as far as it was watched, but for its joining; RFC 3339, the latest last, at most eight. */
  readyChanges: readonly string[];
  /** When kured found that it must be rebooted, RFC 3339; undefined where kured knows that it has been. */
  rebootNeededAt: string | undefined;
  kubeletVersion: string;
  runtimeVersion: string;
  kernelVersion: string;
  osImage: string;
}

/** How many changes are remembered; a check cannot count further. */
export const readyChangesKept = 8;

/** Labels that differ on every node, or that nothing reads: left out, since a large cluster has thousands of nodes. */
const uninteresting =
  /^(kubernetes\.io\/hostname|alpha\.|failure-domain\.beta\.|beta\.kubernetes\.io\/|csi\.|feature\.node\.kubernetes\.io\/)/;

export const nodes = defineResource({
  type: { group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false },
  project: ({ metadata, spec, status }: Node, before?: NodeView): NodeView => ({
    name: metadata?.name ?? '',
    unschedulable: spec?.unschedulable === true,
    cordonedAt: spec?.taints?.find(({ key }) => key === 'node.kubernetes.io/unschedulable')?.timeAdded,
    deleting: metadata?.deletionTimestamp !== undefined,
    labels: Object.fromEntries(Object.entries(metadata?.labels ?? {}).filter(([key]) => !uninteresting.test(key))),
    taints: (spec?.taints ?? []).map(({ key, value, effect }) => ({ key, value: value ?? '', effect })),
    providerID: spec?.providerID ?? '',
    kubelet: kubeletOf(status),
    kubeadm: 'kubeadm.alpha.kubernetes.io/cri-socket' in (metadata?.annotations ?? {}),
    allocatable: {
      cpu: parseQuantity(status?.allocatable?.cpu),
      memory: parseQuantity(status?.allocatable?.memory),
      pods: parseQuantity(status?.allocatable?.pods),
    },
    conditions: Object.fromEntries(
      (status?.conditions ?? []).map(({ type, status, lastTransitionTime, reason }) => [
        type,
        { status, since: lastTransitionTime, reason: reason ?? '' },
      ]),
    ),
    readyChanges: readyChangesOf(status?.conditions, metadata?.creationTimestamp, before),
    rebootNeededAt: rebootNeededAt(metadata?.annotations),
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? '',
    runtimeVersion: status?.nodeInfo?.containerRuntimeVersion ?? '',
    kernelVersion: status?.nodeInfo?.kernelVersion ?? '',
    osImage: status?.nodeInfo?.osImage ?? '',
  }),
});

function kubeletOf(status: Node['status']): string {
  const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  // On the wire the field begins with a capital letter.
  const { Port: port } = (status?.daemonEndpoints?.kubeletEndpoint ?? {}) as { Port?: number };
  if (!address || !port) return '';
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** So long a new node may take until it is ready; node-not-ready reports one that takes longer. */
const joiningMinutes = 15;

/** A node keeps only its last transition. From False to Unknown is one too, but it was not ready before and is not after. */
function readyChangesOf(
  conditions: NonNullable<Node['status']>['conditions'],
  createdAt: string | undefined,
  before: NodeView | undefined,
): readonly string[] {
  const ready = conditions?.find(({ type }) => type === 'Ready');
  const known = before?.readyChanges ?? [];
  const changed = ready?.status === 'True' || before?.conditions.Ready?.status === 'True';
  if (!changed || !ready?.lastTransitionTime || ready.lastTransitionTime === known.at(-1)) return known;
  if (known.length === 0 && ready.status === 'True' && isJoining(createdAt, ready.lastTransitionTime)) return known;
  return [...known, ready.lastTransitionTime].slice(-readyChangesKept);
}

function isJoining(createdAt: string | undefined, readyAt: string): boolean {
  const created = instantOf(createdAt);
  const ready = instantOf(readyAt);
  return created !== undefined && ready !== undefined && Temporal.Instant.compare(ready, created.add({ minutes: joiningMinutes })) <= 0;
}

/** kured takes "in progress" away once the node has been rebooted and needs it no more; "most recent" it never does. */
function rebootNeededAt(annotations: ObjectMeta['annotations']): string | undefined {
  for (const prefix of ['kured.dev', 'weave.works'])
    if (annotations?.[`${prefix}/kured-reboot-in-progress`] !== undefined) return annotations[`${prefix}/kured-most-recent-reboot-needed`];
  return undefined;
}
