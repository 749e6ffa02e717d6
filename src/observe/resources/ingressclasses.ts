import type { IngressClass } from '../../kube/types.ts';
import { isKeptByProvider } from '../provider.ts';
import { defineResource } from '../resource.ts';

export interface IngressClassView {
  name: string;
  controller: string;
  isDefault: boolean;
  /** `kind.group/namespace/name` of the object that configures it; '' where there is none. */
  parameters: string;
  keptByProvider: boolean;
  createdAt: string | undefined;
}

export const defaultIngressClassAnnotation = 'ingressclass.kubernetes.io/is-default-class';

export const ingressclasses = defineResource({
  type: { group: 'networking.k8s.io', version: 'v1', resource: 'ingressclasses', kind: 'IngressClass', namespaced: false },
  project: ({ metadata, spec }: IngressClass): IngressClassView => {
    const { apiGroup = '', kind = '', name = '', namespace } = spec?.parameters ?? {};
    return {
      name: metadata?.name ?? '',
      controller: spec?.controller ?? '',
      isDefault: metadata?.annotations?.[defaultIngressClassAnnotation] === 'true',
      parameters: name === '' ? '' : [apiGroup === '' ? kind : `${kind}.${apiGroup}`, ...(namespace ? [namespace] : []), name].join('/'),
      keptByProvider: isKeptByProvider(metadata?.labels),
      createdAt: metadata?.creationTimestamp,
    };
  },
});
