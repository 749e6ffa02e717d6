import { type Fact, sourceOf } from '../fact.ts';

export const clusterRoles: Fact = {
  id: 'cluster-roles',
  title: 'ClusterRoles that neither Kubernetes nor the distribution made',
  needs: { resources: ['clusterroles'] },
  collect: (view) =>
    [...view.list('clusterroles')]
      .filter(({ builtIn }) => !builtIn)
      .map(({ name, aggregated, rulesHash }) => ({
        object: `ClusterRole/${name}`,
        value: aggregated ? { aggregationRule: rulesHash } : { rules: rulesHash },
      })),
  source: (object, path) => sourceOf(object, path === '' ? [] : [path]),
};
