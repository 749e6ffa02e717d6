/** Nodes as a provider and a kubelet write them: about 10 KB each, most of it the list of images. */
import type { Node } from '../../src/kube/types.ts';
import { kubernetesVersion } from '../controlplane/binaries.ts';

const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
const bootedAt = '2026-11-02T06:14:09Z';
const heartbeatAt = '2026-11-23T20:41:37Z';

export function nodeName(index: number): string {
  return `ip-10-${Math.floor(index / 65_536)}-${Math.floor(index / 256) % 256}-${index % 256}.eu-west-1.compute.internal`;
}

function labelsOf(index: number, zone: string): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/instance-type': 'm6i.4xlarge',
    'beta.kubernetes.io/os': 'linux',
    'eks.amazonaws.com/capacityType': 'ON_DEMAND',
    'eks.amazonaws.com/nodegroup': index % 5 === 0 ? 'platform' : 'general',
    'eks.amazonaws.com/nodegroup-image': 'ami-0c3f1a7be52d94e68',
    'eks.amazonaws.com/sourceLaunchTemplateId': 'lt-0b7f64d1e8c2a9350',
    'eks.amazonaws.com/sourceLaunchTemplateVersion': '14',
    'failure-domain.beta.kubernetes.io/region': 'eu-west-1',
    'failure-domain.beta.kubernetes.io/zone': zone,
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': nodeName(index),
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': 'm6i.4xlarge',
    'topology.ebs.csi.aws.com/zone': zone,
    'topology.kubernetes.io/region': 'eu-west-1',
    'topology.kubernetes.io/zone': zone,
    'platform.example.com/team': index % 5 === 0 ? 'platform' : 'shared',
  };
}

/** A kubelet names up to 50 images that it has pulled, each by digest and by tag. */
function imagesOf(index: number) {
  return Array.from({ length: 40 }, (_, image) => {
    const repository = `registry.example.com/platform/service-${(index + image) % 120}`;
    const digest = (image * 2_654_435_761 + index).toString(16).padStart(64, 'c0ffee');
    return { names: [`${repository}@sha256:${digest}`, `${repository}:2026.11.${image}`], sizeBytes: 48_000_000 + image * 1_234_567 };
  });
}

function conditionsOf() {
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: heartbeatAt,
    lastTransitionTime: bootedAt,
  });
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}

function nodeInfoOf(index: number) {
  const id = index.toString(16).padStart(12, '0');
  return {
    architecture: 'amd64',
    bootID: `5f0d3b9c-17aa-4b61-9f7e-${id}`,
    containerRuntimeVersion: 'containerd://2.1.4',
    kernelVersion: '6.12.41-63.114.amzn2023.x86_64',
    kubeProxyVersion: '',
    kubeletVersion: kubernetesVersion,
    machineID: `ec2a1f0e63d74c5eb1a0${id}`,
    operatingSystem: 'linux',
    osImage: 'Amazon Linux 2023.8.20261015',
    systemUUID: `ec2a1f0e-63d7-4c5e-b1a0-${id}`,
  };
}

/** Node number `index` of a cluster, Ready, with room for 40 pods of ours. */
export function nodeManifest(index: number): Node {
  const zone = zones[index % zones.length] ?? '';
  const name = nodeName(index);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: labelsOf(index, zone),
      annotations: {
        'alpha.kubernetes.io/provided-node-ip': `10.0.${Math.floor(index / 256) % 256}.${index % 256}`,
        'csi.volume.kubernetes.io/nodeid': `{"ebs.csi.aws.com":"i-${index.toString(16).padStart(17, '0')}"}`,
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    },
    spec: { providerID: `aws:///${zone}/i-${index.toString(16).padStart(17, '0')}` },
    status: {
      capacity: {
        cpu: '16',
        memory: '64883988Ki',
        pods: '234',
        'ephemeral-storage': '209702892Ki',
        'hugepages-1Gi': '0',
        'hugepages-2Mi': '0',
      },
      allocatable: {
        cpu: '15890m',
        memory: '61854996Ki',
        pods: '234',
        'ephemeral-storage': '192188443124',
        'hugepages-1Gi': '0',
        'hugepages-2Mi': '0',
      },
      addresses: [
        { type: 'InternalIP', address: `10.0.${Math.floor(index / 256) % 256}.${index % 256}` },
        { type: 'InternalDNS', address: name },
        { type: 'Hostname', address: name },
      ],
      conditions: conditionsOf(),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      images: imagesOf(index),
      nodeInfo: nodeInfoOf(index),
    },
  };
}
