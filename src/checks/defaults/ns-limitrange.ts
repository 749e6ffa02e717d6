import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { lacking } from './application-namespaces.ts';
import { templateOf } from './templates.ts';

export const nsLimitRange = defineCheck({
  id: 'ns-limitrange',
  area: 'Defaults',
  tier: 'Level1',
  title: 'Application namespaces have no LimitRange',
  severity: 'info',
  for: '1h',
  needs: { resources: ['namespaces', 'pods', 'limitranges'] },
  remediation:
    'Add a LimitRange with a default request and limit for containers to the template that namespaces are made from, and to those that the message names.',
  references: ['own default: 1h, in which a new namespace may be set up', 'Kubernetes: limit ranges'],
  parameters: noParameters,
  evaluate: (context) => {
    const { view, agreement } = context;
    const template = templateOf(view, 'limitranges', agreement.templates.limitRange);
    return lacking(context, new Set(view.list('limitranges').map(({ namespace }) => namespace)), {
      reason: 'NoLimitRange',
      title: 'LimitRange',
      advice: `A container there that says nothing gets no requests and no limits: it may take the whole node. Give each a LimitRange.${template.problem}`,
      corrections: template.copiesFor,
    });
  },
});
