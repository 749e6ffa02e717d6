import * as z from 'zod';
import { formatBytes } from '../../kube/quantity.ts';
import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { KubeletAnswer } from '../../observe/probes/kubelet-stats.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { ratio } from '../parameters.ts';
import { percent } from './share.ts';

/** Ours: a kubelet that misses a pass or two, as while it restarts, leaves nothing unknown. */
const answerKeptMs = 10 * 60_000;

/** What of a volume is nearly used up. */
interface Filling {
  object: string;
  what: 'space' | 'inodes';
  /** Between 0 and 1. */
  free: number;
  capacityBytes: number;
}

export const pvcFilling = defineCheck({
  id: 'pvc-filling',
  area: 'Capacity',
  tier: 'Level1',
  title: 'A volume is nearly full',
  severity: 'warning',
  for: '5m',
  needs: { resources: ['nodes', 'pods', 'persistentvolumeclaims'], probes: ['kubelet-stats'] },
  remediation:
    'Delete what is not needed, or make the claim larger (`kubectl edit pvc`, where its StorageClass has allowVolumeExpansion). Out of inodes it is the number of files that counts, and on most file systems only a larger volume has more.',
  references: [
    'kubernetes-mixin: KubePersistentVolumeFillingUp and KubePersistentVolumeInodesFillingUp (15%, 3%)',
    'own default: 5m, between the 1m and 1h of those alerts',
  ],
  alerts: ['KubePersistentVolumeFillingUp', 'KubePersistentVolumeInodesFillingUp'],
  parameters: z.strictObject({
    warningRatio: ratio(0.15, 'Free space or inodes divided by all from which down it is a warning.'),
    criticalRatio: ratio(0.03, 'Free space or inodes divided by all from which down it is critical.'),
  }),
  evaluate: ({ view, parameters: { warningRatio, criticalRatio }, now }): Evaluation => {
    const answers = view.probe('kubelet-stats');
    if (!answers) return { outcome: 'Unknown', message: 'How full volumes are is not known.' };
    const [current, silent] = [[] as KubeletAnswer[], [] as KubeletAnswer[]];
    for (const answer of answers) {
      const { answeredAt } = answer;
      const known = answeredAt && now.epochMilliseconds - answeredAt.epochMilliseconds <= answerKeptMs;
      (known ? current : silent).push(answer);
    }
    const observations = fillingsOf(view, current).flatMap(({ object, what, free, capacityBytes }): Observation[] => {
      if (free > Math.max(warningRatio, criticalRatio)) return [];
      const critical = free <= criticalRatio;
      const threshold = critical ? criticalRatio : warningRatio;
      const whole = what === 'space' ? `${formatBytes(capacityBytes)} of space` : 'inodes';
      return [
        {
          object,
          reason: what === 'space' ? 'SpaceLow' : 'InodesLow',
          severity: critical ? 'critical' : 'warning',
          message: `${object} has at most ${percent(Math.min(threshold, Math.ceil(free * 20 - 1e-9) / 20))}% of its ${whole} left; the threshold is ${percent(threshold)}%. Delete what is not needed, or make it larger.`,
        },
      ];
    });
    const unknown = `${silent.length} of ${answers.length} kubelets do not say how full their volumes are: ${inBrief(silent.map(({ node }) => node))} (${inBrief([...new Set(silent.map(({ problem }) => problem))])})`;
    return { observations, ...(silent.length > 0 ? { unknown } : {}) };
  },
});

/** By claim and what is short, the least that any kubelet says: a volume may be mounted on several nodes, and by several pods of one. */
function fillingsOf(view: ClusterView, answers: readonly KubeletAnswer[]): Filling[] {
  const fillings = new Map<string, Filling>();
  for (const { namespace, pvc, capacityBytes, availableBytes, inodes, inodesFree } of answers.flatMap(({ volumes }) => volumes)) {
    const claim = view.get('persistentvolumeclaims', `${namespace}/${pvc}`);
    if (!claim || claim.deleting || claim.block || claim.readOnly) continue;
    const object = objectName('PersistentVolumeClaim', pvc, namespace);
    const keep = (what: Filling['what'], free: number) => {
      const known = fillings.get(`${object} ${what}`);
      if (!known || free < known.free) fillings.set(`${object} ${what}`, { object, what, free, capacityBytes });
    };
    keep('space', availableBytes / capacityBytes);
    if (inodes > 0) keep('inodes', inodesFree / inodes);
  }
  return [...fillings.values()];
}
