import * as z from 'zod';
import { instantOf } from '../../observe/resource.ts';
import type { EvictedPodView } from '../../observe/resources/evicted-pods.ts';
import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { days } from '../parameters.ts';
import { earliest, isJudged } from './pod-states.ts';

export const podEvicted = defineCheck({
  id: 'pod-evicted',
  area: 'Workloads',
  tier: 'Level2',
  title: 'Pods were evicted because their node, or their own storage, was short of something',
  severity: 'info',
  for: '0s',
  needs: { resources: ['evicted-pods', 'namespaces'] },
  remediation:
    'Give workloads requests that match what they use, since those above their requests are evicted first, and a limit of ephemeral storage to those that write to their disk. What is left of evicted pods can be deleted: `kubectl delete pods -A --field-selector status.phase=Failed`, which also removes other failed pods.',
  references: [
    'own default: info, since the pods have been replaced; a week, so that it is seen at the next maintenance',
    'Kubernetes: node-pressure eviction',
  ],
  parameters: z.strictObject({
    days: days(7, 'Days for which an eviction is named, as long as what is left of the pod is there.'),
  }),
  evaluate: (context) => {
    const { view, now, parameters } = context;
    const evicted: EvictedPodView[] = [];
    for (const pod of view.list('evicted-pods')) {
      const at = instantOf(pod.evictedAt);
      const past = at !== undefined && now.epochMilliseconds - at.epochMilliseconds > parameters.days * 24 * 3_600_000;
      if (!pod.deleting && !past && isJudged(context, pod.namespace)) evicted.push(pod);
    }
    if (evicted.length === 0) return { observations: [] };
    const workloads = [...new Set(evicted.map(({ workload }) => workload))];
    const lacking = [...new Set(evicted.map((pod) => pod.lacking).filter((text) => text !== ''))];
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'PodsEvicted',
          message: `${evicted.length === 1 ? '1 pod was' : `${evicted.length} pods were`} evicted within ${parameters.days} days${lacking.length > 0 ? `, for lack of ${inBrief(lacking)}` : ''}: of ${inBrief(workloads)}. Give them requests that match what they use.`,
          since: earliest(evicted.map(({ evictedAt }) => instantOf(evictedAt))),
        },
      ],
    };
  },
});
