import type { EndpointSlice } from '../../kube/types.ts';
import type { ClusterView } from '../cluster-view.ts';
import { defineResource } from '../resource.ts';

export interface EndpointSliceView {
  name: string;
  namespace: string;
  /** '' where it belongs to no Service. */
  service: string;
  ready: number;
  notReady: number;
}

export const endpointslices = defineResource({
  type: { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices', kind: 'EndpointSlice', namespaced: true },
  project: ({ metadata, endpoints }: EndpointSlice): EndpointSliceView => {
    // Not said is ready.
    const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).length;
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      service: metadata?.labels?.['kubernetes.io/service-name'] ?? '',
      ready,
      notReady: (endpoints ?? []).length - ready,
    };
  },
});

/** How many endpoints of a Service are ready, whatever its slices; a check that asks needs `endpointslices`. */
export function readyEndpoints(view: ClusterView, namespace: string, service: string): number {
  const byService = view.derive('ready endpoints by service', () => {
    const counts = new Map<string, number>();
    for (const slice of view.list('endpointslices')) {
      const key = `${slice.namespace}/${slice.service}`;
      counts.set(key, (counts.get(key) ?? 0) + slice.ready);
    }
    return counts;
  });
  return byService.get(`${namespace}/${service}`) ?? 0;
}
