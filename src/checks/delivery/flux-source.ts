import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { deliveriesOf, failedDeliveries, judgeDeliveries } from './deliveries.ts';
import { fluxSources } from './flux-objects.ts';

export const fluxSource = defineCheck({
  id: 'flux-source',
  area: 'Delivery',
  tier: 'Level3',
  title: 'A source of Flux cannot be fetched',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['namespaces'], optional: fluxSources },
  remediation:
    'The cause says where to look: the Secret that spec.secretRef names, the address, the branch or tag, or the way from the cluster to the server. `flux reconcile source` tries again at once.',
  references: ['Flux: source-controller, conditions', 'own default: 15m, several attempts at the usual intervals'],
  parameters: noParameters,
  evaluate: (context) =>
    judgeDeliveries(context, 'Flux', fluxSources, (resource) =>
      failedDeliveries(deliveriesOf(context, resource), {
        reason: 'NotFetched',
        what: 'is not fetched',
        resource: `${resource}.source.toolkit.fluxcd.io`,
      }),
    ),
});
