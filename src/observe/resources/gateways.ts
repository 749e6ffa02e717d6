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
  /** Listeners of which Accepted, Programmed or ResolvedRefs is False, each with the Secrets that it presents. */
  listeners: readonly { name: string; problems: readonly FalseCondition[]; certificates: readonly string[] }[];
  /** How many it has, those that work too. */
  listenerCount: number;
  deleting: boolean;
}

interface Listener {
  name?: string;
  tls?: { certificateRefs?: { group?: string; kind?: string; name: string; namespace?: string }[] };
}

interface Gateway extends KubeObject {
  spec?: { gatewayClassName?: string; listeners?: Listener[] };
  status?: { conditions?: Partial<Condition>[]; listeners?: { name?: string; conditions?: Partial<Condition>[] }[] };
}

export const gateways = defineResource({
  type: { group: 'gateway.networking.k8s.io', version: 'v1', resource: 'gateways', kind: 'Gateway', namespaced: true },
  otherVersions: ['v1beta1', 'v1alpha2'],
  project: ({ metadata, spec, status }: Gateway): GatewayView => {
    const namespace = metadata?.namespace ?? '';
    const listeners = spec?.listeners ?? [];
    return {
      name: metadata?.name ?? '',
      namespace,
      class: spec?.gatewayClassName ?? '',
      certificates: certificatesOf(listeners, namespace),
      problems: falseConditions(status?.conditions, ['Accepted', 'Programmed']),
      listeners: (status?.listeners ?? []).flatMap(({ name = '', conditions }) => {
        const problems = falseConditions(conditions, ['Accepted', 'Programmed', 'ResolvedRefs']);
        if (problems.length === 0) return [];
        const own = listeners.filter((listener) => listener.name === name);
        return [{ name, problems, certificates: certificatesOf(own, namespace) }];
      }),
      listenerCount: listeners.length,
      deleting: metadata?.deletionTimestamp !== undefined,
    };
  },
});

function certificatesOf(listeners: readonly Listener[], namespace: string): string[] {
  const references = listeners.flatMap(({ tls }) => tls?.certificateRefs ?? []);
  const secrets = references.filter(({ group = '', kind = 'Secret' }) => group === '' && kind === 'Secret');
  return [...new Set(secrets.map((secret) => `${secret.namespace ?? namespace}/${secret.name}`))];
}
