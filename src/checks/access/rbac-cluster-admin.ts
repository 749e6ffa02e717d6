import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { isDistributionsAdmin } from './known-subjects.ts';

export const rbacClusterAdmin = defineCheck({
  id: 'rbac-cluster-admin',
  area: 'Access',
  tier: 'Level1',
  title: 'Somebody has cluster-admin whom no baseline allows it yet',
  severity: 'info',
  for: '0s',
  needs: { resources: ['clusterrolebindings'] },
  remediation:
    'Look at each binding (`kubectl get clusterrolebindings -o wide | grep cluster-admin`), remove those that nobody needs, and approve the baseline: from then on a new one is drift.',
  references: ['polaris: clusterrolebindingClusterAdmin', 'Kubernetes: RBAC good practices, least privilege'],
  parameters: noParameters,
  evaluate: ({ view, agreement }) => {
    if (agreement.baselineApproved) {
      return { outcome: 'NotApplicable', message: 'The approved baseline states who has cluster-admin; drift reports changes.' };
    }
    const subjects = new Set<string>();
    for (const binding of view.list('clusterrolebindings')) {
      if (binding.role !== 'cluster-admin') continue;
      for (const subject of binding.subjects) if (!isDistributionsAdmin(subject)) subjects.add(subject);
    }
    if (subjects.size === 0) return { observations: [] };
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'ClusterAdmins',
          message: `cluster-admin is bound to ${subjects.size} ${subjects.size === 1 ? 'subject' : 'subjects'} besides the distribution's own: ${inBrief([...subjects])}. Remove the bindings that nobody needs, then approve the baseline.`,
        },
      ],
    };
  },
});
