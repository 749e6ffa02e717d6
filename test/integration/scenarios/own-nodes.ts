import type { NodeOptions } from '../../controlplane/cluster-handle.ts';
import type { LookAlike, World } from './scenario.ts';

/** Keeps pods of other scenarios away. */
const apart = { key: 'example.com/scenario', value: 'nodes', effect: 'NoSchedule' } as const;

/** As cluster-autoscaler, Karpenter and a spot provider mark a node that they take away. */
export const leaving = { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', value: '1763900000', effect: 'NoSchedule' }] } satisfies OwnNode;
export const disrupted = { taints: [{ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }] } satisfies OwnNode;
export const takenBack = { taints: [{ key: 'aws-node-termination-handler/spot-itn', effect: 'NoSchedule' }] } satisfies OwnNode;

export interface OwnNode extends NodeOptions {
  /** Written after the node has become ready. */
  conditions?: readonly Parameters<World['condition']>[2][];
  annotations?: Record<string, string>;
  cordoned?: boolean;
}

/** Makes the node `<prefix>-1`, too small to matter to the cluster's capacity. */
export async function createNode(world: World, prefix: string, { conditions = [], cordoned, ...options }: OwnNode = {}): Promise<string> {
  const taints = [apart, ...(options.taints ?? [])];
  const [name = ''] = await world.cluster.createNodes(1, { cpu: '100m', memory: '128Mi', pods: 60, ...options, prefix, taints });
  for (const condition of conditions) await world.condition('node', name, condition);
  if (cordoned) await world.cluster.kubectl(['cordon', name]);
  return name;
}

/** Dates back when nodes became ready, as what is newer on them counts from then. */
export async function readyForLong({ condition }: World, names: readonly string[]): Promise<void> {
  for (const name of names) await condition('node', name, { type: 'Ready', status: 'True', since: ago({ hours: 6 }) });
}

/** The ordinary nodes of a suite. */
export const workers: readonly string[] = ['worker-1', 'worker-2', 'worker-3', 'worker-4', 'worker-5', 'worker-6'];

export function looksLike(what: string, prefix: string, node: OwnNode): LookAlike {
  return { what, arrange: async (world) => void (await createNode(world, prefix, node)) };
}

export function ago(duration: Temporal.DurationLike): string {
  return Temporal.Now.instant().subtract(duration).toString({ smallestUnit: 'second' });
}
