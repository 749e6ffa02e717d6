import type { ClusterView } from '../../observe/cluster-view.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';

/** Deployments, StatefulSets and DaemonSets; a check that asks needs all three. */
export function* workloadsOf(view: ClusterView): Generator<WorkloadView> {
  yield* view.list('deployments');
  yield* view.list('statefulsets');
  yield* view.list('daemonsets');
}
