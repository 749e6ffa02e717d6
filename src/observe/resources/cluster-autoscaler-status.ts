import type { ConfigMap } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

/** The ConfigMap in which cluster-autoscaler says what it does; that it is there is all that is kept. */
export const clusterAutoscalerStatus = defineResource({
  type: { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
  only: { name: 'cluster-autoscaler-status', namespace: 'kube-system' },
  project: ({ metadata }: ConfigMap) => ({ name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' }),
});
