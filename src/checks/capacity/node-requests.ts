import type { ClusterView } from '../../observe/cluster-view.ts';
import { poolNamedBy } from '../../observe/node-pools.ts';
import type { PodView } from '../../observe/resources/pods.ts';

/** Cores, bytes and a number of pods. */
export interface Amounts {
  cpu: number;
  memory: number;
  pods: number;
}

/** What the pods of a node ask for, and the part of it that must find another node when this one is lost. */
export interface NodeRequests {
  asked: Amounts;
  /** Without the pods of DaemonSets and static pods, which go with the node. */
  moving: Amounts;
  /** The part of `moving` that selects the node's pool. */
  movingInPool: Amounts;
}

/** By node, those without pods left out. Pods that wait for a node are pod-unschedulable's; pods that are being deleted give back what they hold. */
export function requestsByNode(view: ClusterView): ReadonlyMap<string, NodeRequests> {
  return view.derive('requests by node', () => {
    const found = new Map<string, NodeRequests & { pool: string }>();
    const ofNode = (name: string) => {
      const known = found.get(name);
      if (known) return known;
      const node = { pool: poolNamedBy(view.get('nodes', name)?.labels ?? {}) ?? '', ...noRequests() };
      found.set(name, node);
      return node;
    };
    // Not for … of: of every pod of the cluster, at every look, an iterator would leave something to collect.
    view.list('pods').forEach((pod) => {
      if (pod.nodeName === '' || pod.deleting) return;
      const node = ofNode(pod.nodeName);
      add(node.asked, pod);
      if (goesWithItsNode(pod)) return;
      add(node.moving, pod);
      if (pod.nodePool !== '' && pod.nodePool === node.pool) add(node.movingInPool, pod);
    });
    return found;
  });
}

/** Of a node without pods. */
export function noRequests(): NodeRequests {
  const none = () => ({ cpu: 0, memory: 0, pods: 0 });
  return { asked: none(), moving: none(), movingInPool: none() };
}

function add(amounts: Amounts, { requests }: PodView): void {
  amounts.cpu += requests.cpu;
  amounts.memory += requests.memory;
  amounts.pods += 1;
}

function goesWithItsNode({ workload }: PodView): boolean {
  return workload.startsWith('DaemonSet/') || workload.startsWith('Node/');
}
