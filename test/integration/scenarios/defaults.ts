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
function defaultClass(check: string, kind: keyof typeof kinds, more: Scenario['lookAlikes']): Scenario {
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
        what: 'a default class that another one replaces, with the mark of the old one taken first',
        arrange: ({ apply }) => apply(classOf(first, 'false'), classOf(second, 'true')),
      },
      ...more,
    ],
  };
}

const markOfIngress = kinds.IngressClass.mark;

const classes: readonly Scenario[] = [
  defaultClass('default-storageclass', 'StorageClass', [
    {
      what: 'a default class that is installed anew under its name',
      arrange: async ({ cluster, apply, remove }) => {
        const name = 'default-storageclass-b';
        const { metadata, ...found } = await cluster.kubectlJson<Manifest>(['get', 'storageclass', name]);
        await apply({ ...found, metadata: { name: 'default-storageclass-old' } });
        await remove('storageclass', name);
        await apply({ ...found, metadata: { name, annotations: metadata.annotations ?? {} } });
      },
    },
  ]),
  defaultClass('default-ingressclass', 'IngressClass', [
    {
      what: 'no default class: every Ingress names its own',
      arrange: ({ cluster }) =>
        cluster.kubectl(['annotate', 'ingressclass', '--all', '--overwrite', `${markOfIngress}=false`]).then(() => undefined),
    },
  ]),
];

function budget(name: string, inNamespace: string, rule: object, selector: object = { matchLabels: { app: name } }): Manifest {
  const metadata = { name, namespace: inNamespace };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { ...rule, selector } };
}

const onePod = { minAvailable: 1 };
const oneLess = { maxUnavailable: 1 };

/** Waits until the pods are there before the budget is, which otherwise lets none go for a moment. */
async function guarded(world: World, name: string, rule: object, options: Parameters<typeof deployment>[2] = {}): Promise<void> {
  await world.apply(deployment(name, blocking, options));
  await rolledOut(world, `deployment/${name}`, blocking);
  await world.apply(budget(name, blocking, rule));
}

const blocking = 'app-pdb-blocks-drain';

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
        const metadata = { name: 'half', namespace: blocking, labels: { app: 'half' }, annotations: { 'fake-kubelet/hold': 'true' } };
        await world.apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } });
        await guarded(world, 'other-half', onePod, { labels: { half: 'true' } });
        await world.apply(budget('half', blocking, onePod, { matchExpressions: [{ key: 'app', operator: 'In', values: ['half', 'twin'] }] }));
      },
    },
    {
      what: 'a pod that its operator moves when its node is drained',
      arrange: async (world) => {
        await world.apply(deployment('database', blocking, { labels: { 'cnpg.io/cluster': 'orders' } }));
        await world.apply(budget('database', blocking, onePod, { matchLabels: { 'cnpg.io/cluster': 'orders' } }));
      },
    },
  ],
};
