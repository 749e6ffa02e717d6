import type { ClusterView } from '../../observe/cluster-view.ts';
import { readyEndpoints } from '../../observe/endpoints.ts';
import type { WebhookView } from '../../observe/resources/webhooks.ts';
import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { webhookConfigurations, webhookResources } from './webhook-configurations.ts';

export const webhookFailing = defineCheck({
  id: 'webhook-failing',
  area: 'ControlPlane',
  tier: 'Level1',
  title: 'A webhook that must be asked has nobody who answers',
  severity: 'critical',
  for: '5m',
  needs: { resources: [...webhookResources, 'services', 'endpointslices'] },
  remediation:
    'Bring the pods behind the Service back. Where they cannot start because the webhook refuses their own pods, delete the webhook configuration (keep a copy): whoever made it makes it again. Where the software was removed for good, delete it too.',
  references: ['own default: 5m, longer than the rollout of a single pod takes', 'Kubernetes: admission webhook good practices'],
  parameters: noParameters,
  evaluate: ({ view }) => ({
    observations: webhookConfigurations(view).flatMap(({ object, webhooks }) => {
      const unanswered = webhooks.filter((webhook) => mustBeAsked(webhook) && !isAnswered(view, webhook.service));
      if (unanswered.length === 0) return [];
      const services = [...new Set(unanswered.map(({ service }) => service))].map(
        (service) => `${service} (${view.get('services', service) ? 'no ready endpoint' : 'missing'})`,
      );
      return [
        {
          object,
          reason: 'NoReadyEndpoint',
          message: `${object} has failurePolicy Fail and nobody answers for it: ${inBrief(services)}. Every request for what its webhooks ask about is refused: ${inBrief(unanswered.map(({ name }) => name))}. Bring the pods of the Service back.`,
        },
      ];
    }),
  }),
});

/** One without rules is called for nothing, and one that is called by URL is not in this cluster. */
function mustBeAsked({ failurePolicy, service, rules }: WebhookView): boolean {
  return failurePolicy === 'Fail' && service !== '' && rules.length > 0;
}

/** A Service that is only a name for somewhere else has no endpoints. */
function isAnswered(view: ClusterView, service: string): boolean {
  const [namespace = '', name = ''] = service.split('/');
  const found = view.get('services', service);
  return found !== undefined && (found.type === 'ExternalName' || readyEndpoints(view, namespace, name) > 0);
}
