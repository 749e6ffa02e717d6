import { canonicalHash } from '../../kube/canonical.ts';
import type { ClusterRole, Role } from '../../kube/types.ts';
import { isKeptByProvider } from '../provider.ts';
import { defineResource } from '../resource.ts';

type PolicyRule = NonNullable<ClusterRole['rules']>[number];
type AggregationRule = NonNullable<ClusterRole['aggregationRule']>;

/** Names that Kubernetes, EKS and kubeadm keep to themselves; what stands in these roles comes with a version of theirs. */
const madePrefixes = ['system:', 'eks:', 'kubeadm:'];

export interface ClusterRoleView {
  name: string;
  /** Every verb on every kind of every API group, or of the core group, which holds Secrets and pods. */
  isWildcard: boolean;
  /** Kubernetes or the distribution made it. */
  builtIn: boolean;
  /** A controller fills it with the rules of other ClusterRoles. */
  aggregated: boolean;
}

export interface HashedClusterRoleView extends ClusterRoleView {
  /** Rancher makes it for a project, and writes it anew with each namespace that a team adds. */
  ofProject: boolean;
  /** This operator's, by label and name: its rules come with a release of the chart, or of what covers another cluster. */
  own: boolean;
  /** Of its rules; of one that is aggregated, of what it selects, since its rules change with those of others. */
  rulesHash: string;
}

export interface RoleView extends ClusterRoleView {
  namespace: string;
}

const type = (resource: string, kind: string, namespaced: boolean) => ({
  ...{ group: 'rbac.authorization.k8s.io', version: 'v1' },
  ...{ resource, kind, namespaced },
});

export const clusterroles = defineResource({
  type: type('clusterroles', 'ClusterRole', false),
  project: (role: ClusterRole): HashedClusterRoleView => ({
    ...roleOf(role, role.aggregationRule !== undefined),
    own: isOwn(role),
    ofProject: role.metadata?.annotations?.['authz.cluster.auth.io/project-namespaces'] !== undefined,
    rulesHash: canonicalHash(role.aggregationRule ? selectorsOf(role.aggregationRule) : (role.rules ?? []).map(permissionsOf)),
  }),
});

export const roles = defineResource({
  type: type('roles', 'Role', true),
  project: (role: Role): RoleView => ({ ...roleOf(role, false), namespace: role.metadata?.namespace ?? '' }),
});

function roleOf({ metadata, rules }: ClusterRole | Role, aggregated: boolean): ClusterRoleView {
  const name = metadata?.name ?? '';
  return {
    name,
    isWildcard: (rules ?? []).some(
      ({ apiGroups = [], resources = [], verbs = [] }) =>
        verbs.includes('*') && resources.includes('*') && (apiGroups.includes('*') || apiGroups.includes('')),
    ),
    builtIn:
      metadata?.labels?.['kubernetes.io/bootstrapping'] === 'rbac-defaults' ||
      isKeptByProvider(metadata?.labels) ||
      madePrefixes.some((prefix) => name.startsWith(prefix)),
    aggregated,
  };
}

/** The chart labels its roles; what covers another cluster has one, of this name. */
function isOwn({ metadata }: ClusterRole): boolean {
  const name = metadata?.name ?? '';
  if (name === 'support-coverage-reader') return true;
  return /(^|-)support-coverage-/.test(name) && metadata?.labels?.['app.kubernetes.io/part-of'] === 'support-coverage-operator';
}

/** Each list of a rule is a set; one that is empty says as much as none. */
function permissionsOf({ apiGroups, resources, resourceNames, verbs, nonResourceURLs }: PolicyRule) {
  const lists = { apiGroups, resources, resourceNames, verbs, nonResourceURLs };
  return Object.fromEntries(Object.entries(lists).flatMap(([field, list]) => (list?.length ? [[field, [...new Set(list)]]] : [])));
}

function selectorsOf({ clusterRoleSelectors }: AggregationRule) {
  return (clusterRoleSelectors ?? []).map(({ matchLabels, matchExpressions }) => ({
    matchLabels: matchLabels ?? {},
    matchExpressions: matchExpressions ?? [],
  }));
}
