import * as z from 'zod';
import { instantOf } from '../../observe/resource.ts';
import { type NodeView, readyChangesKept } from '../../observe/resources/nodes.ts';
import { defineCheck, type Observation } from '../check.ts';
import { wholeNumber } from '../parameters.ts';
import { isLeaving } from './availability.ts';

export const nodeReadyFlapping = defineCheck({
  id: 'node-ready-flapping',
  area: 'Nodes',
  tier: 'Level1',
  title: 'A node is ready and not ready by turns',
  severity: 'warning',
  for: '0s',
  needs: { resources: ['nodes'] },
  remediation:
    'Read the kubelet and container runtime logs around the changes (`kubectl get events --field-selector involvedObject.kind=Node`). Common causes: a network that drops the kubelet’s heartbeats, a disk too slow for the runtime, a kubelet that is killed for memory. Cordon the node while it is repaired: a cordoned node is not reported.',
  references: ['kubernetes-mixin: KubeNodeReadinessFlapping (more than 2 changes in 15m)'],
  alerts: ['KubeNodeReadinessFlapping'],
  parameters: z.strictObject({
    maxChanges: wholeNumber(2, 'Changes within the window that are not yet reported.', { min: 1, max: readyChangesKept - 1 }),
    windowMinutes: wholeNumber(15, 'Minutes within which changes are counted.', { min: 1, max: 1440 }),
  }),
  evaluate: ({ view, parameters: { maxChanges, windowMinutes }, now }) => {
    const start = now.subtract({ minutes: windowMinutes });
    const observations: Observation[] = [];
    for (const node of view.list('nodes')) {
      if (node.unschedulable || isLeaving(node)) continue;
      const changes = changesSince(node, start);
      if (changes.length <= maxChanges) continue;
      observations.push({
        object: `Node/${node.name}`,
        reason: 'ReadyFlapping',
        message: `Node ${node.name} became ready or ceased to be more than ${maxChanges} times within ${windowMinutes} minutes. Its pods are taken out of service and put back each time.`,
        since: changes[0],
      });
    }
    return { observations };
  },
});

function changesSince({ readyChanges }: NodeView, start: Temporal.Instant): Temporal.Instant[] {
  return readyChanges
    .map(instantOf)
    .filter((change): change is Temporal.Instant => change !== undefined && Temporal.Instant.compare(change, start) >= 0);
}
