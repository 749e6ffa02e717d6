import type { ClusterView } from './cluster-view.ts';
import type { PodView } from './resources/pods.ts';

/** Pods by the workload that they belong to; who asks needs `pods`. */
export function podsByWorkload(view: ClusterView): ReadonlyMap<string, PodView[]> {
  return view.derive('pods by workload', () => Map.groupBy(view.list('pods'), ({ workload }) => workload));
}

/** Namespaces that any pod is in; who asks needs `pods`. */
export function namespacesWithPods(view: ClusterView): ReadonlySet<string> {
  return view.derive('namespaces with pods', () => new Set(view.list('pods').map(({ namespace }) => namespace)));
}
