import type { ClusterView } from '../../observe/cluster-view.ts';
import type { WebhookConfigurationView } from '../../observe/resources/webhooks.ts';

/** What every check of webhooks reads. */
export const webhookResources = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'] as const;

/** Those that are not being deleted, each with its name as an object. */
export function webhookConfigurations(view: ClusterView): (WebhookConfigurationView & { object: string })[] {
  const named = (kind: string) => (configuration: WebhookConfigurationView) => ({
    ...configuration,
    object: `${kind}/${configuration.name}`,
  });
  return [
    ...view.list('validatingwebhookconfigurations').map(named('ValidatingWebhookConfiguration')),
    ...view.list('mutatingwebhookconfigurations').map(named('MutatingWebhookConfiguration')),
  ].filter(({ deleting }) => !deleting);
}
