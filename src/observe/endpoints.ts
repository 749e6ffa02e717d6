import type { ClusterView } from './cluster-view.ts';
import type { EndpointSliceView } from './resources/endpointslices.ts';

/** How many endpoints of a Service are ready, whatever its slices; a check that asks needs `endpointslices`. */
export function readyEndpoints(view: ClusterView, namespace: string, service: string): number {
  return endpointsOf(view, namespace, service).ready;
}

/** True where a Service has endpoints that could become ready, whoever makes them. */
export function awaitsEndpoints(view: ClusterView, namespace: string, service: string): boolean {
  return endpointsOf(view, namespace, service).notReady > 0;
}

type Counts = Pick<EndpointSliceView, 'ready' | 'notReady'>;
const none: Counts = { ready: 0, notReady: 0 };

function endpointsOf(view: ClusterView, namespace: string, service: string): Counts {
  const byService = view.derive('endpoints by service', () => {
    const counts = new Map<string, Counts>();
    for (const slice of view.list('endpointslices')) {
      const key = `${slice.namespace}/${slice.service}`;
      const { ready, notReady } = counts.get(key) ?? none;
      counts.set(key, { ready: ready + slice.ready, notReady: notReady + slice.notReady });
    }
    return counts;
  });
  return byService.get(`${namespace}/${service}`) ?? none;
}
