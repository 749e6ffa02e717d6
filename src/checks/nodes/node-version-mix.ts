import { poolOf } from '../../observe/node-pools.ts';
import type { NodeView } from '../../observe/resources/nodes.ts';
import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { isLeaving, isVirtual } from './availability.ts';

const compared = [
  ['kubelet', 'kubeletVersion'],
  ['container runtime', 'runtimeVersion'],
  ['kernel', 'kernelVersion'],
  ['OS image', 'osImage'],
] as const;

export const nodeVersionMix = defineCheck({
  id: 'node-version-mix',
  area: 'Nodes',
  tier: 'Level1',
  title: 'Nodes of one pool run different versions',
  severity: 'info',
  for: '168h',
  needs: { resources: ['nodes'] },
  remediation:
    'Finish the upgrade of the pool, or replace the nodes that lag behind (`kubectl get nodes -o wide` shows each node’s versions), so that pods meet the same node wherever they run.',
  references: ['kubernetes-mixin: KubeVersionMismatch', 'own default: 7d, longer than a pool’s upgrade takes'],
  alerts: ['KubeVersionMismatch'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const groups = new Map<string, NodeView[]>();
    for (const node of view.list('nodes')) {
      if (isLeaving(node) || isVirtual(node) || isFargate(node)) continue;
      const alike = alikeOf(node);
      const group = groups.get(alike);
      if (group) group.push(node);
      else groups.set(alike, [node]);
    }
    const mixed = [...groups].flatMap(([group, nodes]) => {
      const differing = differencesOf(nodes);
      return differing.length > 0 ? [`${group} (${differing.join('; ')})`] : [];
    });
    if (mixed.length === 0) return { observations: [] };
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'VersionMix',
          message: `Nodes of one pool run different versions in ${mixed.length} ${mixed.length === 1 ? 'pool' : 'pools'}: ${inBrief(mixed)}. Finish the upgrade, or replace the nodes that lag behind.`,
        },
      ],
    };
  },
});

/** A machine for one pod, as old as the pod. */
function isFargate({ labels }: NodeView): boolean {
  return labels['eks.amazonaws.com/compute-type'] === 'fargate';
}

/** Nodes that should be alike: a pool may hold several architectures and operating systems, each with an image and kernel of its own. */
function alikeOf(node: NodeView): string {
  const { labels } = node;
  return [poolOf(node), labels['kubernetes.io/os'], labels['kubernetes.io/arch']].filter(Boolean).join(' ');
}

function differencesOf(nodes: readonly NodeView[]): string[] {
  return compared.flatMap(([name, field]) => {
    const versions = new Set(nodes.map((node) => node[field]).filter((version) => version !== ''));
    return versions.size > 1 ? [`${name} ${inBrief([...versions])}`] : [];
  });
}
