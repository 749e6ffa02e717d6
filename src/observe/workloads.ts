import type { ClusterView } from './cluster-view.ts';
import type { WorkloadView } from './resources/workloads.ts';

/** Deployments, StatefulSets and DaemonSets; who asks needs all three. */
export function allWorkloads(view: ClusterView): readonly WorkloadView[] {
  return view.derive('all workloads', () => (['deployments', 'statefulsets', 'daemonsets'] as const).flatMap((name) => view.list(name)));
}
