import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { applicationNamespaces } from './application-namespaces.ts';
import { rolledOut } from './monitoring-stack.ts';
import { deployment, namespace, type Scenario, type World } from './scenario.ts';

const kinds = {
  StorageClass: {
    mark: 'storageclass.kubernetes.io/is-default-class',
    body: { apiVersion: 'storage.k8s.io/v1', provisioner: 'disk.example.com', volumeBindingMode: 'WaitForFirstConsumer' },
  },
  IngressClass: {
    mark: 'ingressclass.kubernetes.io/is-default-class',
    body: { apiVersion: 'networking.k8s.io/v1', spec: { controller: 'example.com/ingress' } },
  },
} as const;

/** One of two classes is the default; then both are; then the first again. */
function defaultClass(check: string, kind: keyof typeof kinds): Scenario {
  const [first, second] = [`${check}-a`, `${check}-b`];
  const { mark, body } = kinds[kind];
  const classOf = (name: string, value?: string): Manifest => ({
    ...{ ...body, kind },
    metadata: { name, ...(value ? { annotations: { [mark]: value } } : {}) },
  });
  return {
    check,
    object: 'Cluster/local',
    prepare: ({ apply }) => apply(classOf(first, 'true'), classOf(second)),
    fault: ({ apply }) => apply(classOf(second, 'true')),
    mend: ({ apply }) => apply(classOf(second)),
    lookAlikes: [
      { what: 'a class that says it is not the default', arrange: ({ apply }) => apply(classOf(`${check}-c`, 'false')) },
      {
        what: 'a default class that another one replaces',
        arrange: ({ apply }) => apply(classOf(second, 'true'), classOf(first, 'false')),
      },
      {
        what: 'a default class that is made anew, as another installation does',
        arrange: async ({ apply, remove }) => {
          await remove(kind, second);
          await apply(classOf(second, 'true'));
        },
      },
    ],
  };
}

const classes = [defaultClass('default-storageclass', 'StorageClass'), defaultClass('default-ingressclass', 'IngressClass')];

function budget(name: string, inNamespace: string, rule: object, selector: object = { matchLabels: { app: name } }): Manifest {
  const metadata = { name, namespace: inNamespace };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { ...rule, selector } };
}

const onePod = { minAvailable: 1 };
const oneLess = { maxUnavailable: 1 };

const blocking = 'pdb-blocks-drain';

/** Waits until the pods are there before the budget is, which otherwise lets none go for a moment. */
async function guarded(
  world: World,
  name: string,
  rule: object,
  options: Parameters<typeof deployment>[2] = {},
  selector?: object,
): Promise<void> {
  await world.apply(deployment(name, blocking, options));
  await rolledOut(world, `deployment/${name}`, blocking);
  await world.apply(budget(name, blocking, rule, selector));
}

const pdbBlocksDrain: Scenario = {
  check: 'pdb-blocks-drain',
  object: `PodDisruptionBudget/${blocking}/shop`,
  prepare: async (world) => {
    await world.apply(namespace(blocking));
    await guarded(world, 'shop', oneLess);
  },
  fault: ({ apply }) => apply(budget('shop', blocking, onePod)),
  mend: ({ apply }) => apply(budget('shop', blocking, oneLess)),
  lookAlikes: [
    { what: 'a budget that keeps one of two pods', arrange: (world) => guarded(world, 'pair', onePod, { replicas: 2 }) },
    { what: 'a budget without pods', arrange: ({ apply }) => apply(budget('nobody', blocking, onePod)) },
    {
      what: 'a budget that lets no pod go while one is not ready',
      arrange: async (world) => {
        const containers = [{ name: 'main', image: 'registry.example.com/half:1.0.0' }];
        const labels = { tier: 'half' };
        const metadata = { name: 'half', namespace: blocking, labels, annotations: { 'fake-kubelet/hold': 'true' } };
        await world.apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } });
        await guarded(world, 'other-half', onePod, { labels }, { matchLabels: labels });
      },
    },
    {
      what: 'a pod that its operator moves when its node is drained',
      arrange: (world) => {
        const labels = { 'cnpg.io/cluster': 'orders' };
        return guarded(world, 'database', onePod, { labels }, { matchLabels: labels });
      },
    },
  ],
};

const missing = 'platform-pdb-missing';

/** Its pods have no token, which in a namespace of the platform is a finding of another check. */
const agent = (name: string, replicas: number, inNamespace = missing, labels: Record<string, string> = {}) =>
  deployment(name, inNamespace, { replicas, labels, pod: { automountServiceAccountToken: false } });

const pdbMissing: Scenario = {
  check: 'pdb-missing',
  object: 'Cluster/local',
  prepare: ({ apply }) => apply(namespace(missing), namespace('pdb-missing'), budget('agent', missing, oneLess), agent('agent', 2)),
  fault: ({ remove }) => remove('poddisruptionbudget', 'agent', missing),
  mend: ({ apply }) => apply(budget('agent', missing, oneLess)),
  lookAlikes: [
    {
      what: 'one budget for several workloads, by an expression',
      arrange: async ({ apply, remove }) => {
        const matchExpressions = [{ key: 'app', operator: 'In', values: ['agent', 'agent-2'] }];
        await apply(budget('agents', missing, oneLess, { matchExpressions }));
        await remove('poddisruptionbudget', 'agent', missing);
        await apply(agent('agent-2', 2));
      },
    },
    { what: 'workloads of one pod, and of none', arrange: ({ apply }) => apply(agent('single', 1), agent('zero', 0)) },
    { what: 'two pods outside platform namespaces', arrange: ({ apply }) => apply(agent('shop', 2, 'pdb-missing')) },
    {
      what: "a workload that the provider's addon manager keeps",
      arrange: ({ apply }) => apply(agent('addon', 2, missing, { 'addonmanager.kubernetes.io/mode': 'Reconcile' })),
    },
  ],
};

const terminating = 'ns-terminating';
const held = (name: string, inNamespace: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: inNamespace, ...{ finalizers: ['example.com/cleanup'] } },
});
const letGo = ({ patch }: World, name: string, inNamespace: string) =>
  patch('configmap', name, { metadata: { finalizers: null } }, { namespace: inNamespace });

async function deleted({ cluster }: World, name: string): Promise<void> {
  await cluster.kubectl(['delete', 'namespace', name, '--timeout=50s']);
}

const nsTerminating: Scenario = {
  check: terminating,
  object: `Namespace/${terminating}`,
  prepare: ({ apply }) => apply(namespace(terminating), held('kept', terminating)),
  fault: ({ remove }) => remove('namespace', terminating),
  mend: async (world) => {
    await letGo(world, 'kept', terminating);
    // A change has the namespace controller look again at once, where it waits longer with each attempt.
    await world.cluster.kubectl(['annotate', 'namespace', terminating, 'example.com/cleaned=true']);
    await deleted(world, terminating);
  },
  lookAlikes: [
    {
      what: 'a namespace that is deleted with a running pod and goes',
      arrange: async (world) => {
        const name = `${terminating}-quick`;
        await world.apply(namespace(name), deployment('shop', name));
        await rolledOut(world, 'deployment/shop', name);
        await deleted(world, name);
      },
    },
    {
      what: 'a namespace that is made again after its deletion',
      arrange: ({ apply }) => apply(namespace(terminating)),
    },
    {
      what: 'an object that is stuck in deletion in a namespace that is not deleted',
      arrange: async (world) => {
        await world.apply(held('stuck', terminating));
        await world.remove('configmap', 'stuck', terminating);
      },
    },
  ],
};

export const defaults: readonly Scenario[] = [...classes, ...applicationNamespaces, pdbBlocksDrain, pdbMissing, nsTerminating];
