import type { KubeObject } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface GatewayView {
  name: string;
  namespace: string;
  /** `namespace/name` of the Secrets that its listeners present, each once. */
  certificates: readonly string[];
  deleting: boolean;
}

interface Gateway extends KubeObject {
  spec?: { listeners?: { tls?: { certificateRefs?: { group?: string; kind?: string; name: string; namespace?: string }[] } }[] };
}

export const gateways = defineResource({
  type: { group: 'gateway.networking.k8s.io', version: 'v1', resource: 'gateways', kind: 'Gateway', namespaced: true },
  otherVersions: ['v1beta1'],
  project: ({ metadata, spec }: Gateway): GatewayView => {
    const references = (spec?.listeners ?? []).flatMap(({ tls }) => tls?.certificateRefs ?? []);
    const secrets = references.filter(({ group = '', kind = 'Secret' }) => group === '' && kind === 'Secret');
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      certificates: [...new Set(secrets.map(({ name, namespace }) => `${namespace ?? metadata?.namespace ?? ''}/${name}`))],
      deleting: metadata?.deletionTimestamp !== undefined,
    };
  },
});
