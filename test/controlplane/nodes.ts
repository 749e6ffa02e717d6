/** Fake nodes: Node objects that a fake kubelet (kwok) reports for. */
import type { Cluster, FakeNodes, Manifest, NodeOptions } from './cluster-handle.ts';
import { reportingLabel } from './component-specs.ts';
import { waitFor } from './wait.ts';

interface NodeList {
  items: { metadata: { name: string }; status: { conditions?: { type: string; status: string }[] } }[];
}

/** Ample for 1,000 nodes on two cores; a handful takes about a second. */
const readyDeadlineMs = 120_000;

/** Distinct node addresses in 10.0.0.0/16, which is apart from the pod range 10.244.0.0/16 and the service range 10.96.0.0/16. */
function address(number: number): string {
  return `10.0.${Math.floor(number / 250) % 256}.${(number % 250) + 1}`;
}

function nodeManifest(name: string, number: number, version: string, options: NodeOptions): Manifest {
  const { cpu = 4, memory = '16Gi', pods = 110, silent = false } = options;
  const capacity = { cpu: String(cpu), memory, pods: String(pods) };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        ...options.labels,
        ...(silent ? {} : { [reportingLabel.key]: reportingLabel.value }),
      },
      ...(options.annotations ? { annotations: options.annotations } : {}),
    },
    spec: options.taints ? { taints: options.taints } : {},
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: 'InternalIP', address: address(number) },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'fake://0.0.0',
        kernelVersion: '6.12.0',
        kubeProxyVersion: '',
        kubeletVersion: version,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'fake node',
        systemUUID: '',
        ...options.nodeInfo,
      },
    },
  };
}

/** Creates nodes and makes them stop and start reporting by taking away and giving back their label. */
export function fakeNodes(kubectl: Pick<Cluster, 'kubectl' | 'kubectlJson'>, version: string): FakeNodes {
  const created = new Map<string, number>();
  let total = 0;

  function nextName(prefix: string): string {
    const number = (created.get(prefix) ?? 0) + 1;
    created.set(prefix, number);
    total += 1;
    return `${prefix}-${number}`;
  }

  async function waitUntilReady(names: readonly string[]): Promise<void> {
    await waitFor(
      `${names.length} nodes to be Ready`,
      async (see) => {
        const { items } = await kubectl.kubectlJson<NodeList>(['get', 'nodes']);
        const ready = new Set(items.filter(isReady).map((node) => node.metadata.name));
        const missing = see(names.filter((name) => !ready.has(name)));
        return missing.length === 0;
      },
      { deadlineMs: readyDeadlineMs, intervalMs: 250 },
    );
  }

  return {
    async createNodes(count, options = {}) {
      const nodes = Array.from({ length: count }, () => {
        const name = nextName(options.prefix ?? 'node');
        return nodeManifest(name, total, options.version ?? version, options);
      });
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: nodes });
      await kubectl.kubectl(['create', '--filename=-'], { input, timeoutMs: readyDeadlineMs });
      const names = nodes.map((node) => node.metadata.name);
      if (!options.silent) await waitUntilReady(names);
      return names;
    },
    silenceNode: async (name) => void (await kubectl.kubectl(['label', 'node', name, `${reportingLabel.key}-`])),
    async unsilenceNode(name) {
      await kubectl.kubectl(['label', 'node', name, '--overwrite', `${reportingLabel.key}=${reportingLabel.value}`]);
    },
  };
}

function isReady(node: NodeList['items'][number]): boolean {
  return node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
