import * as z from 'zod';
import { matchesGlob } from '../../kube/glob.ts';
import { matchesLabels } from '../../kube/label-selector.ts';
import type { WebhookConfigurationView, WebhookRule, WebhookView } from '../../observe/resources/webhooks.ts';
import { defineCheck, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { wholeNumber } from '../parameters.ts';
import { webhookConfigurations, webhookResources } from './webhook-configurations.ts';

/** What a cluster needs to come back by itself, and what comes of it where nobody answers; it does come back without new Namespaces. */
const vital = [
  {
    ...{ resource: 'pods', group: '', scope: 'Namespaced', severity: 'warning' },
    consequence: 'pods may not come back, those that would answer among them',
  },
  { resource: 'nodes', group: '', scope: 'Cluster', severity: 'warning', consequence: 'nodes may not come back' },
  {
    ...{ resource: 'leases', group: 'coordination.k8s.io', scope: 'Namespaced', severity: 'warning' },
    consequence: 'leaders may not be elected',
  },
  { resource: 'namespaces', group: '', scope: 'Cluster', severity: 'info', consequence: 'Namespaces can be neither created nor changed' },
] as const;
type Vital = (typeof vital)[number];

/** Configurations of GKE, AKS, EKS and OpenShift, which nobody else can change. */
const providersOwn = [
  '*.config.common-webhooks.networking.gke.io',
  'gmp-operator.gmp-system.monitoring.googleapis.com',
  'aks-node-mutating-webhook',
  'aks-node-validating-webhook',
  'aks-webhook-admission-controller',
  'azure-wi-webhook-*',
  'pod-identity-webhook',
  'vpc-resource-mutating-webhook',
  'vpc-resource-validating-webhook',
  '*-amazon-eks-fargate-mutation.amazonaws.com',
  // Its network operator's: each control plane node asks a server of its own about what the nodes' network agents change.
  'network-node-identity.openshift.io',
];

export const webhookRisky = defineCheck({
  id: 'webhook-risky',
  area: 'ControlPlane',
  tier: 'Level1',
  title: 'A webhook can keep the cluster from coming back after a failure',
  severity: 'warning',
  for: '15m',
  needs: { resources: [...webhookResources, 'namespaces'] },
  remediation:
    'Let the webhook leave out kube-system (namespaceSelector: kubernetes.io/metadata.name NotIn [kube-system]) and nodes, or set failurePolicy: Ignore and a timeout of a few seconds; most charts have values for that.',
  references: [
    'gardener: problematic webhooks (Fail, or a timeout above 15s)',
    'own default: 15m',
    'Kubernetes: admission webhook good practices',
  ],
  parameters: z.strictObject({
    longestTimeout: wholeNumber(15, 'Seconds that a webhook may take where its failurePolicy is Ignore.', { min: 1, max: 30 }),
  }),
  evaluate: ({ view, parameters }) => {
    const system = view.get('namespaces', 'kube-system')?.labels ?? { 'kubernetes.io/metadata.name': 'kube-system' };
    const observations: Observation[] = [];
    for (const configuration of webhookConfigurations(view)) {
      if (isProviders(configuration)) continue;
      const risky = configuration.webhooks.flatMap((webhook) => {
        const danger = dangerOf(webhook, parameters.longestTimeout);
        const reached = danger ? vitalOf(webhook, system) : [];
        if (reached.length === 0) return [];
        return [{ words: `${webhook.name} (${danger}; ${reached.map(({ resource }) => resource).join(', ')})`, reached }];
      });
      if (risky.length === 0) continue;
      const all = vital.filter((one) => risky.some(({ reached }) => reached.includes(one)));
      observations.push({
        object: configuration.object,
        reason: 'ReachesSystem',
        severity: all.every(({ severity }) => severity === 'info') ? 'info' : 'warning',
        message: `${configuration.object} is asked about what the cluster itself needs, kube-system included: ${inBrief(risky.map(({ words }) => words))}. If nobody answers, ${all.map(({ consequence }) => consequence).join('; ')}. Leave kube-system out, or set failurePolicy Ignore and a short timeout.`,
      });
    }
    return { observations };
  },
});

function isProviders({ name, keptByProvider }: WebhookConfigurationView): boolean {
  return keptByProvider || providersOwn.some((glob) => matchesGlob(glob, name));
}

/** What its match conditions leave out is written in CEL, which nobody evaluates here; whoever has any has thought of it. */
function dangerOf({ failurePolicy, timeoutSeconds, hasMatchConditions }: WebhookView, longestTimeout: number): string | undefined {
  if (hasMatchConditions) return undefined;
  if (failurePolicy === 'Fail') return 'failurePolicy Fail';
  return timeoutSeconds > longestTimeout ? `timeout ${timeoutSeconds}s, longer than ${longestTimeout}s` : undefined;
}

/** Which vital resources of kube-system, or of the cluster, it is asked about. */
function vitalOf({ rules, namespaceSelector, objectSelector }: WebhookView, system: Readonly<Record<string, string>>): Vital[] {
  return vital
    .filter((target) => rules.some((rule) => isFor(rule, target)))
    .filter(({ resource }) => {
      // The namespaceSelector is about the namespace of an object, and about a Namespace itself; never about a node.
      if (resource !== 'nodes' && !matchesLabels(namespaceSelector, system)) return false;
      // Objects without labels stand for all others: one that is chosen by its labels has opted in.
      return matchesLabels(objectSelector, resource === 'namespaces' ? system : {});
    });
}

/** True for what is created or updated, or its status. */
function isFor({ operations, groups, resources, scope }: WebhookRule, target: Vital): boolean {
  const names = ['*', '*/*', target.resource, `${target.resource}/status`, '*/status'];
  return (
    operations.some((operation) => ['*', 'CREATE', 'UPDATE'].includes(operation)) &&
    groups.some((group) => group === '*' || group === target.group) &&
    resources.some((resource) => names.includes(resource)) &&
    (scope === '*' || scope === target.scope)
  );
}
