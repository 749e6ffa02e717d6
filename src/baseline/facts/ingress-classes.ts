import { defaultIngressClassAnnotation } from '../../observe/resources/ingressclasses.ts';
import { type Fact, sourceOf } from '../fact.ts';

export const ingressClasses: Fact = {
  id: 'ingress-classes',
  title: 'IngressClasses: which controller serves them, and which is the default',
  needs: { resources: ['ingressclasses'] },
  collect: (view) =>
    view
      .list('ingressclasses')
      .filter(({ keptByProvider }) => !keptByProvider)
      .map(({ name, controller, isDefault, parameters }) => ({
        object: `IngressClass/${name}`,
        value: { controller, default: String(isDefault), parameters },
      })),
  source: (object, path) => sourceOf(object, fieldsOf(path)),
};

function fieldsOf(path: string): string[] {
  if (path === '') return [];
  return path === 'default' ? ['metadata', 'annotations', defaultIngressClassAnnotation] : ['spec', path];
}
