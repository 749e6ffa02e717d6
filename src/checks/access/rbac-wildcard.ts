import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { bindings, roleOf } from './bindings.ts';
import { isDistributionsAdmin } from './known-subjects.ts';

export const rbacWildcard = defineCheck({
  id: 'rbac-wildcard',
  area: 'Access',
  tier: 'Level1',
  title: 'Roles that allow every verb on every kind of object are in use',
  severity: 'info',
  for: '0s',
  needs: { resources: ['clusterrolebindings', 'rolebindings', 'clusterroles', 'roles'] },
  remediation:
    'Name the verbs and resources that are needed (the audit log says which are used), or bind a narrower role. An aggregated role is changed through the roles that its labels select.',
  references: ['Kubernetes: RBAC good practices, avoid wildcards', 'CIS Kubernetes Benchmark: wildcards in roles'],
  parameters: noParameters,
  evaluate: ({ view, agreement }) => {
    const found = new Set<string>();
    for (const binding of bindings(view)) {
      const { namespace, role, subjects } = binding;
      if (found.has(role) || subjects.every(isDistributionsAdmin)) continue;
      if (namespace !== '' && !agreement.isCovered(namespace)) continue;
      const definition = roleOf(view, binding);
      // Who has cluster-admin is rbac-cluster-admin's.
      if (definition?.isWildcard && !definition.builtIn && definition.name !== 'cluster-admin')
        found.add(definition.aggregated ? `${role} (aggregated)` : role);
    }
    if (found.size === 0) return { observations: [] };
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'WildcardRoles',
          message: `${found.size} bound ${found.size === 1 ? 'role allows' : 'roles allow'} every verb on every kind of object: ${inBrief([...found])}. Name the verbs and resources that are needed.`,
        },
      ],
    };
  },
});
