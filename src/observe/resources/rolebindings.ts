import type { RoleBinding } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';
import { bindingOf, type ClusterRoleBindingView } from './clusterrolebindings.ts';

export interface RoleBindingView extends ClusterRoleBindingView {
  namespace: string;
  /** A ClusterRole is granted in this namespace only. */
  roleKind: 'ClusterRole' | 'Role';
}

export const rolebindings = defineResource({
  type: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'rolebindings', kind: 'RoleBinding', namespaced: true },
  project: (binding: RoleBinding): RoleBindingView => ({
    ...bindingOf(binding),
    namespace: binding.metadata?.namespace ?? '',
    roleKind: binding.roleRef?.kind === 'Role' ? 'Role' : 'ClusterRole',
  }),
});
