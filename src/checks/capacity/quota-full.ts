import * as z from 'zod';
import { formatBytes, formatCores } from '../../kube/quantity.ts';
import { objectName } from '../../kube/types.ts';
import type { ResourceQuotaView } from '../../observe/resources/resourcequotas.ts';
import { defineCheck, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { ratio } from '../parameters.ts';
import { percent } from './share.ts';

export const quotaFull = defineCheck({
  id: 'quota-full',
  area: 'Capacity',
  tier: 'Level1',
  title: 'A namespace has used up its quota, or nearly',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['resourcequotas'] },
  remediation:
    'Ask the owner of the namespace: remove what is not needed, or raise the quota (`kubectl describe quota -n <namespace>` shows used and hard). At the limit the API server refuses new objects, so that rollouts and scaling stop.',
  references: ['kubernetes-mixin: KubeQuotaAlmostFull (90%), KubeQuotaFullyUsed, KubeQuotaExceeded (15m)'],
  alerts: ['KubeQuotaAlmostFull', 'KubeQuotaFullyUsed', 'KubeQuotaExceeded'],
  parameters: z.strictObject({
    infoRatio: ratio(0.9, 'Used divided by hard from which it is info.'),
    warningRatio: ratio(1, 'Used divided by hard from which it is a warning.'),
  }),
  evaluate: ({ view, parameters: { infoRatio, warningRatio } }) => {
    const observations: Observation[] = [];
    const nearly: string[] = [];
    for (const quota of view.list('resourcequotas')) {
      if (quota.deleting) continue;
      const full = usedFrom(warningRatio, quota);
      const object = objectName('ResourceQuota', quota.name, quota.namespace);
      if (full.length > 0) {
        const what = inBrief(full.map((resource) => `${resource} (hard ${formatAmount(resource, quota.hard[resource] ?? 0)})`));
        observations.push({
          object,
          reason: 'QuotaFull',
          message: `${object} is used to ${percent(warningRatio)}% or more: ${what}. At 100% the API server refuses what would exceed it. Remove what is not needed, or raise the quota.`,
        });
      } else {
        const close = usedFrom(infoRatio, quota);
        if (close.length > 0) nearly.push(`${quota.namespace}/${quota.name} (${inBrief(close)})`);
      }
    }
    if (nearly.length > 0) {
      observations.push({
        object: `Cluster/${view.cluster}`,
        reason: 'QuotaNearlyFull',
        severity: 'info',
        message: `${nearly.length === 1 ? 'One ResourceQuota is' : `${nearly.length} ResourceQuotas are`} used to ${percent(infoRatio)}% or more: ${inBrief(nearly)}. Raise them before they refuse what their namespaces need.`,
      });
    }
    return { observations };
  },
});

/** Resources of which at least this share is used. Hard zero forbids a resource on purpose. */
function usedFrom(share: number, { hard, used }: ResourceQuotaView): string[] {
  return Object.keys(hard).filter((resource) => {
    const [limit = 0, amount = 0] = [hard[resource], used[resource]];
    return limit > 0 && amount / limit >= share;
  });
}

/** As in `requests.memory`, `limits.cpu` and `fast.storageclass.storage.k8s.io/requests.storage`; everything else is counted. */
function formatAmount(resource: string, amount: number): string {
  if (/(^|\.)cpu$/.test(resource)) return formatCores(amount);
  return /(^|\.)(memory|storage|ephemeral-storage|hugepages-\w+)$/.test(resource) ? formatBytes(amount) : String(amount);
}
