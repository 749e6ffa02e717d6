import type { Pod } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';
import { workloadOf } from './pods.ts';

/** A pod that a kubelet ended or refused because its node, or the pod's own storage, was short of something. */
export interface EvictedPodView {
  name: string;
  namespace: string;
  /** `Deployment/shop/web`; the pod itself where nothing owns it. */
  workload: string;
  /** RFC 3339. */
  evictedAt: string | undefined;
  /** What was short, such as `memory`, `ephemeral-storage` or `its own limit of storage`; '' where the kubelet does not say. */
  lacking: string;
  deleting: boolean;
}

/**
 * Apart from the pods that run: those that have ended hold nothing, and may be thousands. The API server sends only those that failed, and
 * of these only the evicted ones are kept.
 */
export const evictedPods = defineResource({
  type: { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true },
  label: 'pods/failed',
  fieldSelector: 'status.phase=Failed',
  project: (pod: Pod): EvictedPodView | undefined => {
    const { metadata, status } = pod;
    if (status?.phase !== 'Failed' || status.reason !== 'Evicted') return undefined;
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      workload: workloadOf(pod),
      evictedAt: evictedAt(status) ?? metadata?.creationTimestamp,
      lacking: lackingOf(status.message ?? ''),
      deleting: metadata?.deletionTimestamp !== undefined,
    };
  },
});

/** DisruptionTarget dates it since Kubernetes 1.26; a pod that was refused at once has nothing but its start. */
function evictedAt({ conditions, startTime }: NonNullable<Pod['status']>): string | undefined {
  return conditions?.find(({ type }) => type === 'DisruptionTarget')?.lastTransitionTime ?? startTime;
}

/** From the kubelet's own sentences. */
function lackingOf(message: string): string {
  const resource = /^The node was low on resource: ([\w./-]{1,63}?)\.?(?:\s|$)/.exec(message)?.[1];
  if (resource) return resource;
  const condition = /^The node had condition: \[(\w{1,63})/.exec(message)?.[1];
  if (condition) return condition;
  return /ephemeral.{0,9}storage|EmptyDir volume/i.test(message) ? 'its own limit of storage' : '';
}
