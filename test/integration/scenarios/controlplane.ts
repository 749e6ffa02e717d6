import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { waitFor } from '../../controlplane/wait.ts';
import { keyService } from './key-service.ts';
import { coversNodes, rolledOut, workload } from './monitoring-stack.ts';
import { ago, createNode } from './own-nodes.ts';
import { namespace, type Scenario, type World } from './scenario.ts';
import { webhooks } from './webhooks.ts';

const apiserverReadyz: Scenario = {
  check: 'apiserver-readyz',
  object: 'Cluster/local',
  fault: () => keyService.stop(),
  mend: () => keyService.start(),
  lookAlikes: [
    {
      what: 'a key management service that takes a second for each answer',
      arrange: async () => keyService.delay(1_000),
    },
    {
      what: 'one that is replaced by another',
      arrange: async () => {
        await keyService.stop();
        await keyService.start();
      },
    },
  ],
};

const unavailable = 'apiservice-unavailable';

function apiService(group: string, service?: string): Manifest {
  const spec = { group, version: 'v1', groupPriorityMinimum: 100, versionPriority: 100 };
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `v1.${group}` },
    spec: { ...spec, ...(service ? { service: { name: service, namespace: unavailable } } : {}) },
  };
}

const group = `${unavailable}.example.com`;
const fault = `v1.${group}`;

/** The API server dates the condition when it becomes False, and leaves that date as it is. */
async function unavailableSince({ cluster, condition }: World, name: string, since?: string): Promise<void> {
  await cluster.kubectl(['wait', '--for=condition=Available=False', `apiservice/${name}`, '--timeout=30s']);
  if (since) await condition('apiservice', name, { type: 'Available', status: 'False', reason: 'ServiceNotFound', since });
}

const apiserviceUnavailable: Scenario = {
  check: unavailable,
  object: `APIService/${fault}`,
  settings: { for: '5m' },
  prepare: ({ apply }) => apply(namespace(unavailable)),
  fault: async (world) => {
    await world.apply(apiService(group, 'gone'));
    await unavailableSince(world, fault, ago({ minutes: 10 }));
  },
  mend: ({ remove }) => remove('apiservice', fault),
  lookAlikes: [
    { what: 'one that the API server answers itself', arrange: ({ apply }) => apply(apiService('itself.example.com')) },
    {
      what: 'one that has just become unavailable, as while its pods are replaced',
      arrange: async (world) => {
        await world.apply(apiService('replaced.example.com', 'replaced'));
        await unavailableSince(world, 'v1.replaced.example.com');
      },
    },
    {
      what: 'one that was unavailable for long and is available again',
      arrange: async (world) => {
        await world.apply(apiService('back.example.com', 'back'));
        await unavailableSince(world, 'v1.back.example.com', ago({ hours: 1 }));
        await world.apply(apiService('back.example.com'));
        await world.cluster.kubectl(['wait', '--for=condition=Available', 'apiservice/v1.back.example.com', '--timeout=30s']);
      },
    },
  ],
};

const system = 'kube-system';
const dnsLabels = { 'k8s-app': 'kube-dns' };
const images = ['registry.k8s.io/coredns/coredns:v1.13.1'];
/** Its pods have no token, which in a namespace of the platform is a finding of another check. */
const pod = { automountServiceAccountToken: false };
const recreate = { strategy: { type: 'Recreate' } };

const coredns = (options: { held?: boolean; spec?: object } = {}) =>
  workload('Deployment', 'coredns', system, { images, labels: dnsLabels, pod, spec: recreate, ...options });

const dnsUnhealthy: Scenario = {
  check: 'dns-unhealthy',
  object: `Service/${system}/kube-dns`,
  prepare: async (world) => {
    const metadata = { name: 'kube-dns', namespace: system, labels: dnsLabels };
    await world.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: dnsLabels, ports: [{ port: 53, protocol: 'UDP' }] },
    });
    await world.apply(coredns());
    await rolledOut(world, 'deployment/coredns', system);
  },
  fault: ({ apply }) => apply(coredns({ held: true })),
  mend: async (world) => {
    await world.apply(coredns());
    await rolledOut(world, 'deployment/coredns', system);
  },
  lookAlikes: [
    {
      what: 'a rolling update whose new pod is not ready yet',
      arrange: ({ apply }) =>
        apply(coredns({ held: true, spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } } })),
    },
    {
      what: 'an old kube-dns that is scaled to zero beside it',
      arrange: ({ apply }) => apply(workload('Deployment', 'kube-dns', system, { images, labels: dnsLabels, replicas: 0 })),
    },
    {
      what: 'an autoscaler of the DNS that is not ready',
      arrange: ({ apply }) =>
        apply(workload('Deployment', 'dns-autoscaler', system, { images: ['registry.k8s.io/cpa:1.10.3'], held: true, pod })),
    },
    {
      what: 'a DaemonSet of the DNS whose pod on one node is not ready',
      arrange: async (world) => {
        const cache = (held: boolean) => {
          const nodeSelector = { 'kubernetes.io/hostname': 'worker-1' };
          return workload('DaemonSet', 'coredns-nodes', system, { images, labels: dnsLabels, held, pod: { ...pod, nodeSelector } });
        };
        await world.apply(cache(false));
        await coversNodes(world, 'coredns-nodes', system, 1);
        await world.apply(cache(true));
      },
    },
  ],
};

const scheduler = 'kube-scheduler';

/** Every pod that there is has been looked at, whether it got a node or not. */
async function nothingToSchedule({ cluster }: World): Promise<void> {
  type Pods = { items: { metadata: { name: string }; spec: { nodeName?: string }; status?: { conditions?: { type: string }[] } }[] };
  await waitFor('the scheduler to have seen every pod', async (see) => {
    const { items } = await cluster.kubectlJson<Pods>(['get', 'pods', '--all-namespaces']);
    const unseen = items.filter(({ spec, status }) => !spec.nodeName && !status?.conditions?.some(({ type }) => type === 'PodScheduled'));
    return see(unseen.map(({ metadata }) => metadata.name)).length === 0;
  });
}

/** Does something and waits until somebody else than before holds the scheduler's Lease, or anybody for the first time. */
async function electsAfter({ cluster }: World, work: () => Promise<void>): Promise<void> {
  type Lease = { spec?: { holderIdentity?: string } };
  const holder = async () => {
    const { stdout } = await cluster.kubectl(['get', 'lease', scheduler, `--namespace=${system}`, '--ignore-not-found', '--output=json']);
    return stdout === '' ? '' : ((JSON.parse(stdout) as Lease).spec?.holderIdentity ?? '');
  };
  const before = await holder();
  await work();
  await waitFor('a scheduler to be elected', async (see) => !['', before].includes(see(await holder())));
}

function lease(name: string, inNamespace: string): Manifest {
  const spec = { holderIdentity: 'gone', leaseDurationSeconds: 15, renewTime: ago({ hours: 1 }).replace('Z', '.000000Z') };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: inNamespace }, spec };
}

const stale = 'controller-lease-stale';

/** Last of all, as pods find no node meanwhile. */
const controllerLeaseStale: Scenario = {
  check: stale,
  object: `Lease/${system}/${scheduler}`,
  // Longer than a Lease of 15s and than another replica needs to take it.
  settings: { for: '25s' },
  prepare: async (world) => {
    await world.apply(namespace(stale));
    await createNode(world, stale, { labels: { 'node-role.kubernetes.io/control-plane': '', 'node.cluster.x-k8s.io/pool': stale } });
  },
  fault: async (world) => {
    await nothingToSchedule(world);
    await world.cluster.components[scheduler].stop({ graceMs: 0 });
  },
  mend: (world) => electsAfter(world, () => world.cluster.components[scheduler].start()),
  lookAlikes: [
    {
      what: 'old Leases of other components, and of the same name in another namespace',
      arrange: ({ apply }) => apply(lease('cloud-controller-manager', system), lease(scheduler, stale)),
    },
    {
      what: 'a scheduler that crashes and is started again, and waits for the Lease to end',
      arrange: (world) =>
        electsAfter(world, async () => {
          await nothingToSchedule(world);
          await world.cluster.components[scheduler].stop({ graceMs: 0 });
          await world.cluster.components[scheduler].start();
        }),
    },
  ],
};

export const controlPlane: readonly Scenario[] = [apiserverReadyz, apiserviceUnavailable, ...webhooks, dnsUnhealthy, controllerLeaseStale];
