import { type WebhookFixture, webhooks } from '../../../test/fixtures/controlplane.ts';
import { namespace } from '../../../test/fixtures/defaults.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { webhookRisky } from './webhook-risky.ts';

const clusterWith = (webhook: WebhookFixture, system: Record<string, string> = {}) => ({
  namespaces: [namespace('kube-system', { labels: system })],
  validatingwebhookconfigurations: [webhooks([webhook])],
});
const found = (webhook: WebhookFixture, system?: Record<string, string>) => findingsOf(webhookRisky, clusterWith(webhook, system));
const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
const expression = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }],
});
const notSystem = expression('kubernetes.io/metadata.name', 'NotIn', 'kube-system');

describe('webhook-risky fires', () => {
  it('for one that must be asked about every pod', () => {
    expect(found({})).toEqual([
      {
        object: 'ValidatingWebhookConfiguration/policy',
        severity: 'warning',
        reason: 'ReachesSystem',
        message:
          'ValidatingWebhookConfiguration/policy is asked about what the cluster itself needs, kube-system included: policy.example.com (failurePolicy Fail; pods). If nobody answers, pods may not come back, those that would answer among them. Leave kube-system out, or set failurePolicy Ignore and a short timeout.',
      },
    ]);
  });

  it.each<[string, NonNullable<WebhookFixture['rules']>, string]>([
    ['nodes', [{ resources: ['nodes'], operations: ['UPDATE'] }], 'nodes'],
    ['the status of nodes', [{ resources: ['nodes/status'], operations: ['UPDATE'] }], 'nodes'],
    ['Leases', [leases], 'leases'],
    ['Namespaces', [{ resources: ['namespaces'], operations: ['*'] }], 'namespaces'],
    ['everything', [{ apiGroups: ['*'], resources: ['*/*'], operations: ['*'] }], 'pods, nodes, leases, namespaces'],
    ['everything that has no namespace', [{ apiGroups: ['*'], resources: ['*'], scope: 'Cluster' }], 'nodes, namespaces'],
    ['everything in namespaces', [{ apiGroups: ['*'], resources: ['*'], scope: 'Namespaced' }], 'pods, leases'],
    ['two kinds by two rules', [{}, leases], 'pods, leases'],
  ])('for one that is asked about %s', (_, rules, reached) => {
    expect(found({ rules })[0]?.message).toContain(`(failurePolicy Fail; ${reached})`);
  });

  it.each<[string, NonNullable<WebhookFixture['rules']>, string]>([
    ['nodes', [{ resources: ['nodes'] }], 'nodes may not come back'],
    ['Leases', [leases], 'leaders may not be elected'],
    [
      'everything that has no namespace',
      [{ apiGroups: ['*'], resources: ['*'], scope: 'Cluster' }],
      'nodes may not come back; Namespaces can be neither created nor changed',
    ],
  ])('and says what comes of %s alone', (_, rules, consequence) => {
    expect(found({ rules })).toMatchObject([
      { severity: 'warning', message: expect.stringContaining(`If nobody answers, ${consequence}. `) },
    ]);
  });

  it('as info for Gatekeeper, which by its chart’s defaults must be asked about Namespaces and about nothing else', () => {
    const others = expression('kubernetes.io/metadata.name', 'NotIn', 'gatekeeper-system');
    const all = { apiGroups: ['*'], resources: ['*'], operations: ['CREATE', 'UPDATE'] };
    const gatekeeper = webhooks([
      { name: 'validation.gatekeeper.sh', failurePolicy: 'Ignore', timeoutSeconds: 3, namespaceSelector: others, rules: [all] },
      {
        ...{ name: 'check-ignore-label.gatekeeper.sh', failurePolicy: 'Fail', timeoutSeconds: 3, namespaceSelector: others },
        rules: [{ resources: ['namespaces'], operations: ['CREATE', 'UPDATE'], scope: '*' }],
      },
    ]);
    expect(findingsOf(webhookRisky, { validatingwebhookconfigurations: [gatekeeper] })).toMatchObject([
      {
        severity: 'info',
        message: expect.stringContaining(
          'included: check-ignore-label.gatekeeper.sh (failurePolicy Fail; namespaces). If nobody answers, Namespaces can be neither created nor changed. ',
        ),
      },
    ]);
  });

  it('as a warning where another webhook of the configuration reaches more', () => {
    const both = webhooks([{ name: 'a', rules: [{ resources: ['namespaces'] }] }, { name: 'b' }]);
    expect(findingsOf(webhookRisky, { validatingwebhookconfigurations: [both] })).toMatchObject([{ severity: 'warning' }]);
  });

  it('for one that may be left out, but keeps others waiting for long', () => {
    expect(found({ failurePolicy: 'Ignore', timeoutSeconds: 30 })[0]?.message).toContain('(timeout 30s, longer than 15s; pods)');
  });

  it.each<[string, object]>([
    ['another namespace out', expression('kubernetes.io/metadata.name', 'NotIn', 'shop')],
    ['out namespaces with a label that kube-system lacks', expression('control-plane', 'DoesNotExist')],
  ])('for one that leaves %s', (_, namespaceSelector) => {
    expect(found({ namespaceSelector })).toHaveLength(1);
  });

  it('for nodes although kube-system is left out: a node is in no namespace', () => {
    expect(found({ rules: [{ resources: ['nodes', 'pods'] }], namespaceSelector: notSystem })[0]?.message).toContain('Fail; nodes)');
  });

  it('for objects that can opt out, which those of kube-system have not', () => {
    expect(found({ objectSelector: expression('policy.example.com/ignore', 'DoesNotExist') })).toHaveLength(1);
  });

  it('once for a configuration, of either kind', () => {
    const findings = findingsOf(webhookRisky, {
      mutatingwebhookconfigurations: [webhooks([{ name: 'a' }, { name: 'b' }, { name: 'c', failurePolicy: 'Ignore' }])],
    });
    expect(findings.map(({ object }) => object)).toEqual(['MutatingWebhookConfiguration/policy']);
    expect(findings[0]?.message).toContain('a (failurePolicy Fail; pods), b (failurePolicy Fail; pods). ');
  });
});

describe('webhook-risky at its boundaries', () => {
  it('allows a timeout of 15 seconds and not one of 16, and takes another from the coverage', () => {
    const slow = (timeoutSeconds: number): WebhookFixture => ({ failurePolicy: 'Ignore', timeoutSeconds });
    expect([15, 16].map((seconds) => found(slow(seconds)).length)).toEqual([0, 1]);
    expect(findingsOf(webhookRisky, clusterWith(slow(6)), { parameters: { longestTimeout: '5' } })).toHaveLength(1);
    expect(findingsOf(webhookRisky, clusterWith(slow(16)), { parameters: { longestTimeout: '16' } })).toEqual([]);
  });

  it('fires 15 minutes after the first sight and not a second before', () => {
    expect(findingsAfter(15, webhookRisky, clusterWith({}))).toBe(1);
    expect(findingsAfter(15 - 1 / 60, webhookRisky, clusterWith({}))).toBe(0);
  });
});

describe('webhook-risky is silent', () => {
  it.each<[string, WebhookFixture]>([
    ['about one that may be left out and is quick', { failurePolicy: 'Ignore' }],
    ['about other resources', { rules: [{ apiGroups: ['apps'], resources: ['deployments'] }, { resources: ['configmaps'] }] }],
    ['about pods of another API', { rules: [{ apiGroups: ['metrics.k8s.io'] }] }],
    ['about deletions', { rules: [{ resources: ['namespaces'], operations: ['DELETE'] }] }],
    ['about commands in pods', { rules: [{ resources: ['pods/exec'], operations: ['CONNECT'] }] }],
    ['about nothing', { rules: [] }],
    ['where kube-system is left out by name', { namespaceSelector: notSystem }],
    ['where namespaces opt in', { namespaceSelector: { matchLabels: { 'istio-injection': 'enabled' } } }],
    ['where objects opt in', { objectSelector: { matchLabels: { 'sidecar.istio.io/inject': 'true' } } }],
    ['where objects opt in by an expression', { objectSelector: expression('azure.workload.identity/use', 'In', 'true') }],
    ['where nodes opt in', { rules: [{ resources: ['nodes'] }], objectSelector: expression('example.com/managed', 'Exists') }],
    ['about Namespaces, kube-system left out', { rules: [{ resources: ['namespaces'] }], namespaceSelector: notSystem }],
    ['about Namespaces, kube-system left out as an object', { rules: [{ resources: ['namespaces'] }], objectSelector: notSystem }],
    [
      'where conditions in CEL say what it is for',
      { matchConditions: [{ name: 'x', expression: "!('system:nodes' in request.userInfo.groups)" }] },
    ],
  ])('%s', (_, webhook) => {
    expect(found(webhook)).toEqual([]);
  });

  it('where kube-system has the label by which it is left out', () => {
    const webhook = { namespaceSelector: expression('admission.example.com/ignore', 'DoesNotExist') };
    expect(found(webhook, { 'admission.example.com/ignore': 'true' })).toEqual([]);
    expect(found(webhook)).toHaveLength(1);
  });

  it.each([
    'pod-ready.config.common-webhooks.networking.gke.io',
    'aks-node-mutating-webhook',
    'azure-wi-webhook-mutating-webhook-configuration',
    'pod-identity-webhook',
    'vpc-resource-mutating-webhook',
    '0500-amazon-eks-fargate-mutation.amazonaws.com',
    'network-node-identity.openshift.io',
  ])('about the provider’s own %s', (name) => {
    expect(findingsOf(webhookRisky, { mutatingwebhookconfigurations: [webhooks([{}], { name })] })).toEqual([]);
  });

  it.each<[string, object]>([
    ['is being deleted', { deleting: true }],
    ['an addon manager keeps', { labels: { 'kubernetes.azure.com/managedby': 'aks' } }],
  ])('about a configuration that %s', (_, options) => {
    expect(findingsOf(webhookRisky, { validatingwebhookconfigurations: [webhooks([{}], options)] })).toEqual([]);
  });
});

it('webhook-risky is unknown, not healthy, where webhook configurations cannot be read', () => {
  const message = 'the operator may not list and watch validatingwebhookconfigurations.admissionregistration.k8s.io: forbidden';
  expect(verdictOf(webhookRisky, { knowledge: { validatingwebhookconfigurations: { state: 'NotPermitted', message } } })).toBe(
    `Unknown: ${message}`,
  );
});
