import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { lacking } from './application-namespaces.ts';

export const nsResourceQuota = defineCheck({
  id: 'ns-resourcequota',
  area: 'Defaults',
  tier: 'Level1',
  title: 'Application namespaces have no ResourceQuota',
  severity: 'info',
  for: '1h',
  needs: { resources: ['namespaces', 'pods', 'resourcequotas'] },
  remediation:
    'Add a ResourceQuota for requests.cpu, requests.memory and pods to the template that namespaces are made from, and to those that the message names.',
  references: ['own default: 1h, in which a new namespace may be set up', 'Kubernetes: resource quotas'],
  parameters: noParameters,
  evaluate: (context) =>
    lacking(context, new Set(context.view.list('resourcequotas').map(({ namespace }) => namespace)), {
      reason: 'NoResourceQuota',
      title: 'ResourceQuota',
      advice: 'Each can reserve all that the cluster has left. Give each a ResourceQuota.',
    }),
});
