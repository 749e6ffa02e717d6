import { instantOf } from '../../observe/resource.ts';
import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { bindings, roleOf } from './bindings.ts';

export const rbacDangling = defineCheck({
  id: 'rbac-dangling',
  area: 'Access',
  tier: 'Level1',
  title: 'Bindings name a role that does not exist',
  severity: 'info',
  for: '1h',
  needs: { resources: ['clusterrolebindings', 'rolebindings', 'clusterroles', 'roles'] },
  remediation:
    'Create the role if it is missing, else delete the binding: whoever creates a role of that name later gives it to the subjects unawares.',
  references: ['popeye 1300', 'own default: 1h, longer than an installation takes to create roles and bindings in any order'],
  parameters: noParameters,
  evaluate: ({ view, agreement, now, holdMs }) => {
    const dangling: string[] = [];
    for (const binding of bindings(view)) {
      if (binding.namespace !== '' && !agreement.isCovered(binding.namespace)) continue;
      if (binding.subjects.length === 0 || roleOf(view, binding)) continue;
      // One finding speaks for all, so each binding must be old enough by itself.
      const createdAt = instantOf(binding.createdAt)?.epochMilliseconds ?? 0;
      if (now.epochMilliseconds - createdAt >= holdMs) dangling.push(`${binding.object} (${binding.role})`);
    }
    if (dangling.length === 0) return { observations: [] };
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'RoleMissing',
          message: `${dangling.length} ${dangling.length === 1 ? 'binding names' : 'bindings name'} a role that does not exist: ${inBrief(dangling)}. Create the role or delete the binding.`,
        },
      ],
    };
  },
});
