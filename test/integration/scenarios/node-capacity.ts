import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { waitFor } from '../../controlplane/wait.ts';
import { kubectlFor } from '../../installation/coverage.ts';
import { metricsApi } from './exporters.ts';
import { rolledOut } from './monitoring-stack.ts';
import { createNode, leaving, type OwnNode } from './own-nodes.ts';
import { crd, deployment, namespace, type Scenario, type World } from './scenario.ts';

const tolerations = [{ operator: 'Exists' }];

function container(resources: object) {
  return { name: 'main', image: 'registry.example.com/shop:1.0.0', resources };
}

/** Pods that have ended by the time that this returns. */
async function ended({ apply, cluster }: World, name: string, inNamespace: string, count: number, pod: object): Promise<void> {
  const spec = { completions: count, parallelism: count, template: { spec: { restartPolicy: 'Never', ...pod } } };
  await apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: inNamespace }, spec });
  await cluster.kubectl(['wait', '--for=condition=Complete', `job/${name}`, `--namespace=${inNamespace}`, '--timeout=60s']);
}

const requests = 'capacity-requests-high';
/** Of about 30 cores, of which other scenarios ask for next to none. */
const large = { replicas: 12, pod: { containers: [container({ requests: { cpu: '1' } })] } };

const capacityRequestsHigh: Scenario = {
  check: requests,
  object: 'Cluster/local',
  settings: { parameters: { warningRatio: '0.3' } },
  prepare: ({ apply }) => apply(namespace(requests)),
  fault: async (world) => {
    await world.apply(deployment('shop', requests, large));
    await rolledOut(world, 'deployment/shop', requests);
  },
  mend: ({ apply }) => apply(deployment('shop', requests, { ...large, replicas: 1 })),
  lookAlikes: [
    {
      what: 'pods with low requests and high limits',
      arrange: async (world) => {
        const limited = [container({ requests: { cpu: '1m' }, limits: { cpu: '4' } })];
        await world.apply(deployment('limited', requests, { replicas: 12, pod: { containers: limited } }));
        await rolledOut(world, 'deployment/limited', requests);
      },
    },
    { what: 'pods that have ended', arrange: (world) => ended(world, 'ended', requests, 12, large.pod) },
    {
      what: 'pods that no node takes',
      arrange: ({ apply }) =>
        apply(deployment('waiting', requests, { ...large, pod: { ...large.pod, nodeSelector: { accelerator: 'gpu' } } })),
    },
  ],
};

const loss = 'capacity-node-loss';
const poolOf = (name: string) => ({ 'node.cluster.x-k8s.io/pool': name });

async function addNodes(world: World, pool: string, count: number, options: OwnNode = {}): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await createNode(world, pool, { cpu: '1', memory: '1Gi', pods: 30, labels: poolOf(pool), ...options });
}

/** Pods that select the pool and take more than half of a node each. */
function load(pool: string, replicas: number): Manifest {
  const pod = { nodeSelector: poolOf(pool), tolerations, containers: [container({ requests: { cpu: '600m' } })] };
  return deployment(pool, loss, { replicas, pod });
}

async function loaded(world: World, pool: string, replicas: number): Promise<void> {
  await world.apply(load(pool, replicas));
  await rolledOut(world, `deployment/${pool}`, loss);
}

const capacityNodeLoss: Scenario = {
  check: loss,
  object: `NodePool/${loss}`,
  prepare: async (world) => {
    await world.apply(namespace(loss));
    await addNodes(world, loss, 2);
    await loaded(world, loss, 1);
  },
  fault: (world) => loaded(world, loss, 2),
  mend: (world) => addNodes(world, loss, 1),
  lookAlikes: [
    {
      what: 'a pool of one node',
      arrange: async (world) => {
        await addNodes(world, 'single', 1);
        await loaded(world, 'single', 1);
      },
    },
    {
      what: 'a pool whose third node is cordoned',
      arrange: async (world) => {
        await addNodes(world, 'maintenance', 2);
        await addNodes(world, 'maintenance', 1, { cordoned: true });
        await loaded(world, 'maintenance', 2);
      },
    },
    {
      what: 'a pool of which a DaemonSet takes the most, which goes with its node',
      arrange: async (world) => {
        await addNodes(world, 'agents', 2);
        const small = { nodeSelector: poolOf('agents'), tolerations };
        const { spec } = load('agents', 1) as Manifest & { spec: { selector: object; template: object } };
        const { selector, template } = spec;
        await world.apply({
          apiVersion: 'apps/v1',
          kind: 'DaemonSet',
          metadata: { name: 'agents', namespace: loss },
          spec: { selector, template },
        });
        await rolledOut(world, 'daemonset/agents', loss);
        await world.apply(deployment('beside-agents', loss, { pod: { ...small } }));
        await rolledOut(world, 'deployment/beside-agents', loss);
      },
    },
  ],
};

const usage = 'capacity-usage-high';

function measured(node: string, cpu: string, memory: string): Manifest {
  const metadata = { name: node };
  const timestamp = new Date().toISOString();
  return { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'NodeMetrics', metadata, timestamp, window: '10s', usage: { cpu, memory } };
}

/** A node that is busy from the start. */
async function busy(world: World, name: string, cpu: string, memory: string, node: OwnNode = {}): Promise<void> {
  await world.apply(measured(`${name}-1`, cpu, memory));
  await createNode(world, name, node);
}

const capacityUsageHigh: Scenario = {
  check: usage,
  object: `Node/${usage}-1`,
  prepare: async (world) => {
    // Before the CRD: an APIService that the API server makes for one is its own, and another scenario has to change it.
    await world.apply(metricsApi());
    await world.apply(crd('NodeMetrics', 'nodes', 'metrics.k8s.io', 'v1beta1', { namespaced: false }));
    await world.cluster.kubectl(['wait', '--for=condition=Established', 'crd/nodes.metrics.k8s.io', '--timeout=30s']);
    await createNode(world, usage);
  },
  fault: async (world) => {
    await world.apply(measured(`${usage}-1`, '95m', '20Mi'));
    // Another scenario takes the API away after this; the finding stays meanwhile.
    const { runNow, report } = kubectlFor(world.cluster);
    await waitFor('the operator to have read what the node uses', async (see) => {
      await runNow('level1');
      return see((await report('level1.local'))?.status?.findings ?? []).some(({ check }) => check === usage);
    });
  },
  mend: async ({ cluster, apply }) => {
    // Of every node: it cannot resolve while what any of them uses is unknown.
    const { items } = await cluster.kubectlJson<{ items: { metadata: { name: string } }[] }>(['get', 'nodes']);
    await apply(...items.map(({ metadata }) => measured(metadata.name, '5m', '5Mi')));
  },
  lookAlikes: [
    { what: 'a node just below both thresholds', arrange: (world) => busy(world, 'busy', '89m', '102Mi') },
    { what: 'a busy node that cluster-autoscaler removes', arrange: (world) => busy(world, 'busy-leaving', '100m', '120Mi', leaving) },
    {
      what: 'a busy node that is no machine but a service that runs pods',
      arrange: (world) => busy(world, 'busy-virtual', '100m', '120Mi', { labels: { type: 'virtual-kubelet' } }),
    },
    {
      what: 'one that has memory pressure, of which another check tells',
      arrange: async (world) => {
        const conditions = [{ type: 'MemoryPressure', status: 'True' }];
        await createNode(world, 'busy-pressure', { conditions });
        await world.apply(measured('busy-pressure-1', '5m', '125Mi'));
      },
    },
    { what: 'what a node used that is gone', arrange: ({ apply }) => apply(measured('busy-gone-1', '100m', '120Mi')) },
  ],
};

const places = 'capacity-pods-per-node';

/** A node for 30 pods on which so many run: the rest is for the DaemonSets of other scenarios. */
async function crowded(world: World, name: string, replicas: number, node: OwnNode = {}): Promise<void> {
  await createNode(world, name, { ...node, pods: 30 });
  await crowd(world, name, replicas);
}

async function crowd(world: World, name: string, replicas: number): Promise<void> {
  await world.apply(deployment(name, places, { replicas, pod: { nodeName: `${name}-1` } }));
  await rolledOut(world, `deployment/${name}`, places);
}

const capacityPodsPerNode: Scenario = {
  check: places,
  object: 'Cluster/local',
  settings: { parameters: { ratio: '0.8' } },
  prepare: async (world) => {
    await world.apply(namespace(places));
    await crowded(world, places, 1);
  },
  fault: (world) => crowd(world, places, 24),
  mend: (world) => crowd(world, places, 1),
  lookAlikes: [
    { what: 'a node with some places left', arrange: (world) => crowded(world, 'roomy', 19) },
    { what: 'a full node that cluster-autoscaler removes', arrange: (world) => crowded(world, 'crowded-leaving', 24, leaving) },
    {
      what: 'a node whose pods have ended',
      arrange: async (world) => {
        await createNode(world, 'worked', { pods: 30 });
        await ended(world, 'worked', places, 24, { nodeName: 'worked-1', containers: [container({})] });
      },
    },
  ],
};

export const nodeCapacity: readonly Scenario[] = [capacityRequestsHigh, capacityNodeLoss, capacityUsageHigh, capacityPodsPerNode];
