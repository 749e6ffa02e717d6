import type { KubeObject } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

/** How a GKE load balancer treats the backends that name it. */
export interface BackendConfigView {
  name: string;
  namespace: string;
  /** The Cloud Armor policy; '' where there is none. */
  securityPolicy: string;
}

interface BackendConfig extends KubeObject {
  spec?: { securityPolicy?: { name?: string } };
}

export const backendconfigs = defineResource({
  type: { group: 'cloud.google.com', version: 'v1', resource: 'backendconfigs', kind: 'BackendConfig', namespaced: true },
  project: ({ metadata, spec }: BackendConfig): BackendConfigView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    securityPolicy: spec?.securityPolicy?.name ?? '',
  }),
});
