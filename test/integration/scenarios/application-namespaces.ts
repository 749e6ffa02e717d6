import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { rolledOut } from './monitoring-stack.ts';
import { deployment, namespace, type Scenario, type World } from './scenario.ts';

/** Globs of the namespaces that level1.test.ts covers: applications here have names of their own, and other scenarios need theirs covered. */
export const covered = ['app-*', 'rbac-*', 'monitoring-scrape', 'monitoring-storage'];

const podSecurity = 'pod-security.kubernetes.io/enforce';
const quota = (inNamespace: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'all', namespace: inNamespace },
  spec: { hard: { pods: '1000' } },
});
const limits = (inNamespace: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'all', namespace: inNamespace },
  spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '1Ti' } }] },
});

function policy(name: string, inNamespace: string, spec: object): Manifest {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: inNamespace }, spec };
}

const defaultDeny = (inNamespace: string) => policy('all', inNamespace, { podSelector: {}, policyTypes: ['Ingress'] });

async function label({ cluster }: World, name: string, level: string): Promise<void> {
  await cluster.kubectl(['label', 'namespace', name, '--overwrite', `${podSecurity}=${level}`]);
}

/** Gives a namespace all that these checks look for. */
async function furnish(world: World, name: string): Promise<void> {
  await world.apply(namespace(name), quota(name), limits(name), defaultDeny(name));
  await label(world, name, 'baseline');
}

/** A new namespace with a running pod. It must have all before the pod, as a pass may come between. */
async function application(world: World, name: string): Promise<void> {
  await furnish(world, name);
  await world.apply(deployment('shop', name));
  await rolledOut(world, 'deployment/shop', name);
}

/** What lacks everything and is no application's namespace in use. */
function lookAlikesOf(check: string): Scenario['lookAlikes'] {
  return [
    {
      what: 'a namespace without pods',
      arrange: ({ apply }) => apply(namespace(`app-${check}-unused`), deployment('shop', `app-${check}-unused`, { replicas: 0 })),
    },
    {
      what: 'a namespace of the platform',
      arrange: ({ apply }) => {
        const inNamespace = `platform-${check}`;
        return apply(namespace(inNamespace), deployment('agent', inNamespace, { pod: { automountServiceAccountToken: false } }));
      },
    },
    {
      what: 'a namespace that is not covered',
      arrange: ({ apply }) => apply(namespace(`other-${check}`), deployment('shop', `other-${check}`)),
    },
  ];
}

interface Lack {
  check: string;
  fault: (world: World, inNamespace: string) => Promise<void>;
  mend: (world: World, inNamespace: string) => Promise<void>;
  lookAlike: { what: string; arrange: (world: World, inNamespace: string) => Promise<void> };
}

function lacking({ check, fault, mend, lookAlike }: Lack): Scenario {
  const name = `app-${check}`;
  return {
    check,
    object: 'Cluster/local',
    prepare: async (world) => {
      await application(world, name);
      // Another scenario runs pods in this namespace, which has to be covered.
      await furnish(world, 'monitoring-storage');
    },
    fault: (world) => fault(world, name),
    mend: (world) => mend(world, name),
    lookAlikes: [{ what: lookAlike.what, arrange: (world) => lookAlike.arrange(world, name) }, ...lookAlikesOf(check)],
  };
}

export const applicationNamespaces: readonly Scenario[] = [
  lacking({
    check: 'ns-pod-security',
    fault: (world, name) => label(world, name, 'privileged'),
    mend: (world, name) => label(world, name, 'baseline'),
    lookAlike: { what: 'the stricter level', arrange: (world, name) => label(world, name, 'restricted') },
  }),
  lacking({
    check: 'ns-default-deny',
    fault: ({ remove }, name) => remove('networkpolicy', 'all', name),
    mend: ({ apply }, name) => apply(defaultDeny(name)),
    lookAlike: {
      what: 'a policy for every pod that lets in its own namespace, instead of one that lets in nothing',
      arrange: async ({ apply, remove }, name) => {
        await apply(policy('own', name, { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }));
        await remove('networkpolicy', 'all', name);
      },
    },
  }),
  lacking({
    check: 'ns-limitrange',
    fault: ({ remove }, name) => remove('limitrange', 'all', name),
    mend: ({ apply }, name) => apply(limits(name)),
    lookAlike: {
      what: 'a LimitRange of another name, for containers',
      arrange: async ({ apply, remove }, name) => {
        const spec = { limits: [{ type: 'Container', defaultRequest: { cpu: '1m', memory: '1Mi' } }] };
        await apply({ ...limits(name), metadata: { name: 'containers', namespace: name }, spec });
        await remove('limitrange', 'all', name);
      },
    },
  }),
  lacking({
    check: 'ns-resourcequota',
    fault: ({ remove }, name) => remove('resourcequota', 'all', name),
    mend: ({ apply }, name) => apply(quota(name)),
    lookAlike: {
      what: 'a ResourceQuota of another name, for requests',
      arrange: async ({ apply, remove }, name) => {
        const spec = { hard: { 'requests.cpu': '100', 'requests.memory': '100Gi' } };
        await apply({ ...quota(name), metadata: { name: 'requests', namespace: name }, spec });
        await remove('resourcequota', 'all', name);
      },
    },
  }),
];
