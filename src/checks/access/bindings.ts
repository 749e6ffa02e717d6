import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { ClusterRoleView } from '../../observe/resources/roles.ts';

/** Who has a role, in the whole cluster or in one namespace. */
export interface Binding {
  object: string;
  /** '' for the whole cluster. */
  namespace: string;
  /** `ClusterRole/name` or `Role/namespace/name`. */
  role: string;
  subjects: readonly string[];
  createdAt: string | undefined;
}

/** Every binding of either kind; a check that asks needs `clusterrolebindings` and `rolebindings`. */
export function* bindings(view: ClusterView): Iterable<Binding> {
  for (const { name, role, subjects, createdAt } of view.list('clusterrolebindings'))
    yield { object: objectName('ClusterRoleBinding', name), namespace: '', role: objectName('ClusterRole', role), subjects, createdAt };
  for (const { name, namespace, roleKind, role, subjects, createdAt } of view.list('rolebindings')) {
    const granted = roleKind === 'Role' ? objectName('Role', role, namespace) : objectName('ClusterRole', role);
    yield { object: objectName('RoleBinding', name, namespace), namespace, role: granted, subjects, createdAt };
  }
}

/** The role that is granted, where it exists; a check that asks needs `clusterroles` and `roles`. */
export function roleOf(view: ClusterView, { role }: Binding): ClusterRoleView | undefined {
  const key = role.slice(role.indexOf('/') + 1);
  return role.startsWith('Role/') ? view.get('roles', key) : view.get('clusterroles', key);
}
