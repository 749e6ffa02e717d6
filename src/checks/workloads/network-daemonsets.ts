import type { WorkloadView } from '../../observe/resources/workloads.ts';
import type { Context } from '../check.ts';
import type { Signature } from '../observability/layers.ts';
import { matches, nameOf } from '../observability/workloads.ts';

/** Agents of well-known network plugins, and kube-proxy, as their manifests and charts have them. */
const signature: Signature = {
  images: [
    'kube-proxy',
    'calico/node',
    'hardened-calico',
    'cilium/cilium',
    'amazon-k8s-cni',
    'azure-cns',
    'flannel/flannel',
    'flannel',
    'hardened-flannel',
    'weave-kube',
    'antrea-agent-ubuntu',
    'antrea-ubuntu',
    'kindnetd',
    'kube-router',
    'kube-ovn',
    'multus-cni',
  ],
  names: ['kube-proxy', 'calico-node', 'canal', 'cilium', 'cilium-agent', 'aws-node', 'azure-cns', 'flannel', 'kindnet', 'weave-net'],
};

/** Of those whose labels are their own and whose images have no name, or one that they share. */
const ownNames: ReadonlySet<string> = new Set([
  'kube-proxy',
  'aws-node',
  'kube-flannel-ds',
  'kube-multus-ds',
  'antrea-agent',
  'ovnkube-node',
  'kube-ovn-cni',
  'sdn',
  'netd',
  'anetd',
]);

/** The DaemonSets that give pods their network, in namespaces of the platform. */
export function networkDaemonSets({ view, agreement }: Context): readonly WorkloadView[] {
  return view.derive('network daemonsets', () =>
    view
      .list('daemonsets')
      .filter(
        (daemonset) =>
          !daemonset.deleting &&
          agreement.isPlatform(daemonset.namespace) &&
          (ownNames.has(daemonset.name) || matches(signature, daemonset)),
      ),
  );
}

/** True for a workload whose pods cni-gap tells of. */
export function givesNetwork(context: Context, object: string): boolean {
  const names = context.view.derive('names of network daemonsets', () => new Set(networkDaemonSets(context).map(nameOf)));
  return names.has(object);
}
