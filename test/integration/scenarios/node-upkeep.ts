import { ago, createNode, disrupted, leaving, looksLike, type OwnNode } from './own-nodes.ts';
import type { LookAlike, Scenario, World } from './scenario.ts';

const cordoned = 'node-cordoned';

/** As it stands after `kubectl cordon` so long ago: the controller manager adds the taint and dates it. */
async function cordon({ patch }: World, name: string, timeAdded: string): Promise<void> {
  const taints = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded }];
  await patch('node', name, { spec: { unschedulable: true, taints } });
}

const nodeCordoned: Scenario = {
  check: cordoned,
  object: `Node/${cordoned}-1`,
  // The taint is dated, so the check can keep its own time.
  settings: { for: '24h' },
  prepare: async (world) => void (await createNode(world, cordoned)),
  fault: (world) => cordon(world, `${cordoned}-1`, ago({ hours: 25 })),
  mend: async ({ cluster }) => void (await cluster.kubectl(['uncordon', `${cordoned}-1`])),
  lookAlikes: [
    looksLike('a node that has just been cordoned', 'just-cordoned', { cordoned: true }),
    {
      what: 'one that was drained yesterday and that is deleted now',
      arrange: async (world) => {
        const name = await createNode(world, 'drained');
        await world.patch('node', name, { metadata: { finalizers: ['karpenter.sh/termination'] } });
        await cordon(world, name, ago({ hours: 30 }));
        await world.remove('node', name);
      },
    },
    looksLike('one that takes only pods that tolerate its taint', 'dedicated', {
      taints: [{ key: 'example.com/dedicated', value: 'gpu', effect: 'NoSchedule' }],
    }),
  ],
};

const rebootRequired = 'node-reboot-required';
const readySince = (since: string) => ({ type: 'Ready', status: 'True', reason: 'KubeletReady', since });
const upForMonths = () => readySince(ago({ hours: 24 * 60 }));

function askedByKured(since: string, group = 'kured.dev'): Record<string, string> {
  return { [`${group}/kured-most-recent-reboot-needed`]: since, [`${group}/kured-reboot-in-progress`]: since };
}

const eightDays = () => ago({ hours: 24 * 8 });

const nodeRebootRequired: Scenario = {
  check: rebootRequired,
  object: `Node/${rebootRequired}-1`,
  // kured dates what it asks for, so the check can keep its own time.
  settings: { for: '168h' },
  prepare: async (world) => void (await createNode(world, rebootRequired, { conditions: [upForMonths()] })),
  fault: ({ patch }) => patch('node', `${rebootRequired}-1`, { metadata: { annotations: askedByKured(eightDays()) } }),
  mend: ({ condition }) => condition('node', `${rebootRequired}-1`, readySince(ago({ minutes: 1 }))),
  lookAlikes: [
    looksLike('a node for which kured has asked since yesterday', 'asked-lately', {
      conditions: [upForMonths()],
      annotations: askedByKured(ago({ hours: 24 }), 'weave.works'),
    }),
    looksLike('one that has been rebooted, on which kured leaves when it asked last', 'rebooted', {
      conditions: [upForMonths()],
      annotations: { 'kured.dev/kured-most-recent-reboot-needed': eightDays() },
    }),
    looksLike('one whose condition says that no reboot is needed', 'no-reboot', {
      conditions: [upForMonths(), { type: 'RebootRequired', status: 'False', since: eightDays() }],
    }),
    looksLike('one that Karpenter replaces', 'replaced-unrebooted', {
      conditions: [upForMonths(), { type: 'RebootRequired', status: 'True', since: eightDays() }],
      ...disrupted,
    }),
  ],
};

/** A version so many minor versions away from the API server's. */
async function kubeletOf({ cluster }: World, minors: number, patch = '0'): Promise<string> {
  const { serverVersion } = await cluster.kubectlJson<{ serverVersion: { major: string; minor: string } }>(['version']);
  return `v${serverVersion.major}.${Number.parseInt(serverVersion.minor, 10) + minors}.${patch}`;
}

/** Every node in a pool of its own, since node-version-mix compares those of one pool. */
const pool = (name: string) => ({ labels: { 'node.cluster.x-k8s.io/pool': name } });

const skew = 'node-kubelet-skew';

function skewed(what: string, prefix: string, minors: number, node: OwnNode = {}, patch = '0'): LookAlike {
  return {
    what,
    arrange: async (world) => {
      const version = await kubeletOf(world, minors, patch);
      await createNode(world, prefix, { ...pool(prefix), ...node, version });
    },
  };
}

const nodeKubeletSkew: Scenario = {
  check: skew,
  object: `Node/${skew}-1`,
  fault: async (world) => void (await createNode(world, skew, { ...pool(skew), version: await kubeletOf(world, -3) })),
  mend: async (world) =>
    world.patch('node', `${skew}-1`, { status: { nodeInfo: { kubeletVersion: await kubeletOf(world, 0) } } }, { status: true }),
  lookAlikes: [
    skewed('a kubelet two minor versions behind', 'two-behind', -2, {}, '4-gke.1234567'),
    skewed('one of a later patch than the API server', 'later-patch', 0, {}, '99+k3s1'),
    skewed('an old one on a node that is cordoned for its upgrade', 'upgraded', -4, { cordoned: true }),
    skewed('an old one on a node that cluster-autoscaler removes', 'old-leaving', -4, leaving),
    skewed('a virtual node, which has no kubelet', 'virtual-kubelet', -5, { labels: { type: 'virtual-kubelet' } }, '10-vk-azure-aci-1.6.2'),
  ],
};

const mix = 'node-version-mix';
const older = { kernelVersion: '6.1.0', osImage: 'older image' };

const nodeVersionMix: Scenario = {
  check: mix,
  object: 'Cluster/local',
  prepare: async (world) => void (await createNode(world, mix, pool(mix))),
  fault: async (world) => void (await createNode(world, `${mix}-lagging`, { ...pool(mix), nodeInfo: older })),
  mend: ({ remove }) => remove('node', `${mix}-lagging-1`),
  lookAlikes: [
    looksLike('another pool with an older image', 'other-pool', { ...pool('other-pool'), nodeInfo: older }),
    looksLike('another architecture in the same pool, which has an image of its own', 'mixed-arch', {
      labels: { ...pool(mix).labels, 'kubernetes.io/arch': 'arm64' },
      nodeInfo: { ...older, architecture: 'arm64' },
    }),
    looksLike('an older node of the same pool that Karpenter replaces', 'drifted', { ...pool(mix), ...disrupted, nodeInfo: older }),
    looksLike('a virtual node in the same pool', 'virtual', {
      labels: { ...pool(mix).labels, type: 'virtual-kubelet' },
      nodeInfo: { ...older, containerRuntimeVersion: '' },
    }),
  ],
};

export const nodeUpkeep: readonly Scenario[] = [nodeCordoned, nodeRebootRequired, nodeKubeletSkew, nodeVersionMix];
