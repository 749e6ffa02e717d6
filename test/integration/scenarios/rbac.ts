import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { namespace, type Scenario } from './scenario.ts';

const rbacGroup = 'rbac.authorization.k8s.io';
type Rule = { apiGroups: string[]; resources: string[]; verbs: string[] };

const everything: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
const readsPods: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };

/** A RoleBinding where it is given a namespace, else a ClusterRoleBinding. Role and subjects as findings name them: `ServiceAccount/ci/deployer`. */
function binding(name: string, role: string, subjects: readonly string[], inNamespace?: string): Manifest {
  const [kind = '', roleName = ''] = role.split('/');
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: inNamespace ? 'RoleBinding' : 'ClusterRoleBinding',
    metadata: { name, ...(inNamespace ? { namespace: inNamespace } : {}) },
    roleRef: { apiGroup: rbacGroup, kind, name: roleName },
    subjects: subjects.map((subject) => {
      const [subjectKind = '', ...rest] = subject.split('/');
      const [subjectName = '', subjectNamespace] = rest.toReversed();
      return { kind: subjectKind, name: subjectName, ...(subjectNamespace ? { namespace: subjectNamespace } : {}) };
    }),
  };
}

/** A Role where it is given a namespace, else a ClusterRole. */
function role(name: string, rules: readonly Rule[], more: { namespace?: string; labels?: Record<string, string> } = {}): Manifest {
  return { apiVersion: `${rbacGroup}/v1`, kind: more.namespace ? 'Role' : 'ClusterRole', metadata: { name, ...more }, rules };
}

const rbacClusterAdmin: Scenario = {
  check: 'rbac-cluster-admin',
  object: 'Cluster/local',
  prepare: ({ apply }) => apply(namespace('rbac-cluster-admin')),
  fault: ({ apply }) => apply(binding('rbac-cluster-admin', 'ClusterRole/cluster-admin', ['ServiceAccount/rbac-cluster-admin/deployer'])),
  mend: ({ remove }) => remove('clusterrolebinding', 'rbac-cluster-admin'),
  lookAlikes: [
    {
      what: 'cluster-admin for those whom kubeadm, EKS and RKE2 give it themselves',
      arrange: ({ apply }) =>
        apply(
          binding('kubeadm:cluster-admins', 'ClusterRole/cluster-admin', ['Group/kubeadm:cluster-admins']),
          binding('eks:addon-cluster-admin', 'ClusterRole/cluster-admin', ['User/eks:addon-manager']),
          binding('helm-kube-system-rke2-canal', 'ClusterRole/cluster-admin', ['ServiceAccount/kube-system/helm-rke2-canal']),
        ),
    },
    {
      what: 'a binding of cluster-admin from which everybody was removed',
      arrange: ({ apply }) => apply(binding('rbac-cluster-admin-empty', 'ClusterRole/cluster-admin', [])),
    },
    {
      what: 'cluster-admin in one namespace only',
      arrange: ({ apply }) => apply(binding('owner', 'ClusterRole/cluster-admin', ['User/jane'], 'rbac-cluster-admin')),
    },
    {
      what: 'the role admin in the whole cluster',
      arrange: ({ apply }) => apply(binding('rbac-cluster-admin-admin', 'ClusterRole/admin', ['User/jane'])),
    },
  ],
};

const rbacAnonymous: Scenario = {
  check: 'rbac-anonymous',
  object: 'ClusterRoleBinding/rbac-anonymous',
  prepare: ({ apply }) => apply(namespace('rbac-anonymous')),
  fault: ({ apply }) => apply(binding('rbac-anonymous', 'ClusterRole/view', ['User/jane', 'Group/system:unauthenticated'])),
  mend: ({ apply }) => apply(binding('rbac-anonymous', 'ClusterRole/view', ['User/jane'])),
  lookAlikes: [
    {
      what: 'the cluster-info that kubeadm lets a machine read before it joins',
      arrange: ({ apply }) => {
        const name = 'kubeadm:bootstrap-signer-clusterinfo';
        const rule = { apiGroups: [''], resources: ['configmaps'], resourceNames: ['cluster-info'], verbs: ['get'] };
        return apply(
          role(name, [rule], { namespace: 'kube-public' }),
          binding(name, `Role/${name}`, ['User/system:anonymous'], 'kube-public'),
        );
      },
    },
    {
      what: 'the public keys of ServiceAccount tokens, for federation with a cloud',
      arrange: ({ apply }) =>
        apply(binding('rbac-anonymous-keys', 'ClusterRole/system:service-account-issuer-discovery', ['Group/system:unauthenticated'])),
    },
    {
      what: 'a role for everybody who has logged in',
      arrange: ({ apply }) => apply(binding('rbac-anonymous-known', 'ClusterRole/view', ['Group/system:authenticated'])),
    },
    {
      what: 'a ServiceAccount with the name anonymous',
      arrange: ({ apply }) =>
        apply(binding('anonymous', 'ClusterRole/view', ['ServiceAccount/rbac-anonymous/anonymous'], 'rbac-anonymous')),
    },
  ],
};

const rbacWildcard: Scenario = {
  check: 'rbac-wildcard',
  object: 'Cluster/local',
  prepare: ({ apply }) => apply(namespace('rbac-wildcard')),
  fault: ({ apply }) =>
    apply(role('rbac-wildcard', [everything]), binding('rbac-wildcard', 'ClusterRole/rbac-wildcard', ['User/jane'], 'rbac-wildcard')),
  mend: ({ apply }) => apply(role('rbac-wildcard', [readsPods])),
  lookAlikes: [
    {
      what: 'a role that allows everything and that nobody has',
      arrange: ({ apply }) =>
        apply(role('rbac-wildcard-unbound', [everything]), binding('rbac-wildcard-unbound', 'ClusterRole/rbac-wildcard-unbound', [])),
    },
    {
      what: 'a role that reads everything, and one that does everything in one API group',
      arrange: ({ apply }) =>
        apply(
          role('rbac-wildcard-reader', [{ ...everything, verbs: ['get', 'list', 'watch'] }]),
          binding('rbac-wildcard-reader', 'ClusterRole/rbac-wildcard-reader', ['User/jane']),
          role('rbac-wildcard-apps', [{ ...everything, apiGroups: ['apps'] }], { namespace: 'rbac-wildcard' }),
          binding('rbac-wildcard-apps', 'Role/rbac-wildcard-apps', ['User/jane'], 'rbac-wildcard'),
        ),
    },
    {
      what: "a role that the provider's addon manager keeps",
      arrange: ({ apply }) =>
        apply(
          role('rbac-wildcard-addon', [everything], { labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } }),
          binding('rbac-wildcard-addon', 'ClusterRole/rbac-wildcard-addon', ['ServiceAccount/kube-system/addon']),
        ),
    },
    {
      what: "a role that only the distribution's own administrators have",
      arrange: ({ apply }) =>
        apply(
          role('rbac-wildcard-admins', [everything]),
          binding('rbac-wildcard-admins', 'ClusterRole/rbac-wildcard-admins', ['Group/system:masters', 'Group/kubeadm:cluster-admins']),
        ),
    },
  ],
};

const rbacDangling: Scenario = {
  check: 'rbac-dangling',
  object: 'Cluster/local',
  prepare: ({ apply }) => apply(namespace('rbac-dangling')),
  fault: ({ apply }) => apply(binding('readers', 'Role/pod-reader', ['User/jane'], 'rbac-dangling')),
  mend: ({ apply }) => apply(role('pod-reader', [readsPods], { namespace: 'rbac-dangling' })),
  lookAlikes: [
    {
      what: 'a binding that was made before its role',
      arrange: async ({ apply }) => {
        await apply(binding('early', 'Role/early', ['User/jane'], 'rbac-dangling'));
        await apply(role('early', [readsPods], { namespace: 'rbac-dangling' }));
      },
    },
    {
      what: 'a binding of a role that is gone, with nobody in it',
      arrange: ({ apply }) => apply(binding('nobody', 'Role/gone', [], 'rbac-dangling')),
    },
    {
      what: 'a ClusterRole that is given in one namespace',
      arrange: ({ apply }) => apply(binding('viewers', 'ClusterRole/view', ['User/jane'], 'rbac-dangling')),
    },
    {
      what: 'a role without rules, which another one fills later',
      arrange: ({ apply }) => {
        const name = 'rbac-dangling-aggregated';
        const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { 'aggregate-to': name } }] };
        const { rules: _, ...empty } = role(name, []);
        return apply({ ...empty, aggregationRule } as Manifest, binding(name, `ClusterRole/${name}`, ['User/jane']));
      },
    },
  ],
};

export const rbac: readonly Scenario[] = [rbacClusterAdmin, rbacAnonymous, rbacWildcard, rbacDangling];
