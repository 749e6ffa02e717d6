import { installApis, put } from './delivered.ts';
import { ago } from './own-nodes.ts';
import { namespace, type Scenario, type World } from './scenario.ts';

/** Scenarios of Actions Runner Controller: objects as its controllers leave them. */

const check = 'github-runner';
const labelsOf = (set: string) => ({ 'actions.github.com/scale-set-name': set, 'actions.github.com/scale-set-namespace': check });

const set = (world: World, name: string, spec: object, phase = 'Running', inNamespace = check) =>
  put(world, 'autoscalingrunnersets', name, inNamespace, {
    spec: { githubConfigUrl: 'https://github.com/team', ...spec },
    status: { phase },
  });

const runner = (world: World, name: string, ofSet: string, status: object) =>
  put(world, 'ephemeralrunners', name, check, { labels: labelsOf(ofSet), status });

/** Its listener, and the pod that the controller makes for it. */
async function listens(world: World, ofSet: string): Promise<void> {
  const name = `${ofSet}-listener`;
  await put(world, 'autoscalinglisteners', name, check, {
    spec: { autoscalingRunnerSetNamespace: check, autoscalingRunnerSetName: ofSet },
  });
  await world.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: check, labels: { 'app.kubernetes.io/component': 'runner-scale-set-listener' } },
    spec: { containers: [{ name: 'listener', image: 'ghcr.io/actions/gha-runner-scale-set-controller:0.14.2' }] },
  });
  await world.cluster.kubectl(['wait', '--for=condition=Ready', `pod/${name}`, '-n', check, '--timeout=30s']);
}

const refused = {
  ...{ phase: 'Failed', reason: 'InvalidPod' },
  message: 'Failed to create the pod: pods "shop-a" is forbidden: exceeded quota: ci, requested: pods=1, used: pods=9, limited: pods=9',
  failures: { 'a-pod': ago({ hours: 2 }) },
};

export const githubRunners: readonly Scenario[] = [
  {
    check,
    object: `AutoscalingRunnerSet/${check}/shop`,
    settings: { for: '15m' },
    prepare: async (world) => {
      await installApis(world, check, {
        autoscalingrunnersets: undefined,
        ephemeralrunners: undefined,
        autoscalinglisteners: undefined,
      });
      await set(world, 'shop', { minRunners: 1 });
      await listens(world, 'shop');
    },
    fault: (world) => runner(world, 'shop-a', 'shop', refused),
    mend: async (world) => {
      await world.remove('ephemeralrunners.actions.github.com', 'shop-a', check);
      await runner(world, 'shop-b', 'shop', { phase: 'Running' });
    },
    lookAlikes: [
      { what: 'a set that was just made', arrange: (world) => set(world, 'young', {}, 'Pending') },
      { what: 'a set with no runner, and a minimum of none', arrange: (world) => set(world, 'idle', { minRunners: 0 }) },
      { what: 'a set closed on purpose', arrange: (world) => set(world, 'closed', { maxRunners: 0 }, 'Pending') },
      { what: 'a runner that has done its job', arrange: (world) => runner(world, 'done', 'shop', { phase: 'Succeeded' }) },
      {
        what: 'a set of a namespace that is not covered',
        arrange: async (world) => {
          await world.apply(namespace(`other-${check}`));
          await set(world, 'shop', { minRunners: 2 }, 'Outdated', `other-${check}`);
        },
      },
    ],
  },
];
