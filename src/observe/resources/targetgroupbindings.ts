import type { KubeObject } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

/** By which AWS Load Balancer Controller fills a target group with the endpoints of a Service. */
export interface TargetGroupBindingView {
  name: string;
  namespace: string;
  /** In its own namespace. */
  service: string;
  /** The controller has seen the newest spec. */
  observed: boolean;
  deleting: boolean;
}

interface TargetGroupBinding extends KubeObject {
  spec?: { serviceRef?: { name?: string } };
  status?: { observedGeneration?: number };
}

export const targetgroupbindings = defineResource({
  type: { group: 'elbv2.k8s.aws', version: 'v1beta1', resource: 'targetgroupbindings', kind: 'TargetGroupBinding', namespaced: true },
  otherVersions: ['v1', 'v1alpha1'],
  project: ({ metadata, spec, status }: TargetGroupBinding): TargetGroupBindingView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    service: spec?.serviceRef?.name ?? '',
    observed: (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0),
    deleting: metadata?.deletionTimestamp !== undefined,
  }),
});
