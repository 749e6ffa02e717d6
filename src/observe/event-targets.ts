import type { ResourceType } from '../kube/types.ts';

/**
 * The kinds that findings are about, by their name in an object's spelling. An Event carries the uid of its object, without which
 * `kubectl describe` does not show it; so these may be read one at a time (verb get), and nothing more.
 */
export const eventTargets: Readonly<Record<string, ResourceType>> = {
  APIService: { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices', kind: 'APIService', namespaced: false },
  ClusterRoleBinding: {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    resource: 'clusterrolebindings',
    kind: 'ClusterRoleBinding',
    namespaced: false,
  },
  DaemonSet: { group: 'apps', version: 'v1', resource: 'daemonsets', kind: 'DaemonSet', namespaced: true },
  Deployment: { group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment', namespaced: true },
  Job: { group: 'batch', version: 'v1', resource: 'jobs', kind: 'Job', namespaced: true },
  Node: { group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false },
  Pod: { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true },
  ReplicaSet: { group: 'apps', version: 'v1', resource: 'replicasets', kind: 'ReplicaSet', namespaced: true },
  StatefulSet: { group: 'apps', version: 'v1', resource: 'statefulsets', kind: 'StatefulSet', namespaced: true },
  StorageClass: { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses', kind: 'StorageClass', namespaced: false },
};

/** `Kind/namespace/name` or `Kind/name` in its parts; undefined for a kind that has no Events of its own. */
export function eventTargetOf(object: string): { type: ResourceType; name: string; namespace?: string } | undefined {
  const [kind = '', ...rest] = object.split('/');
  const type = Object.hasOwn(eventTargets, kind) ? eventTargets[kind] : undefined;
  if (!type) return undefined;
  const [namespace, name] = rest;
  if (type.namespaced) return namespace && name && rest.length === 2 ? { type, name, namespace } : undefined;
  const own = rest.join('/');
  return own ? { type, name: own } : undefined;
}
