import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';

/** Only what pods cannot be written without; garbage collection would remove them, since their ReplicaSets are not there. */
const controllers = ['serviceaccount-controller', 'root-ca-certificate-publisher-controller'];

/** A control plane in which nothing changes that nobody writes: what is in it is what the bench wrote. */
export async function startWrittenCluster(apiServerArgs: string[] = []): Promise<ControlPlane> {
  const cluster = await startControlPlane({
    kwok: false,
    extraArgs: {
      // Room for the largest size: two revisions of 60,000 pods.
      etcd: ['--quota-backend-bytes=8589934592'],
      'kube-apiserver': apiServerArgs,
      'kube-controller-manager': [`--controllers=${controllers.join(',')}`],
    },
  });
  await cluster.components['kube-scheduler'].stop();
  return cluster;
}
