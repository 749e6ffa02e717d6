import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { createNode, readyForLong, workers } from './own-nodes.ts';
import { kubeletSays, type PodStatus } from './pod-status.ts';
import { deployment, type LookAlike, namespace, type Scenario, type World } from './scenario.ts';

const app = 'shop';

/** A Deployment of one pod of which the kubelet says this. */
async function runs(world: World, name: string, inNamespace: string, status: PodStatus): Promise<void> {
  await world.apply(deployment(name, inNamespace));
  await kubeletSays(world, name, inNamespace, status);
}

/** A Job whose pod the fake kubelet leaves as it is. */
function job(name: string, inNamespace: string, template: object = {}): Manifest {
  const spec = { restartPolicy: 'OnFailure', containers: [{ name: 'main', image: 'registry.example.com/report:1.0.0' }] };
  const metadata = { labels: { app: name }, annotations: { 'fake-kubelet/hold': 'true' } };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: inNamespace },
    spec: { backoffLimit: 6, template: { metadata, spec: { ...spec, ...template } } },
  };
}

/** The same fault in places in which it is nobody's concern. */
function elsewhere(check: string, status: PodStatus): LookAlike[] {
  return [
    {
      what: 'a pod of a Job that tries again',
      arrange: async (world) => {
        await world.apply(job('retried', check));
        await kubeletSays(world, 'retried', check, status);
      },
    },
    {
      what: 'a pod on a cordoned node',
      arrange: async (world) => {
        const node = await createNode(world, `${check}-cordoned`);
        await world.apply(deployment('cordoned', check, { pod: { nodeName: node } }));
        await kubeletSays(world, 'cordoned', check, status);
        await world.cluster.kubectl(['cordon', node]);
      },
    },
    {
      what: 'a pod in a namespace that is not covered',
      arrange: async (world) => {
        await world.apply(namespace(`other-${check}`));
        await runs(world, app, `other-${check}`, status);
      },
    },
  ];
}

interface Trouble {
  check: string;
  settings?: Scenario['settings'];
  fault: PodStatus;
  mend: (world: World) => Promise<void>;
  lookAlikes: readonly Look[];
}

/** A pod that only looks like it, and the check that tells of it where one does. */
type Look = readonly [what: string, status: PodStatus, toldBy?: string];

/** A running Deployment whose pod gets into trouble, in a namespace of its own. */
function trouble({ check, settings, fault, mend, lookAlikes }: Trouble): Scenario {
  return {
    check,
    object: `Deployment/${check}/${app}`,
    ...(settings ? { settings } : {}),
    prepare: async (world) => {
      await world.apply(namespace(check));
      await readyForLong(world, workers);
      await runs(world, app, check, {});
    },
    fault: (world) => kubeletSays(world, app, check, fault),
    mend,
    lookAlikes: [
      ...lookAlikes.map(([what, status, toldBy], index) => ({
        what,
        arrange: (world: World) => runs(world, `look-alike-${index}`, check, status),
        ...(toldBy ? { toldBy: { check: toldBy, object: `Deployment/${check}/look-alike-${index}` } } : {}),
      })),
      ...elsewhere(check, fault),
    ],
  };
}

const crash = { exitCode: 1, reason: 'Error', finished: { minutes: 1 } };
const crashLoop: PodStatus = { notReady: { minutes: 30 }, waiting: 'CrashLoopBackOff', last: crash };
const outOfMemory = (finished: Temporal.DurationLike) => ({ exitCode: 137, reason: 'OOMKilled', finished });
const image: Look = ['an image that cannot be pulled', { notReady: { hours: 2 }, waiting: 'ImagePullBackOff' }, 'workload-mismatch'];
const crashes: Look = ['a crash loop', crashLoop, 'pod-crashloop'];
const starting: Look = ['a pod that has just started', { notReady: { seconds: 0 }, waiting: 'ContainerCreating' }];
const initializing: Look = [
  'init containers that take their time',
  { notReady: { minutes: 50 }, initializing: true, waiting: 'PodInitializing' },
];

/** A fault that Kubernetes dates is older than this, and what is new and ready at once is younger. */
const dated = { for: '10m' };

const podCrashloop = trouble({
  check: 'pod-crashloop',
  fault: crashLoop,
  mend: (world) => kubeletSays(world, app, 'pod-crashloop', { last: { ...crash, finished: { minutes: 40 } } }),
  lookAlikes: [
    ['a container that was started again once', { running: { minutes: 1 }, last: crash, restarts: 1 }],
    ['one that crashed at first and has run since', { running: { minutes: 30 }, last: { ...crash, finished: { minutes: 31 } } }],
    image,
    initializing,
  ],
});

const podOomkilled = trouble({
  check: 'pod-oomkilled',
  fault: { running: { minutes: 1 }, last: outOfMemory({ minutes: 1 }) },
  // It counts for an hour, as long as the pod is there.
  mend: ({ remove }) => remove('deployment', app, 'pod-oomkilled'),
  lookAlikes: [
    ['an end for lack of memory this morning', { running: { hours: 2 }, last: outOfMemory({ hours: 2 }) }],
    ['a container that was killed by a probe', { running: { minutes: 1 }, last: { ...crash, exitCode: 137 }, restarts: 1 }],
  ],
});

const podNotReady = trouble({
  check: 'pod-not-ready',
  settings: dated,
  fault: { notReady: { minutes: 20 } },
  mend: (world) => kubeletSays(world, app, 'pod-not-ready', {}),
  lookAlikes: [
    ['a startup probe that has not succeeded yet', { notReady: { minutes: 20 }, started: false }],
    ['a readiness gate that is missing', { notReady: { minutes: 20 }, gated: true }],
    crashes,
    image,
    initializing,
    starting,
  ],
});

const containerWaiting = trouble({
  check: 'container-waiting',
  settings: dated,
  fault: { notReady: { hours: 2 }, waiting: 'CreateContainerConfigError' },
  mend: (world) => kubeletSays(world, app, 'container-waiting', {}),
  lookAlikes: [crashes, image, initializing, starting],
});
/** A Job's pod that waits is as stuck as any other. */
const waitingInPlaces = containerWaiting.lookAlikes.filter(({ what }) => what !== 'a pod of a Job that tries again');

export const podsInTrouble: readonly Scenario[] = [
  podCrashloop,
  podOomkilled,
  podNotReady,
  { ...containerWaiting, lookAlikes: waitingInPlaces },
];
