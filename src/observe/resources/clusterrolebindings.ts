import type { ClusterRoleBinding, RoleBinding } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface ClusterRoleBindingView {
  name: string;
  role: string;
  /** `Group/system:masters`, `User/jane`, `ServiceAccount/kube-system/deployer`; in alphabetical order. */
  subjects: readonly string[];
  createdAt: string | undefined;
}

export const clusterrolebindings = defineResource({
  type: {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    resource: 'clusterrolebindings',
    kind: 'ClusterRoleBinding',
    namespaced: false,
  },
  project: bindingOf,
});

/** What both kinds of binding have. */
export function bindingOf({ metadata, roleRef, subjects }: ClusterRoleBinding | RoleBinding): ClusterRoleBindingView {
  return {
    name: metadata?.name ?? '',
    role: roleRef?.name ?? '',
    subjects: (subjects ?? []).map(({ kind, namespace, name }) => (namespace ? `${kind}/${namespace}/${name}` : `${kind}/${name}`)).sort(),
    createdAt: metadata?.creationTimestamp,
  };
}
