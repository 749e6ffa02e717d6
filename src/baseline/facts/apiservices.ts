import { type Fact, sourceOf } from '../fact.ts';

export const apiServices: Fact = {
  id: 'apiservices',
  title: 'APIs that a Service of the cluster answers for (aggregation)',
  needs: { resources: ['apiservices'] },
  // What the API server answers itself comes with its version or with a CustomResourceDefinition.
  collect: (view) =>
    view
      .list('apiservices')
      .filter(({ service, keptByProvider }) => service !== '' && !keptByProvider)
      .map(({ name, service, insecureSkipTLSVerify }) => ({
        object: `APIService/${name}`,
        value: { service, insecureSkipTLSVerify: String(insecureSkipTLSVerify) },
      })),
  source: (object, path) => sourceOf(object, path === '' ? [] : ['spec', path]),
};
