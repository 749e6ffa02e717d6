import type { ClusterView } from '../../observe/cluster-view.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';

const resourcesOf = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets' } as const;

/** The workload of `Deployment/shop/web`; undefined where it is gone, or what is named is no workload. */
export function workloadNamed(view: ClusterView, object: string): WorkloadView | undefined {
  const [kind = '', ...key] = object.split('/');
  return Object.hasOwn(resourcesOf, kind) ? view.get(resourcesOf[kind as keyof typeof resourcesOf], key.join('/')) : undefined;
}
