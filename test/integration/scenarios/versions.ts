import type { Manifest, NodeOptions } from '../../controlplane/cluster-handle.ts';
import { apis } from './apis.ts';
import { calendars } from './calendars.ts';
import { deployment, namespace, type Scenario } from './scenario.ts';

const apart = { key: 'version-target', effect: 'NoSchedule' as const };

/** A machine with room for nothing, in a pool of its own, so that what other scenarios count stays as it is. */
function aside(
  prefix: string,
  version: string,
  { labels = {}, taints = [apart] }: Pick<NodeOptions, 'labels' | 'taints'> = {},
): NodeOptions {
  return { cpu: '100m', memory: '64Mi', pods: 10, prefix, version, labels: { 'node.cluster.x-k8s.io/pool': prefix, ...labels }, taints };
}

const versionTarget: Scenario = {
  check: 'version-target',
  object: 'Cluster/local',
  fault: async ({ cluster }) => {
    await cluster.createNodes(1, aside('version-target', 'v1.29.15'));
  },
  mend: ({ patch }) => patch('node', 'version-target-1', { status: { nodeInfo: { kubeletVersion: 'v1.36.4' } } }, { status: true }),
  lookAlikes: [
    {
      what: "a vendor's build of a version within the target",
      arrange: async ({ cluster }) => {
        const version = 'v1.36.4-eks-3a5d1c7';
        await cluster.createNodes(1, aside('version-target-vendor', version));
      },
    },
    {
      what: 'an old node that cluster-autoscaler is taking away',
      arrange: async ({ cluster }) => {
        const taints = [apart, { key: 'ToBeDeletedByClusterAutoscaler', value: '1763900000', effect: 'NoSchedule' as const }];
        await cluster.createNodes(1, aside('version-target-leaving', 'v1.29.15', { taints }));
      },
    },
    {
      what: 'a virtual kubelet, which says the version of its library',
      arrange: async ({ cluster }) => {
        await cluster.createNodes(1, aside('version-target-label', 'v1.25.0', { labels: { type: 'virtual-kubelet' } }));
        const taints = [{ key: 'virtual-kubelet.io/provider', value: 'demo', effect: 'NoSchedule' as const }];
        await cluster.createNodes(1, aside('version-target-taint', 'v1.25.0', { taints }));
      },
    },
  ],
};

/** Its pods have no token, which in a namespace of the platform is a finding of another check. */
function platformDeployment(name: string, inNamespace: string, image: string, replicas = 1): Manifest {
  return deployment(name, inNamespace, { image, replicas, pod: { automountServiceAccountToken: false } });
}

const addonNamespace = 'platform-addon-target';
const addon = (name: string, version: string, { inNamespace = addonNamespace, replicas = 1 } = {}) =>
  platformDeployment(name, inNamespace, `registry.example.com/${name.startsWith('other') ? name : 'demo-addon'}${version}`, replicas);

const addonTarget: Scenario = {
  check: 'addon-target',
  object: `Deployment/${addonNamespace}/demo-addon`,
  prepare: ({ apply }) => apply(namespace(addonNamespace), namespace(`${addonNamespace}-2`)),
  fault: ({ apply }) => apply(addon('demo-addon', ':v1.9.4')),
  mend: ({ apply }) => apply(addon('demo-addon', ':v2.0.0')),
  lookAlikes: [
    {
      what: "a vendor's build of a version within the target, and a tag that moves within it",
      arrange: ({ apply }) => apply(addon('vendor', ':2.1.0-debian-12-r3'), addon('moving', ':v2.3')),
    },
    { what: 'an old version that is scaled to zero', arrange: ({ apply }) => apply(addon('zero', ':v1.9.4', { replicas: 0 })) },
    {
      what: 'an image that names a digest only',
      arrange: ({ apply }) => apply(addon('digest', `@sha256:${'a'.repeat(64)}`)),
    },
    {
      what: 'the same old image in another namespace, and another image with a longer name',
      arrange: ({ apply }) =>
        apply(addon('demo-addon', ':v1.9.4', { inNamespace: `${addonNamespace}-2` }), addon('other-demo-addon', ':v1.9.4')),
    },
  ],
};

const imageLatest: Scenario = {
  check: 'image-latest',
  object: 'Deployment/platform-image-latest/floating',
  prepare: ({ apply }) => apply(namespace('platform-image-latest'), namespace('image-latest')),
  fault: ({ apply }) => apply(platformDeployment('floating', 'platform-image-latest', 'registry.example.com/floating:latest')),
  mend: ({ apply }) => apply(platformDeployment('floating', 'platform-image-latest', 'registry.example.com/floating:1.0.0')),
  lookAlikes: [
    {
      what: 'the tag latest, and no tag, with a digest',
      arrange: ({ apply }) => {
        const digest = `@sha256:${'b'.repeat(64)}`;
        return apply(
          platformDeployment('pinned', 'platform-image-latest', `registry.example.com/pinned:latest${digest}`),
          platformDeployment('untagged', 'platform-image-latest', `registry.example.com/untagged${digest}`),
        );
      },
    },
    {
      what: "a registry's port before the tag",
      arrange: ({ apply }) => apply(platformDeployment('port', 'platform-image-latest', 'registry.example.com:5000/port:1.0.0')),
    },
    {
      what: 'an image that is filled in when the pod is made',
      arrange: ({ apply }) => apply(platformDeployment('gateway', 'platform-image-latest', 'auto', 0)),
    },
    {
      what: 'the tag latest in a namespace of an application',
      arrange: ({ apply }) => apply(deployment('application', 'image-latest', { image: 'registry.example.com/app:latest', replicas: 0 })),
    },
  ],
};

/** What Helm keeps of one revision, but for the release itself. */
function revision(release: string, number: number, status: string, type = 'helm.sh/release.v1'): Manifest {
  const name = `sh.helm.release.v1.${release}.v${number}`;
  const labels = { owner: 'helm', name: release, status, version: String(number), modifiedAt: '1763899200' };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'helm-release-stuck', labels }, type };
}

const helmReleaseStuck: Scenario = {
  check: 'helm-release-stuck',
  object: 'Release/helm-release-stuck/shop',
  prepare: ({ apply }) => apply(namespace('helm-release-stuck'), revision('shop', 1, 'deployed')),
  fault: ({ apply }) => apply(revision('shop', 2, 'pending-upgrade')),
  // As `helm rollback` leaves it.
  mend: ({ apply }) => apply(revision('shop', 1, 'superseded'), revision('shop', 3, 'deployed')),
  lookAlikes: [
    {
      what: 'an upgrade that failed, with a tenth one that did not',
      arrange: ({ apply }) => apply(revision('retried', 9, 'failed'), revision('retried', 10, 'deployed')),
    },
    {
      what: 'a release that was uninstalled, with its history',
      arrange: ({ apply }) => apply(revision('gone', 1, 'failed'), revision('gone', 2, 'uninstalled')),
    },
    {
      what: 'a Secret with such labels that is not of Helm',
      arrange: ({ apply }) => apply(revision('copy', 1, 'failed', 'Opaque')),
    },
  ],
};

export const versions: readonly Scenario[] = [...calendars, versionTarget, addonTarget, ...apis, imageLatest, helmReleaseStuck];
