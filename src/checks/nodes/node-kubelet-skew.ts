import * as z from 'zod';
import { parseVersion } from '../../observe/probes/version.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { wholeNumber } from '../parameters.ts';
import { isLeaving, isVirtual } from './availability.ts';

const minors = { min: 1, max: 9 };

export const nodeKubeletSkew = defineCheck({
  id: 'node-kubelet-skew',
  area: 'Nodes',
  tier: 'Level1',
  title: 'A kubelet is too old for the API server, or newer than it',
  severity: 'warning',
  for: '1h',
  needs: { resources: ['nodes'], probes: ['version'] },
  remediation:
    'Upgrade the kubelet, or replace the node, before the control plane is upgraded further. Where the kubelet is newer, upgrade the control plane first, or take the node back to its version.',
  references: [
    'Kubernetes: version skew policy (a kubelet may be up to three minor versions older than the API server, never newer)',
    'own default: 1h, in which a control plane of several API servers is upgraded',
  ],
  parameters: z.strictObject({
    warningMinors: wholeNumber(3, 'Minor versions behind the API server from which it is a warning.', minors),
    criticalMinors: wholeNumber(4, 'Minor versions behind the API server from which it is critical.', minors),
  }),
  evaluate: ({ view, parameters: { warningMinors, criticalMinors } }): Evaluation => {
    const server = view.probe('version');
    if (!server) return { outcome: 'Unknown', message: 'The version of the API server is not known.' };
    const observations: Observation[] = [];
    const unreadable: string[] = [];
    for (const node of view.list('nodes')) {
      if (node.kubeletVersion === '' || node.unschedulable || isLeaving(node) || isVirtual(node)) continue;
      const kubelet = parseVersion(node.kubeletVersion);
      if (!kubelet) {
        unreadable.push(node.name);
        continue;
      }
      const behind = server.minor - kubelet.minor;
      if (behind >= 0 && behind < Math.min(warningMinors, criticalMinors)) continue;
      const critical = behind < 0 || behind >= criticalMinors;
      const versions = `The kubelet of node ${node.name} is ${kubelet.gitVersion} and the API server ${server.gitVersion}`;
      observations.push({
        object: `Node/${node.name}`,
        reason: behind < 0 ? 'KubeletTooNew' : 'KubeletTooOld',
        severity: critical ? 'critical' : 'warning',
        message:
          behind < 0
            ? `${versions}: a kubelet must not be newer. Upgrade the control plane first.`
            : `${versions}: ${behind} minor versions behind; the threshold is ${critical ? criticalMinors : warningMinors}. Upgrade the node before the control plane goes further.`,
      });
    }
    if (unreadable.length === 0) return { observations };
    return { observations, unknown: `The kubelet version of ${inBrief(unreadable)} is not vMAJOR.MINOR.PATCH.` };
  },
});
