import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { rolledOut, workload } from './monitoring-stack.ts';
import { ago } from './own-nodes.ts';
import { crd, deployment, namespace, type Scenario, type World } from './scenario.ts';

const group = 'external.metrics.k8s.io';
const perPod = 10;

/** The API server lists what a metrics adapter would, so that the controller manager's own autoscaler works as in any cluster. */
async function metrics({ apply, cluster }: World): Promise<void> {
  await apply(crd('ExternalMetricValue', 'queue', group, 'v1beta1'));
  await cluster.kubectl(['wait', '--for=condition=Established', `crd/queue.${group}`, '--timeout=30s']);
}

/** What waits for the workload of this name. Each of its pods is to have 10. */
function queue(name: string, inNamespace: string, value: number): Manifest {
  return {
    ...{ apiVersion: `${group}/v1beta1`, kind: 'ExternalMetricValue', metadata: { name, namespace: inNamespace, labels: { queue: name } } },
    ...{ metricName: 'queue', metricLabels: {}, timestamp: new Date().toISOString(), value: String(value) },
  };
}

function autoscaler(name: string, inNamespace: string, min: number, max: number, options: { behavior?: object } = {}): Manifest {
  const metric = { name: 'queue', selector: { matchLabels: { queue: name } } };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: inNamespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [{ type: 'External', external: { metric, target: { type: 'AverageValue', averageValue: String(perPod) } } }],
      ...options,
    },
  };
}

/** Waits until the autoscaler's status says so. */
async function says({ cluster }: World, name: string, inNamespace: string, what: string): Promise<void> {
  await cluster.kubectl(['wait', `--for=${what}`, `hpa/${name}`, `--namespace=${inNamespace}`, '--timeout=45s']);
}

async function sizes(world: World, name: string, inNamespace: string, current: number, desired: number): Promise<void> {
  await says(world, name, inNamespace, `jsonpath={.status.currentReplicas}=${current}`);
  await says(world, name, inNamespace, `jsonpath={.status.desiredReplicas}=${desired}`);
}

const maxed = 'hpa-maxed';

const hpaMaxed: Scenario = {
  check: maxed,
  object: `HorizontalPodAutoscaler/${maxed}/shop`,
  prepare: async (world) => {
    await metrics(world);
    await world.apply(
      namespace(maxed),
      queue('shop', maxed, 20),
      deployment('shop', maxed, { replicas: 2 }),
      autoscaler('shop', maxed, 1, 3),
    );
    await sizes(world, 'shop', maxed, 2, 2);
  },
  fault: ({ apply }) => apply(queue('shop', maxed, 50)),
  mend: ({ apply }) => apply(autoscaler('shop', maxed, 1, 8)),
  lookAlikes: [
    {
      what: 'an autoscaler that keeps a fixed size',
      arrange: async (world) => {
        const objects = [queue('fixed', maxed, 50), deployment('fixed', maxed, { replicas: 2 }), autoscaler('fixed', maxed, 2, 2)];
        await world.apply(...objects);
        await sizes(world, 'fixed', maxed, 2, 2);
      },
    },
    {
      what: 'one that never takes pods away, where the greatest load has brought it',
      arrange: async (world) => {
        const behavior = { scaleDown: { selectPolicy: 'Disabled' } };
        const objects = [
          queue('grown', maxed, 30),
          deployment('grown', maxed, { replicas: 3 }),
          autoscaler('grown', maxed, 1, 3, { behavior }),
        ];
        await world.apply(...objects);
        await sizes(world, 'grown', maxed, 3, 3);
      },
    },
    {
      what: 'a rolling update that runs as many pods as the maximum',
      arrange: async (world) => {
        const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
        const updated = (held: boolean) =>
          workload('Deployment', 'updated', maxed, {
            ...{ images: ['registry.example.com/shop:1.0.0'], replicas: 2, held },
            spec: { strategy: { type: 'RollingUpdate', rollingUpdate } },
          });
        await world.apply(queue('updated', maxed, 20), updated(false));
        await rolledOut(world, 'deployment/updated', maxed);
        await world.apply(updated(true), autoscaler('updated', maxed, 1, 3));
        await sizes(world, 'updated', maxed, 2, 2);
        await world.cluster.kubectl([
          'wait',
          '--for=jsonpath={.status.replicas}=3',
          'deployment/updated',
          `--namespace=${maxed}`,
          '--timeout=30s',
        ]);
      },
    },
  ],
};

const inactive = 'hpa-inactive';

/** Waits until the autoscaler says that the condition is False, and dates it. */
async function falseSince(world: World, name: string, type: string, reason: string): Promise<void> {
  await says(world, name, inactive, `condition=${type}=False`);
  await world.condition('hpa', name, { type, status: 'False', reason, since: ago({ hours: 1 }) }, inactive);
}

const hpaInactive: Scenario = {
  check: inactive,
  object: `HorizontalPodAutoscaler/${inactive}/shop`,
  // The condition is dated, so the check can keep its own time.
  settings: { for: '15m' },
  prepare: async (world) => {
    await metrics(world);
    await world.apply(namespace(inactive), queue('shop', inactive, 10), deployment('shop', inactive), autoscaler('shop', inactive, 1, 3));
    await says(world, 'shop', inactive, 'condition=ScalingActive');
  },
  fault: async (world) => {
    await world.remove(`queue.${group}`, 'shop', inactive);
    await falseSince(world, 'shop', 'ScalingActive', 'FailedGetExternalMetric');
  },
  mend: async (world) => {
    await world.apply(queue('shop', inactive, 10));
    await says(world, 'shop', inactive, 'condition=ScalingActive');
  },
  lookAlikes: [
    {
      what: 'an autoscaler that is switched off by a workload of no pods',
      arrange: async (world) => {
        await world.apply(deployment('off', inactive, { replicas: 0 }), autoscaler('off', inactive, 1, 3));
        await falseSince(world, 'off', 'ScalingActive', 'ScalingDisabled');
      },
    },
    {
      what: 'a new one whose metric nobody has written yet',
      arrange: async (world) => {
        await world.apply(deployment('new', inactive), autoscaler('new', inactive, 1, 3));
        await says(world, 'new', inactive, 'condition=ScalingActive=False');
      },
    },
    {
      what: 'one that is deleted after its workload',
      arrange: async (world) => {
        const made = autoscaler('gone', inactive, 1, 3);
        await world.apply({ ...made, metadata: { ...made.metadata, ...{ finalizers: ['example.com/takes-its-time'] } } });
        await world.remove('hpa', 'gone', inactive);
        await falseSince(world, 'gone', 'AbleToScale', 'FailedGetScale');
      },
    },
  ],
};

export const autoscalers: readonly Scenario[] = [hpaMaxed, hpaInactive];
