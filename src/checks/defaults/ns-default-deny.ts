import type { NetworkPolicyView } from '../../observe/resources/networkpolicies.ts';
import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { lacking } from './application-namespaces.ts';
import { templateOf } from './templates.ts';

export const nsDefaultDeny = defineCheck({
  id: 'ns-default-deny',
  area: 'Defaults',
  tier: 'Level1',
  title: 'Application namespaces have no NetworkPolicy that is about the ingress of every pod',
  severity: 'info',
  for: '1h',
  needs: { resources: ['namespaces', 'pods', 'networkpolicies'] },
  remediation:
    'Add a NetworkPolicy with an empty podSelector and the policy type Ingress, first with the rules that the applications need: what no rule allows is refused from then on.',
  references: ['own default: 1h, in which a new namespace may be set up', 'Kubernetes: network policies, default deny all ingress traffic'],
  parameters: noParameters,
  evaluate: (context) => {
    const { networkPolicy } = context.agreement.templates;
    const agreed = networkPolicy && context.view.get('networkpolicies', `${networkPolicy.namespace}/${networkPolicy.name}`);
    const flaw = agreed && !isolatesAll(agreed) ? 'is not about the ingress of every pod, or lets everything in' : undefined;
    const template = templateOf(context.view, 'networkpolicies', networkPolicy, flaw);
    const isolated = context.view
      .list('networkpolicies')
      .filter(isolatesAll)
      .map(({ namespace }) => namespace);
    return lacking(context, new Set(isolated), {
      reason: 'NoDefaultDeny',
      title: 'NetworkPolicy that is about the ingress of every pod',
      advice: `Pods there that no other policy selects can be reached from everywhere in the cluster. Give each a default deny.${template.problem}`,
      corrections: template.copiesFor,
    });
  },
});

/** It may let something in, but not everything. */
function isolatesAll({ selectsAll, policyTypes, ingress }: NetworkPolicyView): boolean {
  return selectsAll && policyTypes.includes('Ingress') && ingress !== 'everything';
}
