import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { bindings } from './bindings.ts';

const anybody: readonly string[] = ['User/system:anonymous', 'Group/system:unauthenticated'];

/** Roles that are given to everybody on purpose: what a client must read before it can prove who it is. */
const meantForAnybody: ReadonlySet<string> = new Set([
  'ClusterRole/system:public-info-viewer',
  // Given to everybody until 1.14, and kept by clusters that are older.
  'ClusterRole/system:discovery',
  'ClusterRole/system:basic-user',
  // The public keys of ServiceAccount tokens, for a cloud's identity federation.
  'ClusterRole/system:service-account-issuer-discovery',
  // How a machine that joins finds the cluster (kubeadm).
  'Role/kube-public/kubeadm:bootstrap-signer-clusterinfo',
  // OpenShift's own; without them its web hooks, login and status page do not work.
  'ClusterRole/system:openshift:public-info-viewer',
  'ClusterRole/system:webhook',
  'ClusterRole/system:oauth-token-deleter',
  'ClusterRole/system:scope-impersonation',
  'ClusterRole/self-access-reviewer',
  'ClusterRole/cluster-status',
]);

export const rbacAnonymous = defineCheck({
  id: 'rbac-anonymous',
  area: 'Access',
  tier: 'Level1',
  title: 'A role is given to everybody who reaches the API server, without a login',
  severity: 'critical',
  for: '0s',
  needs: { resources: ['clusterrolebindings', 'rolebindings'] },
  remediation:
    'Delete the binding, or bind the role to a known user, group or ServiceAccount instead. Look in the audit log for what system:anonymous did with it.',
  references: [
    'Kubernetes: RBAC default roles and role bindings, discovery roles',
    'CIS Kubernetes Benchmark: anonymous requests',
    'OpenShift: default bindings of system:unauthenticated',
  ],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const { object, role, subjects, createdAt } of bindings(view)) {
      const names = anybody.filter((subject) => subjects.includes(subject)).map((subject) => subject.slice(subject.indexOf('/') + 1));
      if (names.length === 0 || meantForAnybody.has(role)) continue;
      observations.push({
        object,
        reason: 'BoundToAnybody',
        message: `${object} gives ${role} to ${names.join(' and ')}: everybody who reaches the API server has it, without a login. Delete the binding, or name who needs it.`,
        since: instantOf(createdAt),
      });
    }
    return { observations };
  },
});
