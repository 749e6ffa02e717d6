import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { createTransport, type Transport } from '../../src/kube/transport.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { install, namespace, serviceAccount } from '../installation/operator.ts';
import { populate } from './populate.ts';
import { say } from './say.ts';
import type { Size } from './sizes.ts';

/** Only what pods cannot be written without; garbage collection would remove them, since their ReplicaSets are not there. */
const controllers = ['serviceaccount-controller', 'root-ca-certificate-publisher-controller'];

export interface WrittenCluster {
  cluster: ControlPlane;
  /** The administrator's. */
  transport: Transport;
  /** The operator's. */
  kubeconfig: string;
}

/** Runs something in a cluster of that size with the chart installed, in which nothing changes that nobody writes, and ends the cluster. */
export async function inWrittenCluster<T>(
  size: Pick<Size, 'name' | 'nodes' | 'pods'>,
  use: (written: WrittenCluster) => Promise<T>,
  apiServerArgs: string[] = [],
): Promise<T> {
  say(`size ${size.name}: ${size.nodes} nodes, ${size.pods} pods; the control plane starts`);
  const cluster = await startControlPlane({
    kwok: false,
    extraArgs: {
      // Room for the largest size: two revisions of 60,000 pods.
      etcd: ['--quota-backend-bytes=8589934592'],
      'kube-apiserver': apiServerArgs,
      'kube-controller-manager': [`--controllers=${controllers.join(',')}`],
    },
  });
  const transport = createTransport({ kubeConfig: loadKubeConfig(cluster.adminKubeconfig) });
  try {
    await cluster.components['kube-scheduler'].stop();
    await install(cluster);
    await populate(cluster, size, say);
    return await use({ cluster, transport, kubeconfig: await cluster.kubeconfigFor({ namespace, serviceAccount }) });
  } finally {
    await transport.close();
    await cluster.stop();
  }
}
