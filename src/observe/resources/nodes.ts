import { parseQuantity } from '../../kube/quantity.ts';
import type { Node } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

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
  /** Has a deletion timestamp. */
  deleting: boolean;
  labels: Readonly<Record<string, string>>;
  taints: readonly TaintView[];
  providerID: string;
  /** Joined by kubeadm, which leaves an annotation. */
  kubeadm: boolean;
  /** Cores, bytes, count; undefined where the node has not said. */
  allocatable: { cpu: number | undefined; memory: number | undefined; pods: number | undefined };
  conditions: Readonly<Record<string, ConditionView>>;
  kubeletVersion: string;
}

/** Labels that differ on every node, or that nothing reads: left out, since a large cluster has thousands of nodes. */
const uninteresting =
  /^(kubernetes\.io\/hostname|alpha\.|failure-domain\.beta\.|beta\.kubernetes\.io\/|csi\.|feature\.node\.kubernetes\.io\/)/;

export const nodes = defineResource({
  type: { group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false },
  project: ({ metadata, spec, status }: Node): NodeView => ({
    name: metadata?.name ?? '',
    unschedulable: spec?.unschedulable === true,
    deleting: metadata?.deletionTimestamp !== undefined,
    labels: Object.fromEntries(Object.entries(metadata?.labels ?? {}).filter(([key]) => !uninteresting.test(key))),
    taints: (spec?.taints ?? []).map(({ key, value, effect }) => ({ key, value: value ?? '', effect })),
    providerID: spec?.providerID ?? '',
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
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? '',
  }),
});
