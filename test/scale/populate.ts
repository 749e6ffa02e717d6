import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { createTransport, type Transport } from '../../src/kube/transport.ts';
import type { Node, Pod } from '../../src/kube/types.ts';
import type { Cluster } from '../controlplane/cluster-handle.ts';
import { waitFor } from '../controlplane/wait.ts';
import { nodeManifest } from './nodes.ts';
import { namespacesOf, podManifest, runningStatus } from './pods.ts';
import type { Size } from './sizes.ts';

/** Writers at once; with more the API server on two cores only queues. */
export const writers = 24;

const reportEveryMs = 5_000;

/** Calls `write` with 0 … count − 1, some at once, and says every few seconds how far it is. */
export async function writeAll(
  what: string,
  count: number,
  write: (index: number) => Promise<unknown>,
  say: (line: string) => void,
): Promise<void> {
  let next = 0;
  let done = 0;
  const progress = setInterval(() => say(`${what}: ${done} of ${count}`), reportEveryMs);
  const writer = async () => {
    while (next < count) {
      next += 1;
      await write(next - 1);
      done += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: writers }, writer));
  } finally {
    clearInterval(progress);
  }
  say(`${what}: ${done} of ${count}`);
}

async function createNode(transport: Transport, index: number): Promise<void> {
  const body = nodeManifest(index);
  await transport.json<Node>({ method: 'POST', path: '/api/v1/nodes', query: { fieldManager: 'kubelet' }, body });
  // Admission taints every new node as not ready, and the controller that takes the taint away is switched off.
  await transport.json<Node>({
    method: 'PATCH',
    path: `/api/v1/nodes/${body.metadata?.name}`,
    query: { fieldManager: 'kube-controller-manager' },
    contentType: 'application/merge-patch+json',
    body: { spec: { taints: [] } },
  });
}

async function createPod(transport: Transport, index: number, nodes: number): Promise<void> {
  const manifest = podManifest(index, nodes);
  const path = `/api/v1/namespaces/${manifest.metadata?.namespace}/pods`;
  const created = await transport.json<Pod>({ method: 'POST', path, query: { fieldManager: 'kube-controller-manager' }, body: manifest });
  await transport.json<Pod>({
    method: 'PUT',
    path: `${path}/${created.metadata?.name}/status`,
    query: { fieldManager: 'kubelet' },
    body: { ...created, status: runningStatus(index, manifest) },
  });
}

/** Creates the namespaces, and waits for the ServiceAccount that pods are refused without. */
async function createNamespaces(transport: Transport, names: readonly string[]): Promise<void> {
  for (const name of names) await transport.json({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  for (const name of names)
    await waitFor(`the ServiceAccount of ${name}`, async () => {
      await transport.json({ path: `/api/v1/namespaces/${name}/serviceaccounts/default` });
      return true;
    });
}

/** Fills the cluster with nodes that are Ready and pods that run. Nothing runs them: they are only written. */
export async function populate(
  cluster: Cluster,
  { nodes, pods }: Pick<Size, 'nodes' | 'pods'>,
  say: (line: string) => void,
): Promise<void> {
  const transport = createTransport({ kubeConfig: loadKubeConfig(cluster.adminKubeconfig), connections: writers });
  try {
    await createNamespaces(transport, namespacesOf(pods));
    await writeAll('nodes', nodes, (index) => createNode(transport, index), say);
    await writeAll('pods', pods, (index) => createPod(transport, index, nodes), say);
  } finally {
    await transport.close();
  }
}
