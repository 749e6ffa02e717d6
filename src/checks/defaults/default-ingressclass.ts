import { resources } from '../../observe/catalogue.ts';
import { defaultIngressClassAnnotation } from '../../observe/resources/ingressclasses.ts';
import { defineCheck } from '../check.ts';
import { metadataCorrection } from '../corrections.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { defaultsOf, isStated } from './default-classes.ts';

export const defaultIngressClass = defineCheck({
  id: 'default-ingressclass',
  area: 'Defaults',
  tier: 'Level1',
  title: 'More than one IngressClass is the default',
  severity: 'info',
  for: '1h',
  needs: { resources: ['ingressclasses'] },
  remediation: `Decide which controller serves an Ingress that names no class, and set the annotation ${defaultIngressClassAnnotation}=false on every other IngressClass.`,
  references: [
    'own default: 1h, which leaves time to replace an ingress controller',
    'Kubernetes: default IngressClass (the newest of several is taken)',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement }) => {
    const classes = view.list('ingressclasses');
    const defaults = defaultsOf(classes);
    const [taken, ...others] = defaults;
    if (!taken || others.length === 0 || isStated('IngressClass', classes, agreement)) return { observations: [] };
    const { type } = resources.ingressclasses;
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'SeveralDefaults',
          message: `${defaults.length} IngressClasses are marked as the default: ${inBrief(defaults.map(({ name }) => name))}. Kubernetes gives an Ingress that names none the newest, ${taken.name}, so which controller serves it depends on the order of installation. Leave the mark on one.`,
        },
      ],
      // The provider would put back what it keeps.
      corrections: others
        .filter(({ keptByProvider }) => !keptByProvider)
        .map(({ name }) => metadataCorrection({ type, name }, 'annotations', defaultIngressClassAnnotation, 'false')),
    };
  },
});
