import { type Fact, sourceOf } from '../fact.ts';
import { bounded, sorted } from '../values.ts';

export const crds: Fact = {
  id: 'crds',
  title: 'CustomResourceDefinitions and the versions that are served',
  needs: { resources: ['customresourcedefinitions'] },
  collect: (view) =>
    view
      .list('customresourcedefinitions')
      .filter(({ keptByProvider }) => !keptByProvider)
      .map(({ name, served }) => ({ object: `CustomResourceDefinition/${name}`, value: { served: bounded(sorted(served)) } })),
  source: (object, path) => sourceOf(object, path === '' ? [] : ['spec', 'versions']),
};
