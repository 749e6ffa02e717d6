import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { admissionWebhooks } from './admission-webhooks.ts';

const rule = { apiGroups: ['', 'apps'], apiVersions: ['v1'], resources: ['pods', 'deployments'], operations: ['CREATE', 'UPDATE'] };
const webhook = (fields: object = {}) => ({
  name: 'validate.policy.example.com',
  clientConfig: { service: { namespace: 'policy', name: 'policy', path: '/validate' } },
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...fields,
});
const configuration = (webhooks: object[] | undefined, metadata: object = {}) => ({
  metadata: { name: 'policy', ...metadata },
  ...(webhooks ? { webhooks } : {}),
});
const found = (...validatingwebhookconfigurations: object[]) =>
  collect([admissionWebhooks], clusterOf({ validatingwebhookconfigurations })).entries;
const drift = (agreed: object[], actual: object[]) =>
  compare([admissionWebhooks], found(...agreed), found(...actual)).map(({ object, path, expected, actual: now }) => [
    object,
    path,
    expected,
    now,
  ]);
const changes = (agreed: object, actual: object) => drift([configuration([webhook(agreed)])], [configuration([webhook(actual)])]);
const object = 'ValidatingWebhookConfiguration/policy';
const path = 'webhooks.validate.policy.example.com';

it('a webhook can be read', () => {
  expect(found(configuration([webhook()]))[0]?.value).toEqual({
    [path]: expect.stringMatching(/^Fail after 10s, policy\/policy:443\/validate, sha256:[0-9a-f]{32}$/),
  });
  expect(found(configuration([webhook({ clientConfig: { url: 'https://example.com/validate' } })]))[0]?.value[path]).toContain(
    ', https://example.com/validate, ',
  );
});

describe('admission webhooks drift', () => {
  it.each<[string, object]>([
    ['failure policy', { failurePolicy: 'Ignore' }],
    ['timeout', { timeoutSeconds: 5 }],
    ['Service', { clientConfig: { service: { namespace: 'shop', name: 'policy', path: '/validate' } } }],
    ['path', { clientConfig: { service: { namespace: 'policy', name: 'policy', path: '/other' } } }],
    ['resource', { rules: [{ ...rule, resources: ['pods'] }] }],
    ['operation', { rules: [{ ...rule, operations: ['CREATE'] }] }],
    ['scope', { rules: [{ ...rule, scope: 'Cluster' }] }],
    ['rule', { rules: [] }],
    ['namespace selector', { namespaceSelector: { matchLabels: { policy: 'on' } } }],
    ['object selector', { objectSelector: { matchExpressions: [{ key: 'skip', operator: 'DoesNotExist' }] } }],
    ['match condition', { matchConditions: [{ name: 'a', expression: 'false' }] }],
    ['match policy', { matchPolicy: 'Exact' }],
    ['side effect', { sideEffects: 'NoneOnDryRun' }],
  ])('with another %s', (_, fields) => {
    expect(changes({}, fields).map(([name, at]) => [name, at])).toEqual([[object, path]]);
  });

  it('with how often one that changes objects is asked', () => {
    const of = (fields: object) =>
      collect([admissionWebhooks], clusterOf({ mutatingwebhookconfigurations: [configuration([webhook(fields)])] })).entries;
    expect(compare([admissionWebhooks], of({}), of({ reinvocationPolicy: 'IfNeeded' })).map((each) => each.object)).toEqual([
      'MutatingWebhookConfiguration/policy',
    ]);
  });

  it('with a webhook, or a configuration, that is new or gone', () => {
    const two = configuration([webhook(), webhook({ name: 'other.policy.example.com' })]);
    expect(drift([two], [configuration([webhook()])]).map(([, at]) => at)).toEqual(['webhooks.other.policy.example.com']);
    expect(drift([two], []).map(([name, at]) => [name, at])).toEqual([[object, '']]);
    expect(drift([], [two]).map(([name, at]) => [name, at])).toEqual([[object, '']]);
  });
});

describe('admission webhooks do not drift', () => {
  it('with the CA bundle, which cert-manager and others inject', () => {
    const { clientConfig } = webhook();
    expect(
      changes({ clientConfig: { ...clientConfig, caBundle: 'b2xk' } }, { clientConfig: { ...clientConfig, caBundle: 'bmV3' } }),
    ).toEqual([]);
  });

  it('when defaults are spelled out, as the API server does', () => {
    const spelledOut = {
      clientConfig: { service: { namespace: 'policy', name: 'policy', path: '/validate', port: 443 } },
      rules: [{ ...rule, scope: '*' }],
      ...{ failurePolicy: 'Fail', timeoutSeconds: 10, matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
      ...{ matchConditions: [], aFieldOfANewerServer: 'default' },
    };
    expect(changes({}, spelledOut)).toEqual([]);
  });

  it('with the order of webhooks, rules, and lists in them', () => {
    const first = { ...rule, resources: rule.resources.toReversed(), operations: rule.operations.toReversed() };
    const second = { ...rule, resources: ['services'] };
    const other = webhook({ name: 'other.policy.example.com' });
    expect(
      drift([configuration([webhook({ rules: [rule, second] }), other])], [configuration([other, webhook({ rules: [second, first] })])]),
    ).toEqual([]);
  });

  it('with labels, managedFields, and a configuration without a webhook', () => {
    expect(drift([configuration([webhook()])], [configuration([webhook()], { labels: { a: 'b' }, managedFields: [{}] })])).toEqual([]);
    expect(drift([], [configuration([]), configuration(undefined, { name: 'other' })])).toEqual([]);
  });

  it('with those that the provider keeps', () => {
    expect(drift([], [configuration([webhook()], { labels: { 'kubernetes.azure.com/managedby': 'aks' } })])).toEqual([]);
  });
});

describe('of the webhooks that Kyverno keeps', () => {
  const kyverno = (webhooks: object[], metadata: object = {}) => ({
    metadata: { name: 'kyverno-resource-validating-webhook-cfg', labels: { 'webhook.kyverno.io/managed-by': 'kyverno' }, ...metadata },
    webhooks,
  });
  const fail = (resources: string[], fields: object = {}) =>
    webhook({ name: 'validate.kyverno.svc-fail', rules: [{ ...rule, resources }], ...fields });
  const agreed = kyverno([fail(['pods'])]);

  it('the rules are no drift, which it writes anew with each policy, nor is a webhook that it adds for one', () => {
    expect(drift([agreed], [kyverno([fail(['pods', 'services'])])])).toEqual([]);
    expect(drift([agreed], [kyverno([fail(['pods']), webhook({ name: 'validate.kyverno.svc-ignore', failurePolicy: 'Ignore' })])])).toEqual(
      [],
    );
  });

  it.each<[string, object[]]>([
    ['failure policy', [fail(['pods'], { failurePolicy: 'Ignore' })]],
    ['timeout', [fail(['pods'], { timeoutSeconds: 30 })]],
    ['Service', [fail(['pods'], { clientConfig: { service: { namespace: 'shop', name: 'policy', path: '/validate' } } })]],
    ['namespace selector', [fail(['pods'], { namespaceSelector: { matchLabels: { policy: 'on' } } })]],
    ['removal', []],
  ])('the %s is', (_, webhooks) => {
    expect(drift([agreed], [kyverno(webhooks)])).toHaveLength(1);
  });

  it('the rules are where somebody took the label off, or put it on another configuration', () => {
    expect(drift([agreed], [kyverno([fail(['services'])], { labels: {} })])).toHaveLength(1);
    const other = (resources: string[]) => kyverno([fail(resources)], { name: 'policy' });
    expect(drift([other(['pods'])], [other(['services'])])).toHaveLength(1);
  });

  it('the rules are no drift from a baseline of a release that stated them', () => {
    const then = found(kyverno([fail(['pods'])], { labels: {} }));
    const now = (fields: object) => found(kyverno([fail(['services'], fields)]));
    expect(compare([admissionWebhooks], then, now({}))).toEqual([]);
    expect(compare([admissionWebhooks], then, now({ failurePolicy: 'Ignore' }))).toHaveLength(1);
  });
});

describe('of the webhooks that Kubewarden makes', () => {
  const ofNamespace = (namespace: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } });
  const kubewarden = (fields: object, kubewardenPolicyNamespace = 'shop') => ({
    metadata: { name: 'namespaced-shop-no-latest', annotations: { kubewardenPolicyName: 'no-latest', kubewardenPolicyNamespace } },
    webhooks: [webhook({ name: 'namespaced-shop-no-latest.kubewarden.admission', ...fields })],
  });

  it('for the policy of a namespace, none is drift, whether it comes, goes or changes', () => {
    const policy = kubewarden(ofNamespace('shop'));
    expect(drift([], [policy])).toEqual([]);
    expect(drift([policy], [])).toEqual([]);
    expect(drift([policy], [kubewarden({ ...ofNamespace('shop'), failurePolicy: 'Ignore' })])).toEqual([]);
  });

  it.each<[string, object]>([
    ['the policy of the cluster', kubewarden({}, '')],
    ['another namespace than it says', kubewarden(ofNamespace('kube-system'))],
    ['every namespace', kubewarden({})],
  ])('one for %s is', (_, configuration) => {
    expect(drift([], [configuration])).toHaveLength(1);
  });
});

it('knows which webhook of a configuration was written', () => {
  const source = (at: string) => admissionWebhooks.source(object, at, '', clusterOf());
  expect(source(path)).toMatchObject({
    type: { resource: 'validatingwebhookconfigurations' },
    name: 'policy',
    fields: ['webhooks', 'k:{"name":"validate.policy.example.com"}'],
  });
  expect(source('')?.fields).toEqual([]);
});
