import { redact, shortened } from '../../kube/redact.ts';
import { instantOf } from '../../observe/resource.ts';
import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { missingReplicas } from '../workloads/missing-replicas.ts';

export const podUnschedulable = defineCheck({
  id: 'pod-unschedulable',
  area: 'Capacity',
  tier: 'Level1',
  title: 'Pods wait because no node can take them',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['pods'] },
  remediation:
    'The message names what the scheduler lacks. Add nodes or free the resource; or correct the selector, affinity, toleration or volume that no node satisfies.',
  references: [
    'own default: 15m, longer than an autoscaler takes to add a node',
    'Kubernetes: PodScheduled condition, reason Unschedulable',
  ],
  alerts: ['KubePodNotReady', ...missingReplicas],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const waiting = new Map<string, { since: Temporal.Instant | undefined; constraints: Set<string> }>();
    for (const { unschedulable, workload } of view.list('pods').filter((pod) => pod.unschedulable && !pod.deleting)) {
      const since = instantOf(unschedulable?.since);
      const group = waiting.get(workload) ?? { since, constraints: new Set<string>() };
      if (since && (!group.since || Temporal.Instant.compare(since, group.since) < 0)) group.since = since;
      for (const constraint of constraintsOf(unschedulable?.message ?? '')) group.constraints.add(constraint);
      waiting.set(workload, group);
    }
    return {
      observations: [...waiting].map(([workload, { since, constraints }]) => ({
        object: workload,
        reason: 'Unschedulable',
        message: `No node can take the pods of ${workload}: ${[...constraints].sort().join('; ') || 'the scheduler gives no reason'}.`,
        since,
      })),
    };
  },
});

/** What the plugins that run after the filters add: preemption's outcome, and since 1.32 that of dynamic resource allocation. */
const afterFilters = /(?:^|[.,\s])\s*(?:no new claims to deallocate|still not schedulable|(?:pod group )?preemption:)/;

/**
 * What the scheduler lacks, without the counts that change with every node: "0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had
 * untolerated taint {…}. preemption: …" gives "Insufficient cpu" and "node(s) had untolerated taint {…}".
 */
export function constraintsOf(message: string): string[] {
  const reasons = /^\d+\/\d+ nodes are available:(.*)$/s.exec(message.slice(0, 4096))?.[1];
  // Whoever schedules in its place may say anything.
  if (reasons === undefined)
    return message
      ? [
          redact(shortened(message, 1024))
            .slice(0, 200)
            .replace(/\.\s*$/, ''),
        ]
      : [];
  const filters = reasons.split(afterFilters)[0] ?? '';
  return filters
    .split(/[,.]\s+(?=\d+ )/)
    .map((part) =>
      part
        .trim()
        .replace(/^\d+ /, '')
        .replace(/[.,]+$/, ''),
    )
    .filter((part) => part !== '')
    .slice(0, 8);
}
