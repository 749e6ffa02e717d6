import type { Condition, KubeObject } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';
import { type FalseCondition, falseConditions } from './gateway-conditions.ts';

export interface GatewayView {
  name: string;
  namespace: string;
  class: string;
  /** `namespace/name` of the Secrets that its listeners present, each once. */
  certificates: readonly string[];
  /** Of Accepted and Programmed, what is False. */
  problems: readonly FalseCondition[];
  /** Listeners of which Accepted, Programmed or ResolvedRefs is False. */
  listeners: readonly { name: string; problems: readonly FalseCondition[] }[];
  deleting: boolean;
}

interface Gateway extends KubeObject {
  spec?: {
    gatewayClassName?: string;
    listeners?: { tls?: { certificateRefs?: { group?: string; kind?: string; name: string; namespace?: string }[] } }[];
  };
  status?: { conditions?: Partial<Condition>[]; listeners?: { name?: string; conditions?: Partial<Condition>[] }[] };
}

export const gateways = defineResource({
  type: { group: 'gateway.networking.k8s.io', version: 'v1', resource: 'gateways', kind: 'Gateway', namespaced: true },
  otherVersions: ['v1beta1', 'v1alpha2'],
  project: ({ metadata, spec, status }: Gateway): GatewayView => {
    const references = (spec?.listeners ?? []).flatMap(({ tls }) => tls?.certificateRefs ?? []);
    const secrets = references.filter(({ group = '', kind = 'Secret' }) => group === '' && kind === 'Secret');
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      class: spec?.gatewayClassName ?? '',
      certificates: [...new Set(secrets.map(({ name, namespace }) => `${namespace ?? metadata?.namespace ?? ''}/${name}`))],
      problems: falseConditions(status?.conditions, ['Accepted', 'Programmed']),
      listeners: (status?.listeners ?? []).flatMap(({ name = '', conditions }) => {
        const problems = falseConditions(conditions, ['Accepted', 'Programmed', 'ResolvedRefs']);
        return problems.length > 0 ? [{ name, problems }] : [];
      }),
      deleting: metadata?.deletionTimestamp !== undefined,
    };
  },
});
