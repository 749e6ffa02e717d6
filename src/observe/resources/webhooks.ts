import { canonicalHash } from '../../kube/canonical.ts';
import { type LabelSelector, labelSelectorOf } from '../../kube/label-selector.ts';
import type { MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from '../../kube/types.ts';
import { isKeptByProvider } from '../provider.ts';
import { defineResource } from '../resource.ts';

export interface WebhookView {
  name: string;
  failurePolicy: string;
  timeoutSeconds: number;
  /** `namespace/name` of the Service that answers; '' where a URL does. */
  service: string;
  /** The Service with its port and path, or the URL. */
  target: string;
  /** Of when it is called and what it may do: rules unless Kyverno writes them, selectors, match conditions and policy, side effects, reinvocation. */
  hash: string;
  rules: readonly WebhookRule[];
  namespaceSelector: LabelSelector;
  objectSelector: LabelSelector;
  /** It has CEL expressions that say which requests it is for. */
  hasMatchConditions: boolean;
}

/** What a webhook is called for, each as it is written: `*` is any, `pods/*` any subresource of pods. */
export interface WebhookRule {
  operations: readonly string[];
  groups: readonly string[];
  resources: readonly string[];
  /** Cluster, Namespaced or `*`. */
  scope: string;
}

export interface WebhookConfigurationView {
  name: string;
  webhooks: readonly WebhookView[];
  /** Kyverno writes the rules anew with each policy, also with one of a team. */
  rulesByKyverno: boolean;
  /** Kubewarden makes it for a policy of a namespace, and it is asked about that namespace alone. */
  forPolicyOfNamespace: boolean;
  keptByProvider: boolean;
  deleting: boolean;
}

type Configuration = ValidatingWebhookConfiguration | MutatingWebhookConfiguration;
type Webhook = NonNullable<ValidatingWebhookConfiguration['webhooks']>[number] & { reinvocationPolicy?: string };

/** Kyverno's other configurations have rules that do not change. */
const kyvernoNames = /^kyverno-resource-(validating|mutating)-webhook-cfg$/;

const type = (resource: string, kind: string) => ({
  ...{ group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false },
  ...{ resource, kind },
});

export const validatingwebhookconfigurations = defineResource({
  type: type('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'),
  project: (object: ValidatingWebhookConfiguration) => configurationOf(object),
});

export const mutatingwebhookconfigurations = defineResource({
  type: type('mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'),
  project: (object: MutatingWebhookConfiguration) => configurationOf(object),
});

function configurationOf(configuration: Configuration): WebhookConfigurationView {
  const { metadata, webhooks } = configuration;
  const name = metadata?.name ?? '';
  const rulesByKyverno = kyvernoNames.test(name) && metadata?.labels?.['webhook.kyverno.io/managed-by'] === 'kyverno';
  return {
    name,
    webhooks: (webhooks ?? []).map((webhook) => webhookOf(webhook, rulesByKyverno)),
    rulesByKyverno,
    forPolicyOfNamespace: isForPolicyOfNamespace(configuration),
    keptByProvider: isKeptByProvider(metadata?.labels),
    deleting: metadata?.deletionTimestamp !== undefined,
  };
}

/** The annotation alone is anybody's; a configuration that reaches further is looked at like any other. */
function isForPolicyOfNamespace({ metadata, webhooks = [] }: Configuration): boolean {
  const namespace = metadata?.annotations?.kubewardenPolicyNamespace;
  return (
    namespace !== undefined &&
    namespace !== '' &&
    webhooks.every(({ namespaceSelector }) => namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'] === namespace)
  );
}

/** What the API server fills in by itself is filled in here too. */
function webhookOf(webhook: Webhook, rulesByKyverno: boolean): WebhookView {
  const { service, url } = webhook.clientConfig ?? {};
  const name = service ? `${service.namespace ?? ''}/${service.name ?? ''}` : '';
  const namespaceSelector = labelSelectorOf(webhook.namespaceSelector);
  const objectSelector = labelSelectorOf(webhook.objectSelector);
  return {
    name: webhook.name,
    failurePolicy: webhook.failurePolicy ?? 'Fail',
    timeoutSeconds: webhook.timeoutSeconds ?? 10,
    service: name,
    target: service ? `${name}:${service.port ?? 443}${service.path ?? '/'}` : (url ?? ''),
    hash: canonicalHash({
      rules: (rulesByKyverno ? [] : (webhook.rules ?? [])).map(({ apiGroups, apiVersions, resources, operations, scope }) => ({
        ...{ apiGroups, apiVersions, resources, operations, scope: scope ?? '*' },
      })),
      namespaceSelector,
      objectSelector,
      matchConditions: webhook.matchConditions ?? [],
      matchPolicy: webhook.matchPolicy ?? 'Equivalent',
      sideEffects: webhook.sideEffects,
      reinvocationPolicy: webhook.reinvocationPolicy ?? 'Never',
    }),
    rules: (webhook.rules ?? []).map(({ operations, apiGroups, resources, scope }) => ({
      operations: operations ?? [],
      groups: apiGroups ?? [],
      resources: resources ?? [],
      scope: scope ?? '*',
    })),
    namespaceSelector,
    objectSelector,
    hasMatchConditions: (webhook.matchConditions ?? []).length > 0,
  };
}
