import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { autoscalers } from './autoscalers.ts';
import { rolledOut } from './monitoring-stack.ts';
import { nodeCapacity } from './node-capacity.ts';
import { deployment, namespace, type Scenario, type World } from './scenario.ts';
import { volumes } from './volumes.ts';

const full = 'quota-full';

function quota(name: string, inNamespace: string, hard: Record<string, string>, finalizers: readonly string[] = []): Manifest {
  const metadata = { name, namespace: inNamespace, ...(finalizers.length > 0 ? { finalizers } : {}) };
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } };
}

/** Waits until the controller manager has counted what is there. */
async function counted({ cluster }: World, name: string, inNamespace: string, resource: string, used: string): Promise<void> {
  const path = `{.status.used.${resource.replaceAll('.', '\\.')}}`;
  await cluster.kubectl(['wait', `--for=jsonpath=${path}=${used}`, `quota/${name}`, `--namespace=${inNamespace}`, '--timeout=30s']);
}

/** A quota in a namespace of its own with one running pod. */
async function counting(world: World, inNamespace: string, hard: Record<string, string>, used: string): Promise<void> {
  await world.apply(namespace(inNamespace), deployment('shop', inNamespace));
  await rolledOut(world, 'deployment/shop', inNamespace);
  await world.apply(quota('team', inNamespace, hard));
  await counted(world, 'team', inNamespace, Object.keys(hard)[0] ?? '', used);
}

const quotaFull: Scenario = {
  check: full,
  object: `ResourceQuota/${full}/team`,
  prepare: (world) => counting(world, full, { pods: '2' }, '1'),
  fault: async (world) => {
    await world.apply(deployment('shop', full, { replicas: 3 }));
    await counted(world, 'team', full, 'pods', '2');
  },
  mend: ({ apply }) => apply(quota('team', full, { pods: '10' })),
  lookAlikes: [
    { what: 'a quota with room', arrange: (world) => counting(world, `${full}-room`, { pods: '2' }, '1') },
    {
      what: 'one that forbids a resource on purpose',
      arrange: (world) => counting(world, `${full}-forbidden`, { 'services.loadbalancers': '0' }, '0'),
    },
    {
      what: 'one as large as a Job that has ended',
      arrange: async (world) => {
        const inNamespace = `${full}-job`;
        const containers = [{ name: 'main', image: 'registry.example.com/report:1.0.0' }];
        const template = { spec: { restartPolicy: 'Never', containers } };
        await world.apply(namespace(inNamespace), quota('team', inNamespace, { pods: '1' }));
        await world.apply({
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'report', namespace: inNamespace },
          spec: { template },
        });
        await world.cluster.kubectl(['wait', '--for=condition=Complete', 'job/report', `--namespace=${inNamespace}`, '--timeout=30s']);
        await counted(world, 'team', inNamespace, 'pods', '0');
      },
    },
    {
      what: 'one that is used up and being deleted',
      arrange: async (world) => {
        await world.apply(quota('leaving', full, { configmaps: '1' }, ['example.com/takes-its-time']));
        await world.remove('resourcequota', 'leaving', full);
        await counted(world, 'leaving', full, 'configmaps', '1');
      },
    },
  ],
};

export const capacity: readonly Scenario[] = [...nodeCapacity, quotaFull, ...autoscalers, ...volumes];
