import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { rolledOut, workload } from './monitoring-stack.ts';
import { readyForLong, workers } from './own-nodes.ts';
import { kubeletSays } from './pod-status.ts';
import { deployment, namespace, type Scenario, type World } from './scenario.ts';

const pull = 'image-pull';
const said = 'failed to resolve reference "registry.example.com/shop:1.0.0": registry.example.com/shop:1.0.0: not found';
const missing = { notReady: { hours: 2 }, waiting: 'ErrImagePull', said };

async function runs(world: World, name: string, inNamespace: string, status: Parameters<typeof kubeletSays>[3]): Promise<void> {
  await world.apply(deployment(name, inNamespace));
  await kubeletSays(world, name, inNamespace, status);
}

const imagePull: Scenario = {
  check: pull,
  object: `Deployment/${pull}/shop`,
  settings: { for: '15m' },
  prepare: async (world) => {
    await world.apply(namespace(pull));
    await readyForLong(world, workers);
    await runs(world, 'shop', pull, {});
  },
  fault: (world) => kubeletSays(world, 'shop', pull, missing),
  mend: (world) => kubeletSays(world, 'shop', pull, {}),
  lookAlikes: [
    {
      what: 'an image that is being pulled',
      arrange: (world) => runs(world, 'slow', pull, { notReady: { hours: 2 }, waiting: 'ContainerCreating' }),
    },
    {
      what: 'a registry that has failed for a minute',
      arrange: (world) => runs(world, 'young', pull, { ...missing, notReady: { minutes: 1 } }),
    },
    {
      what: 'a container that waits for its configuration',
      toldBy: { check: 'container-waiting', object: `Deployment/${pull}/configured` },
      arrange: (world) => runs(world, 'configured', pull, { notReady: { hours: 2 }, waiting: 'CreateContainerConfigError' }),
    },
    {
      what: 'a pod in a namespace that is not covered',
      arrange: async (world) => {
        await world.apply(namespace(`other-${pull}`));
        await runs(world, 'shop', `other-${pull}`, missing);
      },
    },
  ],
};

const stuck = 'rollout-stuck';
/** Pods of the version after the first one are scheduled and never become ready. */
const version = (name: string, next: boolean, spec: object = {}) =>
  workload('Deployment', name, stuck, {
    images: [`registry.example.com/shop:${next ? '2.0.0' : '1.0.0'}`],
    held: next,
    spec: { progressDeadlineSeconds: 5, ...spec },
  });

/** The first version runs, then the next is rolled out, and the deadline of 5 seconds passes by the real controller's clock. */
async function rolls(world: World, name: string, spec: object = {}): Promise<void> {
  await world.apply(version(name, false, spec));
  await rolledOut(world, `deployment/${name}`, stuck);
  await world.apply(version(name, true, spec));
}

const rolloutStuck: Scenario = {
  check: stuck,
  object: `Deployment/${stuck}/shop`,
  prepare: async (world) => {
    await world.apply(namespace(stuck), version('shop', false));
    await rolledOut(world, 'deployment/shop', stuck);
  },
  fault: ({ apply }) => apply(version('shop', true)),
  mend: ({ apply }) => apply(version('shop', false)),
  lookAlikes: [
    { what: 'a rollout that still may take its time', arrange: (world) => rolls(world, 'slow', { progressDeadlineSeconds: 600 }) },
    {
      what: 'one that is paused',
      arrange: async (world) => {
        await world.apply(version('paused', false));
        await rolledOut(world, 'deployment/paused', stuck);
        await world.apply(version('paused', true, { paused: true }));
      },
    },
    {
      what: 'a StatefulSet whose update is held at a partition',
      arrange: async (world) => {
        const options = { images: ['registry.example.com/db:1.0.0'], replicas: 2 };
        await world.apply(workload('StatefulSet', 'db', stuck, options));
        await rolledOut(world, 'statefulset/db', stuck);
        const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 2 } };
        await world.apply(
          workload('StatefulSet', 'db', stuck, { ...options, images: ['registry.example.com/db:2.0.0'], spec: { updateStrategy } }),
        );
      },
    },
    {
      what: 'one that waits for an image',
      toldBy: { check: pull, object: `Deployment/${stuck}/imageless` },
      arrange: async (world) => {
        await world.apply(version('imageless', true));
        await kubeletSays(world, 'imageless', stuck, missing);
      },
    },
  ],
};

const failed = 'job-failed';

function job(name: string, spec: object = {}): Manifest {
  const metadata = { labels: { app: name }, annotations: { 'fake-kubelet/hold': 'true' } };
  const containers = [{ name: 'main', image: 'registry.example.com/import:1.0.0' }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: failed },
    spec: { backoffLimit: 0, template: { metadata, spec: { restartPolicy: 'Never', containers } }, ...spec },
  };
}

async function ends(world: World, name: string, phase: 'Failed' | 'Succeeded', spec: object = {}): Promise<void> {
  await world.apply(job(name, spec));
  await kubeletSays(world, name, failed, { phase });
}

const jobFailed: Scenario = {
  check: failed,
  object: `Job/${failed}/import`,
  prepare: ({ apply }) => apply(namespace(failed)),
  fault: (world) => ends(world, 'import', 'Failed'),
  mend: ({ remove }) => remove('job', 'import', failed),
  lookAlikes: [
    { what: 'a Job that has succeeded', arrange: (world) => ends(world, 'good', 'Succeeded') },
    { what: 'a Job that is tried again', arrange: (world) => ends(world, 'retried', 'Failed', { backoffLimit: 6 }) },
    {
      what: 'a CronJob that is suspended',
      arrange: ({ apply }) => {
        const { spec } = job('report') as Manifest & { spec: object };
        return apply({
          ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'report', namespace: failed } },
          spec: { schedule: '* * * * *', timeZone: 'Etc/UTC', suspend: true, jobTemplate: { spec } },
        });
      },
    },
  ],
};

const secrets = 'pull-secret-missing';
const host = 'private.example.com';

/** With a login for these registries, as kubectl makes it or as its type was before. */
function pullSecret(name: string, registries: string[], { inNamespace = secrets, legacy = false } = {}): Manifest {
  const logins = Object.fromEntries(registries.map((registry) => [registry, { username: 'nobody', auth: btoa('nobody:nothing') }]));
  const [type, key, content] = legacy ? ['dockercfg', '.dockercfg', logins] : ['dockerconfigjson', '.dockerconfigjson', { auths: logins }];
  const metadata = { name, namespace: inNamespace };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: `kubernetes.io/${type}`,
    metadata,
    stringData: { [String(key)]: JSON.stringify(content) },
  };
}

/** A Deployment of an image of the private registry that runs. */
async function pulls(world: World, name: string, pod: object, inNamespace = secrets): Promise<void> {
  await world.apply(deployment(name, inNamespace, { image: `${host}/shop:1.0.0`, pod }));
  await kubeletSays(world, name, inNamespace, {});
}

const pullSecretMissing: Scenario = {
  check: secrets,
  object: `Deployment/${secrets}/shop`,
  prepare: async (world) => {
    await world.apply(namespace(secrets), namespace(`${secrets}-owner`));
    await world.apply(pullSecret('regcred', [host], { inNamespace: `${secrets}-owner` }), pullSecret('regcred', [host]));
    await readyForLong(world, workers);
    await pulls(world, 'shop', { imagePullSecrets: [{ name: 'regcred' }] });
  },
  fault: ({ remove }) => remove('secret', 'regcred', secrets),
  mend: ({ apply }) => apply(pullSecret('regcred', [host])),
  lookAlikes: [
    {
      what: 'a Secret of the type before, with a login for another registry too',
      arrange: async (world) => {
        await world.apply(pullSecret('old', ['https://index.docker.io/v1/', `https://${host}/v1/`], { legacy: true }));
        await pulls(world, 'old', { imagePullSecrets: [{ name: 'old' }] });
      },
    },
    {
      what: 'a ServiceAccount whose Secret has a login for all hosts of the domain',
      arrange: async (world) => {
        const metadata = { name: 'puller', namespace: secrets };
        const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata, imagePullSecrets: [{ name: 'any' }] };
        await world.apply(pullSecret('any', ['*.example.com']), account);
        await pulls(world, 'given', { serviceAccountName: 'puller' });
      },
    },
    { what: 'pods that name no Secret', arrange: (world) => pulls(world, 'open', {}) },
    {
      what: 'a namespace that is not covered',
      arrange: async (world) => {
        await world.apply(namespace(`other-${secrets}`));
        await pulls(world, 'shop', { imagePullSecrets: [{ name: 'gone' }] }, `other-${secrets}`);
      },
    },
  ],
};

export const delivery: readonly Scenario[] = [imagePull, pullSecretMissing, rolloutStuck, jobFailed];
