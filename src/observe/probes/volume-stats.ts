import { isKubeError } from '../../kube/errors.ts';
import type { Transport } from '../../kube/transport.ts';
import type { NodeView } from '../resources/nodes.ts';
import type { Probe, ProbeContext } from './probe.ts';

/** How full the volume of a claim is, as the kubelet of a node that mounts it measures. */
export interface VolumeStats {
  namespace: string;
  /** The claim's name. */
  pvc: string;
  capacityBytes: number;
  /** What its user may still write: without what the file system keeps for root, so less than capacity minus used. */
  availableBytes: number;
  /** 0 where the file system does not count them. */
  inodes: number;
  inodesFree: number;
}

/** What one kubelet said the last time that it answered. */
export interface NodeVolumes {
  node: string;
  /** Undefined while there was no time for it. */
  askedAt: Temporal.Instant | undefined;
  /** When `volumes` were measured; undefined while it has never answered. */
  answeredAt: Temporal.Instant | undefined;
  volumes: readonly VolumeStats[];
  /** Why it did not answer the last time; '' where it did. */
  problem: string;
}

/** Kubelets that are asked at a time. */
const concurrent = 8;
const kubeletMs = 5_000;

/**
 * Asks the kubelets of nodes with pods that mount a claim, each directly: nodes/stats allows that and nothing else, where nodes/proxy would
 * allow to run commands in pods. Who does not answer holds nobody up; whoever was asked longest ago comes first, so that everybody's turn comes
 * where there is not time for all.
 */
export const volumeStats: Probe<readonly NodeVolumes[]> = {
  rules: [{ apiGroups: [''], resources: ['nodes/stats'], verbs: ['get'] }],
  feature: 'kubelet-stats',
  ask: async ({ transport, signal, now, list, before = [] }) => {
    const known = new Map(before.map((answer) => [answer.node, answer]));
    const lastAsked = ({ name }: NodeView) => known.get(name)?.askedAt?.epochMilliseconds ?? 0;
    const nodes = nodesWithClaims(list);
    const waiting = [...nodes].sort((a, b) => lastAsked(a) - lastAsked(b));
    const askInTurn = async () => {
      for (let node = waiting.shift(); node && !signal.aborted; node = waiting.shift())
        known.set(node.name, await askKubelet(node, known.get(node.name), { transport, signal, now }));
    };
    await Promise.all(Array.from({ length: concurrent }, askInTurn));
    return nodes.map(({ name }) => known.get(name) ?? unasked(name));
  },
};

function nodesWithClaims(list: ProbeContext<unknown>['list']): NodeView[] {
  const names = new Set<string>();
  for (const { claims, nodeName } of list('pods')) if (claims.length > 0) names.add(nodeName);
  return [...list('nodes')].filter(({ name }) => names.has(name));
}

function unasked(node: string): NodeVolumes {
  return { node, askedAt: undefined, answeredAt: undefined, volumes: [], problem: 'no time was left to ask' };
}

/** Never rejects: a kubelet that does not answer is a problem of its own. */
async function askKubelet(
  { name, kubelet }: NodeView,
  before: NodeVolumes | undefined,
  { transport, signal, now }: { transport: Transport; signal: AbortSignal; now: Temporal.Instant },
): Promise<NodeVolumes> {
  const failed = (problem: string) => ({ ...(before ?? unasked(name)), askedAt: now, problem });
  if (!kubelet) return failed('the node names no address of its kubelet');
  try {
    const request = { server: `https://${kubelet}`, path: '/stats/summary', timeoutMs: kubeletMs, signal };
    return { node: name, askedAt: now, answeredAt: now, volumes: volumesOf(await transport.json<Summary>(request)), problem: '' };
  } catch (error) {
    return failed(isKubeError(error) && error.reason ? error.reason : String(error instanceof Error ? error.message : error));
  }
}

/** The part of the kubelet's summary that is read. */
interface Summary {
  pods?: { volume?: Volume[] }[];
}

interface Volume {
  pvcRef?: { namespace?: string; name?: string };
  capacityBytes?: number;
  availableBytes?: number;
  usedBytes?: number;
  inodes?: number;
  inodesFree?: number;
}

/** A driver that does not measure says 0 used, and of a block device nothing is known but its size. */
function volumesOf({ pods }: Summary): VolumeStats[] {
  return (pods ?? []).flatMap(({ volume }) =>
    (volume ?? []).flatMap(({ pvcRef, capacityBytes, availableBytes, usedBytes, inodes = 0, inodesFree = 0 }) => {
      if (!pvcRef?.namespace || !pvcRef.name || !capacityBytes || availableBytes === undefined || !usedBytes) return [];
      return [{ namespace: pvcRef.namespace, pvc: pvcRef.name, capacityBytes, availableBytes, inodes, inodesFree }];
    }),
  );
}
