import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { type Kubelet, type MeasuredVolume, startKubelet } from './kubelet.ts';
import { createNode } from './own-nodes.ts';
import { namespace, type Scenario, type World } from './scenario.ts';

const takesItsTime = { finalizers: ['example.com/takes-its-time'] };

interface ClaimOptions {
  storageClass?: string;
  modes?: readonly string[];
}

function claim(name: string, inNamespace: string, { storageClass = '', modes = ['ReadWriteOnce'] }: ClaimOptions = {}): Manifest {
  const spec = { storageClassName: storageClass, accessModes: modes, resources: { requests: { storage: '1Gi' } } };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: inNamespace }, spec };
}

interface VolumeOptions extends ClaimOptions {
  /** `Delete` fails: the controller manager deletes a directory of a host only below /tmp. */
  policy?: 'Retain' | 'Delete';
  /** The claim that it is for. */
  claim?: { name: string; namespace: string };
}

function volume(
  name: string,
  { storageClass = '', modes = ['ReadWriteOnce'], policy = 'Retain', claim: of }: VolumeOptions = {},
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      ...{ capacity: { storage: '1Gi' }, accessModes: modes, storageClassName: storageClass, persistentVolumeReclaimPolicy: policy },
      ...{ hostPath: { path: `/srv/${name}` } },
      ...(of ? { claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...of } } : {}),
    },
  };
}

async function reaches({ cluster }: World, phase: string, object: string, inNamespace: string): Promise<void> {
  await cluster.kubectl(['wait', `--for=jsonpath={.status.phase}=${phase}`, object, `--namespace=${inNamespace}`, '--timeout=45s']);
}

/** A claim with its volume. The volume is there first, so that the claim is never without one for long. */
async function bound(world: World, name: string, inNamespace: string, options: VolumeOptions = {}): Promise<void> {
  const volumeName = `${inNamespace}-${name}`;
  await world.apply(volume(volumeName, { ...options, claim: { name, namespace: inNamespace } }), claim(name, inNamespace, options));
  await reaches(world, 'Bound', `pvc/${name}`, inNamespace);
}

function podWith(name: string, inNamespace: string, claimName: string, spec: object): Manifest {
  const containers = [{ name: 'main', image: 'registry.example.com/shop:1.0.0', volumeMounts: [{ name: 'data', mountPath: '/data' }] }];
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: inNamespace }, spec: { containers, volumes, ...spec } };
}

const filling = 'pvc-filling';
const measured = (freePercent: number): MeasuredVolume => ({
  ...{ capacityBytes: 1000, availableBytes: 10 * freePercent, usedBytes: 1000 - 10 * freePercent, inodes: 100, inodesFree: 90 },
});
let kubelet: Kubelet;

async function mounted(world: World, name: string, stats: MeasuredVolume, options: VolumeOptions = {}): Promise<void> {
  await bound(world, name, filling, options);
  kubelet.volumes.set(`${filling}/${name}`, stats);
  await world.apply(podWith(name, filling, name, { nodeName: `${filling}-1` }));
}

const pvcFilling: Scenario = {
  check: filling,
  object: `PersistentVolumeClaim/${filling}/data`,
  prepare: async (world) => {
    const node = await createNode(world, filling);
    kubelet = await startKubelet(world, node);
    const status = {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
    };
    await world.patch('node', node, { status }, { status: true });
    await world.apply(namespace(filling));
    await mounted(world, 'data', measured(60));
  },
  fault: async () => void kubelet.volumes.set(`${filling}/data`, measured(10)),
  mend: async () => void kubelet.volumes.set(`${filling}/data`, measured(60)),
  lookAlikes: [
    { what: 'a volume with a fifth left', arrange: (world) => mounted(world, 'fifth', measured(20)) },
    { what: 'one that nobody can write to', arrange: (world) => mounted(world, 'image', measured(0), { modes: ['ReadOnlyMany'] }) },
    {
      what: 'one that its driver does not measure',
      arrange: (world) => mounted(world, 'unmeasured', { ...measured(0), usedBytes: 0 }),
    },
    {
      what: 'one whose file system does not count inodes',
      arrange: (world) => mounted(world, 'uncounted', { ...measured(60), inodes: 0, inodesFree: 0 }),
    },
    {
      what: 'a full one whose claim is deleted while a pod uses it',
      arrange: async (world) => {
        await mounted(world, 'deleted', measured(60));
        await world.remove('pvc', 'deleted', filling);
        kubelet.volumes.set(`${filling}/deleted`, measured(1));
      },
    },
  ],
};

const pending = 'pvc-pending';
const late = `${pending}-late`;

function storageClass(name: string, volumeBindingMode: 'Immediate' | 'WaitForFirstConsumer'): Manifest {
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'disk.example.com', volumeBindingMode };
}

const pvcPending: Scenario = {
  check: pending,
  object: `PersistentVolumeClaim/${pending}/data`,
  prepare: ({ apply }) => apply(namespace(pending), storageClass(pending, 'Immediate'), storageClass(late, 'WaitForFirstConsumer')),
  fault: ({ apply }) => apply(claim('data', pending, { storageClass: pending })),
  mend: async (world) => {
    await world.apply(volume(pending, { storageClass: pending, claim: { name: 'data', namespace: pending } }));
    await reaches(world, 'Bound', 'pvc/data', pending);
  },
  lookAlikes: [
    { what: 'a claim that waits for its first pod', arrange: ({ apply }) => apply(claim('early', pending, { storageClass: late })) },
    {
      what: 'one whose pod no node takes',
      arrange: async (world) => {
        await world.apply(podWith('homeless', pending, 'homeless', { nodeSelector: { accelerator: 'gpu' } }));
        await world.cluster.kubectl([
          'wait',
          '--for=condition=PodScheduled=False',
          'pod/homeless',
          `--namespace=${pending}`,
          '--timeout=30s',
        ]);
        await world.apply(claim('homeless', pending, { storageClass: late }));
      },
    },
    {
      what: 'one whose pod a gate holds back',
      arrange: ({ apply }) =>
        apply(
          podWith('gated', pending, 'gated', { schedulingGates: [{ name: 'example.com/queue' }] }),
          claim('gated', pending, { storageClass: late }),
        ),
    },
    {
      what: 'one that is being deleted',
      arrange: async ({ apply, remove }) => {
        const made = claim('leaving', pending, { storageClass: late });
        await apply({ ...made, metadata: { ...made.metadata, ...takesItsTime } });
        await remove('pvc', 'leaving', pending);
        await apply(podWith('leaving', pending, 'leaving', { schedulingGates: [{ name: 'example.com/queue' }] }));
      },
    },
    { what: 'one with a volume made by hand', arrange: (world) => bound(world, 'by-hand', pending) },
  ],
};

const failed = 'pv-failed';

/** Deletes the claim, after which its volume is reclaimed. */
async function reclaimed(world: World, name: string, phase: 'Failed' | 'Released', options: VolumeOptions): Promise<void> {
  await bound(world, name, failed, options);
  await world.remove('pvc', name, failed);
  await reaches(world, phase, `pv/${failed}-${name}`, failed);
}

const pvFailed: Scenario = {
  check: failed,
  object: `PersistentVolume/${failed}-data`,
  prepare: async (world) => {
    await world.apply(namespace(failed));
    await bound(world, 'data', failed, { policy: 'Delete' });
  },
  fault: async (world) => {
    await world.remove('pvc', 'data', failed);
    await reaches(world, 'Failed', `pv/${failed}-data`, failed);
  },
  mend: ({ remove }) => remove('pv', `${failed}-data`),
  lookAlikes: [
    { what: 'a volume that nobody has claimed', arrange: ({ apply }) => apply(volume(`${failed}-spare`, { storageClass: failed })) },
    { what: 'one that is kept after its claim', arrange: (world) => reclaimed(world, 'kept', 'Released', { policy: 'Retain' }) },
    {
      what: 'one that is deleted after it has failed',
      arrange: async (world) => {
        const name = `${failed}-gone`;
        await bound(world, 'gone', failed, { policy: 'Delete' });
        await world.patch('pv', name, { metadata: takesItsTime });
        await world.remove('pv', name);
        await world.remove('pvc', 'gone', failed);
        await reaches(world, 'Failed', `pv/${name}`, failed);
      },
    },
  ],
};

export const volumes: readonly Scenario[] = [pvcFilling, pvcPending, pvFailed];
