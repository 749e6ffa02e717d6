import type { ClusterView } from '../../observe/cluster-view.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { isLeaving, isVirtual } from '../nodes/availability.ts';
import { noParameters } from '../parameters.ts';
import { isWithin, problemOfRange } from './running-version.ts';

const path = 'spec.maintenance.targets.kubernetes';

export const versionTarget = defineCheck({
  id: 'version-target',
  area: 'Versions',
  tier: 'Level1',
  title: 'Kubernetes is not at the version that was agreed',
  severity: 'warning',
  for: '30m',
  needs: { probes: ['version'], resources: ['nodes'] },
  remediation:
    'Update in the next maintenance window: the control plane first, one minor at a time, then the nodes. Where the target itself is old, agree on a new one.',
  references: [
    'spec.maintenance.targets.kubernetes of the SupportCoverage',
    'own default: 30m, longer than an API server takes to restart',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const range = agreement.targets.kubernetes;
    if (range === undefined) return { outcome: 'NotApplicable', message: `no target is set (${path})` };
    const problem = problemOfRange(range);
    if (problem) return { outcome: 'Unknown', message: `${path}: ${problem}` };
    const server = view.probe('version');
    if (!server) return { outcome: 'Unknown', message: 'The version of the API server is not known.' };
    const { outside, unreadable } = kubelets(view, range);
    const observations: Observation[] = [];
    const object = `Cluster/${view.cluster}`;
    const within = isWithin(server.gitVersion, range);
    if (within === undefined) unreadable.push('the API server');
    else if (!within)
      observations.push({
        object,
        reason: 'ApiServerOutsideTarget',
        message: `The API server runs ${server.gitVersion}, outside ${range} (${path}). Update it in the next maintenance window.`,
      });
    if (outside.size > 0)
      observations.push({
        object,
        reason: 'KubeletsOutsideTarget',
        message: `Kubelets run a version outside ${range} (${path}): ${inBrief([...outside].map(spoken))}. Update these nodes in the next maintenance window.`,
      });
    return {
      observations,
      ...(unreadable.length > 0 ? { unknown: `A version is written in a way that cannot be compared: ${inBrief(unreadable)}` } : {}),
    };
  },
});

/** How many nodes run a version outside the range, by version; and the nodes whose version cannot be compared. */
function kubelets(view: ClusterView, range: string): { outside: Map<string, number>; unreadable: string[] } {
  const outside = new Map<string, number>();
  const unreadable: string[] = [];
  for (const node of view.list('nodes')) {
    // A virtual kubelet has the version of the library that it was built with, and nobody updates it with the cluster.
    if (isLeaving(node) || node.kubeletVersion === '' || isVirtual(node)) continue;
    const within = isWithin(node.kubeletVersion, range);
    if (within === undefined) unreadable.push(`Node/${node.name}`);
    else if (!within) outside.set(node.kubeletVersion, (outside.get(node.kubeletVersion) ?? 0) + 1);
  }
  return { outside, unreadable };
}

function spoken([version, nodes]: [string, number]): string {
  return `${version} on ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`;
}
