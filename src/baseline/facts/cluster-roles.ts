import { type Fact, sourceOf } from '../fact.ts';

/** What a release before stated of Rancher's projects, and of this operator. */
const stated = /^ClusterRole\/(p-[a-z0-9]+-namespaces-(edit|readonly)$|(.+-)?support-coverage-)/;

export const clusterRoles: Fact = {
  id: 'cluster-roles',
  title: 'ClusterRoles that neither Kubernetes nor the distribution made',
  needs: { resources: ['clusterroles'] },
  collect: (view) =>
    view
      .list('clusterroles')
      .filter(({ builtIn, ofProject, own }) => !builtIn && !ofProject && !own)
      .map(({ name, aggregated, rulesHash }) => ({
        object: `ClusterRole/${name}`,
        value: aggregated ? { aggregationRule: rulesHash } : { rules: rulesHash },
      })),
  mayBeGone: (_, object) => stated.test(object),
  source: (object, path) => sourceOf(object, path === '' ? [] : [path]),
};
