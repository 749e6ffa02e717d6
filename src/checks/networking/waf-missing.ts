import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { Agreement } from '../agreement.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { unreadable } from '../observability/operator-instances.ts';
import { noParameters } from '../parameters.ts';
import { chainResources, type HandledIngress, handledIngresses } from './ingress-chain.ts';
import { failures, isAboutFirewall, wordsOf } from './load-balancers.ts';

const optional = ['load-balancer-events', 'backendconfigs'] as const;
const agreedPrefix = 'firewall.';

export const wafMissing = defineCheck({
  id: 'waf-missing',
  area: 'Networking',
  tier: 'Level2',
  title: 'The web application firewall that was agreed does not stand before an Ingress or Service',
  severity: 'warning',
  for: '5m',
  needs: { resources: chainResources, optional, probes: ['version'] },
  remediation:
    'Put the association back: the annotation of the Ingress, or the securityPolicy of the BackendConfig. Where the firewall itself is gone or may not be associated, mend that first; where it was taken away on purpose, have a new baseline approved.',
  references: [
    'own default: 5m, longer than a delivery takes that replaces an object',
    'AWS Load Balancer Controller, Application Gateway Ingress Controller, ingress-nginx, GKE: references of annotations',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const handled = handledIngresses(view, agreement);
    const observations = [...handled.flatMap((one) => bare(one, agreement)), ...bareServices(view, agreement), ...refused(view, handled)];
    if (observations.length === 0 && !agreement.baselineApproved)
      return { outcome: 'NotApplicable', message: 'No approved baseline says which Ingresses and Services have a firewall.' };
    const unknown = optional.map((name) => unreadable(view, name)).find((problem) => problem !== undefined);
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});

/** One firewall in place of another is a matter of the baseline; that none is left, or none that its controller knows, is this check's. */
function bare({ ingress, object, handler }: HandledIngress, agreement: Agreement): Observation[] {
  const agreed = Object.keys(agreement.agreed(object) ?? {}).flatMap((path) =>
    path.startsWith(agreedPrefix) ? [path.slice(agreedPrefix.length)] : [],
  );
  if (agreed.length === 0) return [];
  const present = Object.keys(ingress.firewall);
  const { controller } = handler;
  if (present.some((annotation) => !controller || annotation.startsWith(controller.annotations))) return [];
  const cause =
    present.length === 0
      ? 'it has no such annotation now'
      : `its class is ${handler.class}, and ${controller?.title} does not read ${inBrief(present)}`;
  return [
    {
      object,
      reason: 'NoFirewall',
      message: `${object} was agreed to have a web application firewall by ${inBrief(agreed)}, and none stands before it: ${cause}. Put it back.`,
    },
  ];
}

function bareServices(view: ClusterView, agreement: Agreement): Observation[] {
  if (unreadable(view, 'backendconfigs')) return [];
  return view.list('services').flatMap(({ name, namespace, backendConfigs, deleting }) => {
    const object = objectName('Service', name, namespace);
    const agreed = agreement.agreed(object)?.securityPolicies ?? '';
    const protectedNow = backendConfigs.some((config) => view.get('backendconfigs', `${namespace}/${config}`)?.securityPolicy);
    if (agreed === '' || protectedNow || deleting || !agreement.isCovered(namespace)) return [];
    return [
      {
        object,
        reason: 'NoFirewall',
        message: `${object} was agreed to have the Cloud Armor policy ${agreed}, and no BackendConfig that it names has one. Put it back.`,
      },
    ];
  });
}

function refused(view: ClusterView, handled: readonly HandledIngress[]): Observation[] {
  return handled.flatMap(({ ingress, object }) => {
    const failure = failures(view).get(object);
    if (!failure || !isAboutFirewall(failure)) return [];
    return [
      {
        object,
        reason: 'FirewallRefused',
        message: `The web application firewall of ${object} cannot be put before its load balancer: its controller says ${wordsOf(failure)}. Look at its Events: kubectl -n ${ingress.namespace} describe ingress ${ingress.name}.`,
        since: failure.since,
      },
    ];
  });
}
