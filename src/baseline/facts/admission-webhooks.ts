import type { WebhookConfigurationView } from '../../observe/resources/webhooks.ts';
import { type Fact, keyed, sourceOf } from '../fact.ts';
import { keyIn, paths } from '../values.ts';

/** In the place of rules. */
const byKyverno = ', rules by Kyverno';

export const admissionWebhooks: Fact = {
  id: 'admission-webhooks',
  title: 'Admission webhooks: who judges or changes what is written to the cluster',
  needs: { resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'] },
  collect: (view) => [
    ...view.list('validatingwebhookconfigurations').flatMap((each) => entriesOf('ValidatingWebhookConfiguration', each)),
    ...view.list('mutatingwebhookconfigurations').flatMap((each) => entriesOf('MutatingWebhookConfiguration', each)),
  ],
  tolerates: (_, expected, actual) => {
    if (!actual?.includes(byKyverno)) return false;
    // One more for a policy; or a baseline of a release that stated the rules too.
    return (
      expected === undefined || (!expected.includes(byKyverno) && withoutHash(expected) === withoutHash(actual.replace(byKyverno, '')))
    );
  },
  source: (object, path) => {
    const webhook = keyIn('webhooks', path);
    return sourceOf(object, webhook === undefined ? [] : ['webhooks', keyed(webhook)]);
  },
};

/** One without a webhook judges nothing: as good as none. */
function entriesOf(
  kind: string,
  { name, webhooks, rulesByKyverno, forPolicyOfNamespace, keptByProvider }: WebhookConfigurationView,
): ReturnType<Fact['collect']> {
  if (keptByProvider || forPolicyOfNamespace || webhooks.length === 0) return [];
  const rules = rulesByKyverno ? byKyverno : '';
  const texts = webhooks.map(
    (webhook) =>
      [
        webhook.name,
        `${webhook.failurePolicy} after ${webhook.timeoutSeconds}s, ${webhook.target}${rules}, sha256:${webhook.hash}`,
      ] as const,
  );
  return [{ object: `${kind}/${name}`, value: paths('webhooks', texts) }];
}

function withoutHash(text: string): string {
  return text.slice(0, text.lastIndexOf(', sha256:'));
}
