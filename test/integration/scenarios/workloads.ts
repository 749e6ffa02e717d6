import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { coversNodes, rolledOut, workload } from './monitoring-stack.ts';
import { createNode, leaving, type OwnNode, readyForLong, workers } from './own-nodes.ts';
import { kubeletSays } from './pod-status.ts';
import { podsInTrouble } from './pods-in-trouble.ts';
import { deployment, namespace, type Scenario, type World } from './scenario.ts';

const evicted = 'pod-evicted';
const failed = (reason: string, message = '') => ({ phase: 'Failed', reason, message });

/** A pod by itself, of which the kubelet says this. */
async function ends(world: World, name: string, status: { phase: string }): Promise<void> {
  const containers = [{ name: 'main', image: 'registry.example.com/shop:1.0.0' }];
  await world.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: evicted, labels: { app: name } }, spec: { containers } });
  await kubeletSays(world, name, evicted, status);
}

const podEvicted: Scenario = {
  check: evicted,
  object: 'Cluster/local',
  prepare: ({ apply }) => apply(namespace(evicted)),
  fault: (world) => ends(world, 'evicted', failed('Evicted', 'The node was low on resource: memory. ')),
  mend: ({ remove }) => remove('pod', 'evicted', evicted),
  lookAlikes: [
    { what: 'a pod that failed by itself', arrange: (world) => ends(world, 'failed', failed('')) },
    { what: 'a pod that had to give way', arrange: (world) => ends(world, 'preempted', failed('Preempting')) },
    {
      what: 'pods of a node that is drained',
      arrange: async (world) => {
        const node = await createNode(world, evicted);
        await world.apply(deployment('drained', evicted, { pod: { nodeName: node } }));
        await rolledOut(world, 'deployment/drained', evicted);
        await world.apply(deployment('drained', evicted, { replicas: 0 }));
        await world.cluster.kubectl(['drain', node, '--ignore-daemonsets', '--timeout=30s']);
      },
    },
  ],
};

const mismatch = 'workload-mismatch';

function quota(pods: string): Manifest {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'team', namespace: mismatch }, spec: { hard: { pods } } };
}

/** Pods that the real controllers are not allowed to make. */
const workloadMismatch: Scenario = {
  check: mismatch,
  object: `Deployment/${mismatch}/shop`,
  // Longer than controllers take to make pods that they may make.
  settings: { for: '20s' },
  prepare: async (world) => {
    await world.apply(namespace(mismatch), namespace(`${mismatch}-fine`), quota('1'));
    await world.apply(deployment('shop', mismatch));
    await rolledOut(world, 'deployment/shop', mismatch);
  },
  fault: ({ apply }) => apply(deployment('shop', mismatch, { replicas: 3 })),
  mend: ({ apply }) => apply(deployment('shop', mismatch, { replicas: 1 })),
  lookAlikes: [
    { what: 'a Deployment that is scaled to zero', arrange: ({ apply }) => apply(deployment('shop', mismatch, { replicas: 0 })) },
    {
      what: 'a rolling update',
      arrange: async (world) => {
        const inNamespace = `${mismatch}-fine`;
        await world.apply(deployment('rolling', inNamespace, { replicas: 8 }));
        await rolledOut(world, 'deployment/rolling', inNamespace);
        await world.apply(deployment('rolling', inNamespace, { replicas: 8, image: 'registry.example.com/shop:2.0.0' }));
      },
    },
    {
      what: 'a Deployment that is paused before its pods are made',
      arrange: ({ apply }) => {
        const { spec, ...rest } = deployment('paused', `${mismatch}-fine`, { replicas: 3 }) as Manifest & { spec: object };
        return apply({ ...rest, spec: { ...spec, paused: true } });
      },
    },
    {
      what: 'a StatefulSet that waits for its first pod',
      arrange: async (world) => {
        const options = {
          images: ['registry.example.com/db:1.0.0'],
          replicas: 3,
          held: true,
          spec: { podManagementPolicy: 'OrderedReady' },
        };
        await world.apply(workload('StatefulSet', 'ordered', `${mismatch}-fine`, options));
        await kubeletSays(world, 'ordered', `${mismatch}-fine`, { notReady: { seconds: 0 } });
      },
    },
    {
      what: 'a workload whose pods crash',
      toldBy: { check: 'pod-crashloop', object: `Deployment/${mismatch}-fine/crashing` },
      arrange: async (world) => {
        await world.apply(deployment('crashing', `${mismatch}-fine`, { replicas: 2 }));
        const last = { exitCode: 1, reason: 'Error', finished: { minutes: 1 } };
        await kubeletSays(
          world,
          'crashing',
          `${mismatch}-fine`,
          { notReady: { minutes: 30 }, waiting: 'CrashLoopBackOff', last },
          { pods: 2 },
        );
      },
    },
  ],
};

const saturation = 'node-saturation';
const short = (type: string): OwnNode => ({ conditions: [{ type, status: 'True' }] });

const nodeSaturation: Scenario = {
  check: saturation,
  object: 'Cluster/local',
  prepare: async (world) => {
    for (let index = 0; index < 6; index += 1) await createNode(world, saturation);
  },
  fault: async ({ condition }) => {
    for (let index = 1; index <= 6; index += 1)
      await condition('node', `${saturation}-${index}`, { type: index > 3 ? 'DiskPressure' : 'MemoryPressure', status: 'True' });
  },
  mend: async ({ condition }) => {
    for (let index = 1; index <= 6; index += 1)
      await condition('node', `${saturation}-${index}`, { type: index > 3 ? 'DiskPressure' : 'MemoryPressure', status: 'False' });
  },
  lookAlikes: [
    {
      what: 'one node that is short of memory, of which another check tells',
      arrange: async (world) => void (await createNode(world, `${saturation}-one`, short('MemoryPressure'))),
    },
    {
      what: 'many that cluster-autoscaler removes',
      arrange: async (world) => {
        for (let index = 0; index < 8; index += 1)
          await createNode(world, `${saturation}-leaving`, { ...leaving, ...short('DiskPressure') });
      },
    },
  ],
};

const plugin = 'calico-node';
const calico = (version = '3.31.0') => workload('DaemonSet', plugin, 'kube-system', { images: [`docker.io/calico/node:v${version}`] });

const cniGap: Scenario = {
  check: 'cni-gap',
  object: `DaemonSet/kube-system/${plugin}`,
  settings: { for: '10m' },
  prepare: async (world) => {
    await readyForLong(world, workers);
    await world.apply(calico());
    await coversNodes(world, plugin, 'kube-system', workers.length);
  },
  fault: (world) => kubeletSays(world, plugin, 'kube-system', { notReady: { minutes: 20 } }, { pods: workers.length, only: 1 }),
  mend: (world) => kubeletSays(world, plugin, 'kube-system', {}, { pods: workers.length }),
  lookAlikes: [
    { what: 'a rolling update', arrange: ({ apply }) => apply(calico('3.32.0')) },
    {
      what: 'a pod that has just ceased to be ready',
      arrange: (world) => kubeletSays(world, plugin, 'kube-system', { notReady: { seconds: 0 } }, { pods: workers.length, only: 1 }),
    },
  ],
};

export const workloads: readonly Scenario[] = [...podsInTrouble, podEvicted, workloadMismatch, nodeSaturation, cniGap];
