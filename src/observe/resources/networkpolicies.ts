import { canonicalHash } from '../../kube/canonical.ts';
import { type LabelSelector, labelSelectorOf } from '../../kube/label-selector.ts';
import type { NetworkPolicy } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface NetworkPolicyView {
  name: string;
  namespace: string;
  /** Its podSelector is empty: it is about every pod of its namespace. */
  selectsAll: boolean;
  podSelector: LabelSelector;
  /** Ingress, Egress or both. */
  policyTypes: readonly string[];
  /** What may come in where it is about ingress: nothing, what its rules say, or everything because a rule says nothing. */
  ingress: 'nothing' | 'some' | 'everything';
  /** Of all that it says. */
  hash: string;
  createdAt: string | undefined;
}

type Spec = NonNullable<NetworkPolicy['spec']>;
type Rule = NonNullable<Spec['ingress']>[number] & NonNullable<Spec['egress']>[number];

export const networkpolicies = defineResource({
  type: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies', kind: 'NetworkPolicy', namespaced: true },
  project: ({ metadata, spec }: NetworkPolicy): NetworkPolicyView => {
    const podSelector = labelSelectorOf(spec?.podSelector);
    const policyTypes = spec?.policyTypes ?? ['Ingress', ...(spec?.egress ? ['Egress'] : [])];
    const { matchLabels, matchExpressions } = podSelector;
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      selectsAll: Object.keys(matchLabels).length === 0 && matchExpressions.length === 0,
      podSelector,
      policyTypes,
      ingress: openingOf(spec?.ingress ?? []),
      hash: canonicalHash({
        podSelector,
        policyTypes,
        ingress: (spec?.ingress ?? []).map(ruleOf),
        egress: (spec?.egress ?? []).map(ruleOf),
      }),
      createdAt: metadata?.creationTimestamp,
    };
  },
});

/** Field by field, so that a field that a newer API server fills in changes nothing. No peer and no port is every one. */
function ruleOf({ from, to, ports }: Partial<Rule>) {
  return {
    peers: (from ?? to ?? []).map(({ podSelector, namespaceSelector, ipBlock }) => ({
      podSelector: podSelector && labelSelectorOf(podSelector),
      namespaceSelector: namespaceSelector && labelSelectorOf(namespaceSelector),
      ipBlock: ipBlock && { cidr: ipBlock.cidr, except: ipBlock.except ?? [] },
    })),
    ports: (ports ?? []).map(({ protocol, port, endPort }) => ({ protocol: protocol ?? 'TCP', port, endPort })),
  };
}

function openingOf(rules: NonNullable<Spec['ingress']>): NetworkPolicyView['ingress'] {
  if (rules.length === 0) return 'nothing';
  return rules.some(({ from, ports }) => (from ?? []).length === 0 && (ports ?? []).length === 0) ? 'everything' : 'some';
}
