import * as z from 'zod';
import { formatBytes, formatCores } from '../../kube/quantity.ts';
import { instantOf } from '../../observe/resource.ts';
import type { NodeView } from '../../observe/resources/nodes.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { isLeaving, isVirtual } from '../nodes/availability.ts';
import { ratio } from '../parameters.ts';
import { percent } from './share.ts';

/** Ours: metrics-server has looked at a node that is new, or back, twice by then. */
const unmeasuredMs = 5 * 60_000;

export const capacityUsageHigh = defineCheck({
  id: 'capacity-usage-high',
  area: 'Capacity',
  tier: 'Level1',
  title: 'A node uses nearly all of its CPU or memory',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['nodes'], probes: ['node-metrics'] },
  remediation:
    'See which pods use most (`kubectl top pods -A --sort-by=cpu` or `--sort-by=memory`, and `kubectl describe node`). Give them requests that match what they use, so that the scheduler spreads them, or add nodes.',
  references: ['popeye 709 (CPU, 90%) and 710 (memory, 80%)', 'own default: 15m, longer than a build or a rolling update'],
  parameters: z.strictObject({
    cpuRatio: ratio(0.9, 'Used CPU divided by allocatable from which it is reported.'),
    memoryRatio: ratio(0.8, 'Used memory divided by allocatable from which it is reported.'),
  }),
  evaluate: ({ view, parameters, now }): Evaluation => {
    const usages = view.probe('node-metrics');
    if (!usages) return { outcome: 'Unknown', message: 'What nodes use is not known.' };
    const observations: Observation[] = [];
    const unmeasured: string[] = [];
    for (const node of view.list('nodes')) {
      if (isLeaving(node) || isVirtual(node)) continue;
      const usage = usages.get(node.name);
      if (!usage && isExpected(node, now)) unmeasured.push(node.name);
      for (const resource of ['cpu', 'memory'] as const) {
        const threshold = resource === 'cpu' ? parameters.cpuRatio : parameters.memoryRatio;
        const allocatable = node.allocatable[resource];
        // Of memory under pressure node-pressure tells.
        if (resource === 'memory' && node.conditions.MemoryPressure?.status === 'True') continue;
        if (!usage || !allocatable || usage[resource] / allocatable < threshold) continue;
        const whole = resource === 'cpu' ? `${formatCores(allocatable)} CPU` : `${formatBytes(allocatable)} of memory`;
        observations.push({
          object: `Node/${node.name}`,
          reason: resource === 'cpu' ? 'CpuUsageHigh' : 'MemoryUsageHigh',
          message: `Node ${node.name} uses at least ${percent(threshold)}% of the ${whole} that it can give to pods, the threshold. Spread its pods, or add nodes.`,
        });
      }
    }
    const unknown = `metrics.k8s.io does not say what ${inBrief(unmeasured)} use; metrics-server’s log says why`;
    return { observations, ...(unmeasured.length > 0 ? { unknown } : {}) };
  },
});

/** A node that is not ready has no kubelet to ask, and one that has just become so has not been asked yet. */
function isExpected({ conditions: { Ready } }: NodeView, now: Temporal.Instant): boolean {
  const since = instantOf(Ready?.since);
  return Ready?.status === 'True' && since !== undefined && now.epochMilliseconds - since.epochMilliseconds >= unmeasuredMs;
}
