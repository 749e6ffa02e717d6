import type { KubeObject } from '../../kube/types.ts';
import { isKeptByProvider } from '../provider.ts';
import { defineResource } from '../resource.ts';

export interface GatewayClassView {
  name: string;
  controllerName: string;
  /** `kind.group/namespace/name` of the object that configures it; '' where there is none. */
  parameters: string;
  keptByProvider: boolean;
}

interface GatewayClass extends KubeObject {
  spec?: { controllerName?: string; parametersRef?: { group?: string; kind?: string; name?: string; namespace?: string } };
}

export const gatewayclasses = defineResource({
  type: { group: 'gateway.networking.k8s.io', version: 'v1', resource: 'gatewayclasses', kind: 'GatewayClass', namespaced: false },
  otherVersions: ['v1beta1'],
  project: ({ metadata, spec }: GatewayClass): GatewayClassView => {
    const { group = '', kind = '', name = '', namespace } = spec?.parametersRef ?? {};
    return {
      name: metadata?.name ?? '',
      controllerName: spec?.controllerName ?? '',
      parameters: name === '' ? '' : [`${kind}.${group}`, ...(namespace ? [namespace] : []), name].join('/'),
      keptByProvider: isKeptByProvider(metadata?.labels),
    };
  },
});
