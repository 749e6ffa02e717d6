import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { waitFor } from '../../controlplane/wait.ts';
import { rolledOut } from './monitoring-stack.ts';
import { deployment, namespace, type Scenario, type World } from './scenario.ts';

interface Webhook {
  service?: { name: string; namespace: string };
  url?: string;
  failurePolicy?: 'Fail' | 'Ignore';
  timeoutSeconds?: number;
  rules?: { operations?: string[]; apiGroups?: string[]; resources: string[] }[];
  [more: string]: unknown;
}

/** Of an object that nobody makes, so that nobody is asked. */
const nobodys = { apiGroups: ['webhooks.example.com'], resources: ['widgets'] };

function webhook(name: string, { service, url, rules = [nobodys], ...more }: Webhook, labels: Record<string, string> = {}): Manifest {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name, labels },
    webhooks: [
      {
        name: 'policy.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 5,
        clientConfig: service ? { service } : { url },
        rules: rules.map((rule) => ({ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], ...rule })),
        ...more,
      },
    ],
  };
}

const failing = 'webhook-failing';
const at = (name: string) => ({ service: { name, namespace: failing } });

function service(name: string, spec: object): Manifest {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: failing }, spec };
}

const port = { port: 443, targetPort: 8443 };

async function answered({ cluster }: World, name: string): Promise<void> {
  type Slices = { items: { endpoints?: { conditions: { ready?: boolean } }[] | null }[] };
  await waitFor(`Service ${name} to have a ready endpoint`, async (see) => {
    const { items } = await cluster.kubectlJson<Slices>([
      ...['get', 'endpointslices', `--namespace=${failing}`],
      `--selector=kubernetes.io/service-name=${name}`,
    ]);
    return see(items).some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions.ready));
  });
}

const webhookFailing: Scenario = {
  check: failing,
  object: `ValidatingWebhookConfiguration/${failing}`,
  prepare: async (world) => {
    await world.apply(namespace(failing), deployment('policy', failing), service('policy', { selector: { app: 'policy' }, ports: [port] }));
    await rolledOut(world, 'deployment/policy', failing);
    await answered(world, 'policy');
    await world.apply(webhook(failing, at('policy')));
  },
  fault: ({ apply }) => apply(deployment('policy', failing, { replicas: 0 })),
  mend: async (world) => {
    await world.apply(deployment('policy', failing));
    await answered(world, 'policy');
  },
  lookAlikes: [
    {
      what: 'one that may be left out, with a Service that is gone',
      arrange: ({ apply }) => apply(webhook(`${failing}-ignored`, { ...at('gone'), failurePolicy: 'Ignore' })),
    },
    {
      what: 'one that is asked about nothing, as Kyverno leaves it without policies',
      arrange: ({ apply }) => apply(webhook(`${failing}-idle`, { ...at('gone'), rules: [] })),
    },
    {
      what: 'one that is called by its URL, outside of the cluster',
      arrange: ({ apply }) => apply(webhook(`${failing}-outside`, { url: 'https://192.0.2.2/validate' })),
    },
    {
      what: 'a Service that is a name for somewhere else',
      arrange: ({ apply }) =>
        apply(
          service('elsewhere', { type: 'ExternalName', externalName: 'policy.example.com' }),
          webhook(`${failing}-name`, at('elsewhere')),
        ),
    },
    {
      what: 'a rolling update whose new pod is not ready yet',
      arrange: ({ patch }) => {
        const template = { metadata: { annotations: { 'fake-kubelet/hold': 'true' } } };
        return patch('deployment', 'policy', { spec: { template } }, { namespace: failing });
      },
    },
  ],
};

const risky = 'webhook-risky';
const named = (operator: 'In' | 'NotIn', ...values: string[]) => ({
  matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator, values }],
});
const nowhere = { url: 'https://192.0.2.2/validate' };
/** It would keep kube-system from being made. While that is there nobody is asked: about a Namespace the selector is of that Namespace. */
const aboutKubeSystem: Webhook = { ...nowhere, rules: [{ resources: ['namespaces'] }], namespaceSelector: named('In', 'kube-system') };
const aboutPods: Webhook = { ...nowhere, rules: [{ resources: ['pods'] }] };

const webhookRisky: Scenario = {
  check: risky,
  object: `ValidatingWebhookConfiguration/${risky}`,
  prepare: ({ apply }) => apply(webhook(risky, { ...aboutKubeSystem, failurePolicy: 'Ignore' })),
  fault: ({ apply }) => apply(webhook(risky, aboutKubeSystem)),
  mend: ({ apply }) => apply(webhook(risky, { ...aboutKubeSystem, failurePolicy: 'Ignore' })),
  lookAlikes: [
    {
      what: 'one for the pods of a namespace',
      arrange: ({ apply }) => apply(webhook(`${risky}-namespace`, { ...aboutPods, namespaceSelector: named('In', risky) })),
    },
    {
      what: 'one for pods that ask for it by a label',
      arrange: ({ apply }) =>
        apply(webhook(`${risky}-label`, { ...aboutPods, objectSelector: { matchLabels: { 'policy.example.com/inject': 'true' } } })),
    },
    {
      what: 'one for pods, limited by a match condition',
      arrange: ({ apply }) => {
        const matchConditions = [{ name: 'by-jane', expression: "request.userInfo.username == 'jane'" }];
        return apply(webhook(`${risky}-condition`, { ...aboutPods, matchConditions }));
      },
    },
    {
      what: 'one for all pods that may be left out, with a short timeout and a Service that is gone',
      arrange: ({ apply }) =>
        apply(
          webhook(`${risky}-ignored`, { ...at('gone'), rules: [{ resources: ['pods'] }], failurePolicy: 'Ignore', timeoutSeconds: 15 }),
        ),
    },
    {
      what: "the provider's own, by its name or as its addon manager keeps it",
      arrange: ({ apply }) =>
        apply(
          webhook('pod-identity-webhook', aboutKubeSystem),
          webhook(`${risky}-addon`, aboutKubeSystem, { 'addonmanager.kubernetes.io/mode': 'Reconcile' }),
        ),
    },
  ],
};

export const webhooks: readonly Scenario[] = [webhookFailing, webhookRisky];
