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

/** What a pod uses: cores and bytes. */
export interface PodUsage {
  /** `namespace/name`. */
  pod: string;
  cpu: number;
  memory: number;
}

/** What one kubelet said the last time that it answered. */
export interface KubeletAnswer {
  node: string;
  /** Undefined while there was no time for it. */
  askedAt: Temporal.Instant | undefined;
  /** When `volumes` were measured; undefined while it has never answered. */
  answeredAt: Temporal.Instant | undefined;
  volumes: readonly VolumeStats[];
  /**
   * Share of the last five minutes, 0 to 1, in which all that wanted to work on the node waited for memory; undefined where the kernel or
   * the kubelet (before 1.34) does not measure it.
   */
  memoryStall: number | undefined;
  /** Of a node that is busy or short of something, the pods that use the most CPU and those that use the most memory. */
  most: readonly PodUsage[];
  /** Why it did not answer the last time; '' where it did. */
  problem: string;
}

/** Kubelets that are asked at a time. */
const concurrent = 8;
const kubeletMs = 5_000;
/** Pods that are kept of a node for each of CPU and memory. */
const mostKept = 3;
/** Ours: from here on it may matter to somebody which pods use most. */
const busyRatio = 0.8;
const stallRatio = 0.05;

/**
 * Asks the kubelets of nodes with pods that mount a claim, and of nodes that are short of something, each directly: nodes/stats allows that
 * and nothing else, where nodes/proxy would allow to run commands in pods. Who does not answer holds nobody up; whoever was asked longest ago comes first, so that everybody's turn comes
 * where there is not time for all.
 */
export const kubeletStats: Probe<readonly KubeletAnswer[]> = {
  rules: [{ apiGroups: [''], resources: ['nodes/stats'], verbs: ['get'] }],
  feature: 'kubelet-stats',
  ask: async ({ transport, signal, now, list, before = [] }) => {
    const known = new Map(before.map((answer) => [answer.node, answer]));
    const lastAsked = ({ name }: NodeView) => known.get(name)?.askedAt?.epochMilliseconds ?? 0;
    const nodes = nodesToAsk(list);
    const waiting = [...nodes].sort((a, b) => lastAsked(a) - lastAsked(b));
    const askInTurn = async () => {
      for (let node = waiting.shift(); node && !signal.aborted; node = waiting.shift())
        known.set(node.name, await askKubelet(node, known.get(node.name), { transport, signal, now }));
    };
    await Promise.all(Array.from({ length: concurrent }, askInTurn));
    return nodes.map(({ name }) => known.get(name) ?? unasked(name));
  },
};

function nodesToAsk(list: ProbeContext<unknown>['list']): NodeView[] {
  const names = new Set<string>();
  for (const { claims, nodeName } of list('pods')) if (claims.length > 0) names.add(nodeName);
  return list('nodes').filter((node) => names.has(node.name) || isShort(node));
}

/** What a kubelet runs out of, by its own word. */
export const pressures = ['MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

function isShort({ conditions }: NodeView): boolean {
  return pressures.some((type) => conditions[type]?.status === 'True');
}

function unasked(node: string): KubeletAnswer {
  return {
    node,
    askedAt: undefined,
    answeredAt: undefined,
    volumes: [],
    memoryStall: undefined,
    most: [],
    problem: 'no time was left to ask',
  };
}

/** Never rejects: a kubelet that does not answer is a problem of its own. */
async function askKubelet(
  node: NodeView,
  before: KubeletAnswer | undefined,
  { transport, signal, now }: { transport: Transport; signal: AbortSignal; now: Temporal.Instant },
): Promise<KubeletAnswer> {
  const { name, kubelet } = node;
  const failed = (problem: string) => ({ ...(before ?? unasked(name)), askedAt: now, problem });
  if (!kubelet) return failed('the node names no address of its kubelet');
  try {
    const request = { server: `https://${kubelet}`, path: '/stats/summary', timeoutMs: kubeletMs, signal };
    const summary = await transport.json<Summary>(request);
    const memoryStall = stallOf(summary);
    const most = isBusy(node, summary) || (memoryStall ?? 0) >= stallRatio ? mostOf(summary) : [];
    return { node: name, askedAt: now, answeredAt: now, volumes: volumesOf(summary), memoryStall, most, problem: '' };
  } catch (error) {
    return failed(isKubeError(error) && error.reason ? error.reason : String(error instanceof Error ? error.message : error));
  }
}

interface Usage {
  cpu?: { usageNanoCores?: number };
  memory?: { workingSetBytes?: number; psi?: { full?: { avg300?: number } } };
}

/** The part of the kubelet's summary that is read. */
interface Summary {
  node?: Usage;
  pods?: ({ podRef?: { namespace?: string; name?: string }; volume?: Volume[] } & Usage)[];
}

interface Volume {
  pvcRef?: { namespace?: string; name?: string };
  capacityBytes?: number;
  availableBytes?: number;
  usedBytes?: number;
  inodes?: number;
  inodesFree?: number;
}

/** The kernel counts in percent. */
function stallOf({ node }: Summary): number | undefined {
  const percent = node?.memory?.psi?.full?.avg300;
  return percent === undefined ? undefined : percent / 100;
}

function isBusy(node: NodeView, summary: Summary): boolean {
  const { cpu, memory } = usageOf(summary.node);
  const { allocatable } = node;
  return isShort(node) || cpu >= (allocatable.cpu || Infinity) * busyRatio || memory >= (allocatable.memory || Infinity) * busyRatio;
}

function usageOf({ cpu, memory }: Usage = {}): { cpu: number; memory: number } {
  return { cpu: (cpu?.usageNanoCores ?? 0) / 1e9, memory: memory?.workingSetBytes ?? 0 };
}

function mostOf({ pods }: Summary): PodUsage[] {
  const usages = (pods ?? []).map(({ podRef, ...usage }) => ({ pod: `${podRef?.namespace}/${podRef?.name}`, ...usageOf(usage) }));
  const first = (by: 'cpu' | 'memory') => [...usages].sort((a, b) => b[by] - a[by]).slice(0, mostKept);
  return [...new Set([...first('memory'), ...first('cpu')])];
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
