import type { EndpointSlice } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface EndpointSliceView {
  name: string;
  namespace: string;
  /** '' where it belongs to no Service. */
  service: string;
  ready: number;
  /** Without those that end, which nobody expects to become ready. */
  notReady: number;
}

export const endpointslices = defineResource({
  type: { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices', kind: 'EndpointSlice', namespaced: true },
  project: ({ metadata, endpoints }: EndpointSlice): EndpointSliceView => {
    const all = endpoints ?? [];
    // Not said is ready.
    const notReady = all.filter(({ conditions }) => conditions?.ready === false);
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      service: metadata?.labels?.['kubernetes.io/service-name'] ?? '',
      ready: all.length - notReady.length,
      notReady: notReady.filter(({ conditions }) => conditions?.terminating !== true).length,
    };
  },
});
