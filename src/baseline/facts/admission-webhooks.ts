import type { WebhookConfigurationView } from '../../observe/resources/webhooks.ts';
import { type Fact, keyed, sourceOf } from '../fact.ts';

import { keyIn, paths } from '../values.ts';

export const admissionWebhooks: Fact = {
  id: 'admission-webhooks',
  title: 'Admission webhooks: who judges or changes what is written to the cluster',
  needs: { resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'] },
  collect: (view) => [
    ...[...view.list('validatingwebhookconfigurations')].flatMap((each) => entriesOf('ValidatingWebhookConfiguration', each)),
    ...[...view.list('mutatingwebhookconfigurations')].flatMap((each) => entriesOf('MutatingWebhookConfiguration', each)),
  ],
  source: (object, path) => {
    const webhook = keyIn('webhooks', path);
    return sourceOf(object, webhook === undefined ? [] : ['webhooks', keyed(webhook)]);
  },
};

/** One without a webhook judges nothing: as good as none. */
function entriesOf(kind: string, { name, webhooks, keptByProvider }: WebhookConfigurationView): ReturnType<Fact['collect']> {
  if (keptByProvider || webhooks.length === 0) return [];
  const texts = webhooks.map(
    (webhook) =>
      [webhook.name, `${webhook.failurePolicy} after ${webhook.timeoutSeconds}s, ${webhook.target}, sha256:${webhook.hash}`] as const,
  );
  return [{ object: `${kind}/${name}`, value: paths('webhooks', texts) }];
}
