import { served, type WebhookFixture, webhooks } from '../../../test/fixtures/controlplane.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { webhookFailing } from './webhook-failing.ts';

const unanswered = (...list: WebhookFixture[]) => ({ validatingwebhookconfigurations: [webhooks(list)], ...served('policy/policy', 0) });

describe('webhook-failing fires', () => {
  it('where the Service of a webhook has no ready endpoint', () => {
    expect(findingsOf(webhookFailing, unanswered({}))).toEqual([
      {
        object: 'ValidatingWebhookConfiguration/policy',
        severity: 'critical',
        reason: 'NoReadyEndpoint',
        message:
          'ValidatingWebhookConfiguration/policy has failurePolicy Fail and nobody answers for it: policy/policy (no ready endpoint). Every request for what its webhooks ask about is refused: policy.example.com. Bring the pods of the Service back.',
      },
    ]);
  });

  it('where the Service is missing, and for both kinds of configuration', () => {
    const findings = findingsOf(webhookFailing, {
      validatingwebhookconfigurations: [webhooks([{}])],
      mutatingwebhookconfigurations: [webhooks([{}])],
    });
    expect(findings.map(({ object }) => object).sort()).toEqual([
      'MutatingWebhookConfiguration/policy',
      'ValidatingWebhookConfiguration/policy',
    ]);
    expect(findings[0]?.message).toContain('policy/policy (missing)');
  });

  it('once for a configuration, with those of its webhooks that nobody answers', () => {
    const list = [{ name: 'a' }, { name: 'b' }, { name: 'c', service: 'other/other' }, { name: 'd', failurePolicy: 'Ignore' as const }];
    const other = served('other/other', 1);
    const cluster = unanswered(...list);
    const [finding, ...more] = findingsOf(webhookFailing, {
      ...cluster,
      services: [...cluster.services, ...other.services],
      endpointslices: [...cluster.endpointslices, ...other.endpointslices],
    });
    expect(more).toEqual([]);
    expect(finding?.message).toContain('is refused: a, b. ');
  });
});

describe('webhook-failing at its boundaries', () => {
  it('fires 5 minutes after the first sight and not a second before', () => {
    expect(findingsAfter(5, webhookFailing, unanswered({}))).toBe(1);
    expect(findingsAfter(5 - 1 / 60, webhookFailing, unanswered({}))).toBe(0);
  });

  it('is content with one ready endpoint', () => {
    expect(findingsOf(webhookFailing, { ...unanswered({}), ...served('policy/policy', 1) })).toEqual([]);
  });
});

describe('webhook-failing is silent', () => {
  it.each<[string, WebhookFixture]>([
    ['about one that may be left out (Ignore)', { failurePolicy: 'Ignore' }],
    ['about one without rules, which is asked about nothing', { rules: [] }],
    ['about one that is called by URL', { service: '' }],
  ])('%s', (_, webhook) => {
    expect(findingsOf(webhookFailing, unanswered(webhook))).toEqual([]);
  });

  it('about a Service that is a name for somewhere else', () => {
    expect(findingsOf(webhookFailing, { ...unanswered({}), ...served('policy/policy', 0, { type: 'ExternalName' }) })).toEqual([]);
  });

  it('about a configuration that is being deleted', () => {
    expect(findingsOf(webhookFailing, { validatingwebhookconfigurations: [webhooks([{}], { deleting: true })] })).toEqual([]);
  });

  it('while a webhook with one pod is rolled out', () => {
    expect(findingsAfter(2, webhookFailing, unanswered({}))).toBe(0);
  });
});

it.each(['services', 'endpointslices', 'mutatingwebhookconfigurations'] as const)(
  'webhook-failing is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(webhookFailing, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  },
);
