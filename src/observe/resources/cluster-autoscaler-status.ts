import type { ConfigMap } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

/**
 * The ConfigMap in which cluster-autoscaler says what it does; that it is there is all that is kept. It is in the namespace that --namespace
 * names: kube-system by default, openshift-machine-api on OpenShift, that of the release with the official chart.
 */
export const clusterAutoscalerStatus = defineResource({
  type: { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
  only: { name: 'cluster-autoscaler-status', everywhere: true },
  project: ({ metadata }: ConfigMap) => ({ name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' }),
});
