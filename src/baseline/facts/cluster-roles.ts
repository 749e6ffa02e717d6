import { type Fact, sourceOf } from '../fact.ts';

/** What a release before stated of Rancher's projects. */
const projectRole = /^ClusterRole\/p-[a-z0-9]+-namespaces-(edit|readonly)$/;

export const clusterRoles: Fact = {
  id: 'cluster-roles',
  title: 'ClusterRoles that neither Kubernetes nor the distribution made',
  needs: { resources: ['clusterroles'] },
  collect: (view) =>
    [...view.list('clusterroles')]
      .filter(({ builtIn, ofProject }) => !builtIn && !ofProject)
      .map(({ name, aggregated, rulesHash }) => ({
        object: `ClusterRole/${name}`,
        value: aggregated ? { aggregationRule: rulesHash } : { rules: rulesHash },
      })),
  mayBeGone: (_, object) => projectRole.test(object),
  source: (object, path) => sourceOf(object, path === '' ? [] : [path]),
};
