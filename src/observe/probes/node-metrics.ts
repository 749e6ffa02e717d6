import { parseQuantity } from '../../kube/quantity.ts';
import type { ObjectMeta } from '../../kube/types.ts';
import type { Probe } from './probe.ts';

/** What a node uses, averaged over the moments that metrics-server looks at: cores and bytes. */
export interface NodeUsage {
  cpu: number;
  memory: number;
}

interface NodeMetrics {
  metadata?: ObjectMeta;
  usage?: { cpu?: string; memory?: string };
}

/** Lists metrics.k8s.io's nodes; by name. It cannot be watched. */
export const nodeMetrics: Probe<ReadonlyMap<string, NodeUsage>> = {
  rules: [{ apiGroups: ['metrics.k8s.io'], resources: ['nodes'], verbs: ['list'] }],
  ask: async ({ transport, signal }) => {
    const { items } = await transport.json<{ items?: NodeMetrics[] }>({ path: '/apis/metrics.k8s.io/v1beta1/nodes', signal });
    return new Map(
      (items ?? []).flatMap(({ metadata, usage }) => {
        const [cpu, memory] = [parseQuantity(usage?.cpu), parseQuantity(usage?.memory)];
        return metadata?.name && cpu !== undefined && memory !== undefined ? [[metadata.name, { cpu, memory }] as const] : [];
      }),
    );
  },
};
