import type { ClusterView } from '../observe/cluster-view.ts';
import { podsByWorkload } from '../observe/pods.ts';
import type { PodView } from '../observe/resources/pods.ts';

/** Kubernetes' own taints of nodes that are not ready or that nobody hears of. */
const lostTaint = /node\.kubernetes\.io\/(not-ready|unreachable)/;
/** What the scheduler says of such nodes to a pod that waits: newer ones no longer name the taint. */
const keptOff = /had untolerated taint(\(s\)| \{node\.kubernetes\.io\/(not-ready|unreachable))/;

/**
 * The nodes whose loss alone keeps pods of the workload from running; none where there is any other reason. What is not as it should be must
 * all be on lost nodes, or wait in the place of a pod that is: alike, and kept off by a taint, as the scheduler says and the lost node has one.
 */
export function nodesLostBy(view: ClusterView, workload: string, isLost: (node: string) => boolean): string[] {
  const all = podsByWorkload(view).get(workload) ?? [];
  const lost = all.filter(({ nodeName }) => nodeName !== '' && isLost(nodeName));
  const others = all.filter(({ nodeName, deleting, trouble }) => !isLost(nodeName) && !deleting && (nodeName === '' || trouble));
  const isTainted = (node: string) => view.get('nodes', node)?.taints.some(({ key }) => lostTaint.test(key)) === true;
  const left = lost.filter(({ deleting, nodeName }) => deleting && isTainted(nodeName));
  const explained = others.every((pod) => {
    const place = left.findIndex((gone) => replaces(pod, gone));
    if (place === -1) return false;
    left.splice(place, 1);
    return true;
  });
  return explained ? [...new Set(lost.map(({ nodeName }) => nodeName))] : [];
}

/** As `nodesLostBy`, for what has no pod left that could answer. */
export function nodesLostByAll(view: ClusterView, workload: string, isLost: (node: string) => boolean): string[] {
  const pods = podsByWorkload(view).get(workload) ?? [];
  return pods.some(({ nodeName, deleting }) => nodeName !== '' && !isLost(nodeName) && !deleting)
    ? []
    : nodesLostBy(view, workload, isLost);
}

/** True for a pod that waits for a node, and would need no more than the one that is gone. */
function replaces({ nodeName, unschedulable, requests, nodePool }: PodView, gone: PodView): boolean {
  return (
    nodeName === '' &&
    keptOff.test(unschedulable?.message ?? '') &&
    requests.cpu <= gone.requests.cpu &&
    requests.memory <= gone.requests.memory &&
    nodePool === gone.nodePool
  );
}
