import * as z from 'zod';
import { instantOf } from '../../observe/resource.ts';
import type { NodeView } from '../../observe/resources/nodes.ts';
import { defineCheck, type Observation } from '../check.ts';
import { names } from '../parameters.ts';
import { isLeaving } from './availability.ts';

export const nodeRebootRequired = defineCheck({
  id: 'node-reboot-required',
  area: 'Nodes',
  tier: 'Level1',
  title: 'A node has waited long for a reboot',
  severity: 'warning',
  for: '168h',
  needs: { resources: ['nodes'] },
  remediation:
    'See in kured’s log why it does not reboot the node (outside its days and hours, a blocking alert or pod, a drain that fails, a lock that another node holds), or drain, reboot and uncordon the node by hand.',
  references: ['kured: --annotate-nodes', 'own default: 7d, so that each week’s maintenance window has passed once'],
  parameters: z.strictObject({
    conditions: names(['RebootRequired'], 'Condition types of nodes that are True when the node must be rebooted.'),
  }),
  evaluate: ({ view, parameters }) => {
    const observations: Observation[] = [];
    for (const node of view.list('nodes')) {
      if (isLeaving(node)) continue;
      const need = neededByKured(node) ?? neededByCondition(node, parameters.conditions);
      if (!need) continue;
      observations.push({
        object: `Node/${node.name}`,
        reason: 'RebootRequired',
        message: `Node ${node.name} must be rebooted: ${need.says}. Security updates of its kernel or libraries wait for it.`,
        since: need.since,
      });
    }
    return { observations };
  },
});

interface Need {
  says: string;
  since: Temporal.Instant | undefined;
}

/** A node that has become ready, or ceased to be, since kured asked has been restarted. */
function neededByKured({ rebootNeededAt, conditions }: NodeView): Need | undefined {
  const since = instantOf(rebootNeededAt);
  const changed = instantOf(conditions.Ready?.since);
  if (!since || (changed && Temporal.Instant.compare(changed, since) >= 0)) return undefined;
  return { says: `kured has asked for it since ${rebootNeededAt}`, since };
}

function neededByCondition({ conditions }: NodeView, types: readonly string[]): Need | undefined {
  for (const type of types) {
    const condition = conditions[type];
    if (condition?.status === 'True')
      return { says: `its condition ${type} is True (${condition.reason || 'no reason given'})`, since: instantOf(condition.since) };
  }
  return undefined;
}
