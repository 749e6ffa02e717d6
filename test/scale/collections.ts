import { facts } from '../../src/baseline/catalogue.ts';
import { checks } from '../../src/checks/catalogue.ts';
import { baselineType, coverageType } from '../../src/coverage/store.ts';
import { collectionPath, type ResourceType } from '../../src/kube/types.ts';
import { resources } from '../../src/observe/catalogue.ts';
import type { Resource } from '../../src/observe/resource.ts';
import { namespace } from '../installation/operator.ts';

/** One watch of the operator: a resource in all namespaces or one, perhaps a single object of it. */
export interface Collection {
  path: string;
  apiVersion: string;
  kind: string;
  namespace?: string;
  fieldSelector?: string;
}

function collectionOf({ group, version, kind, ...rest }: ResourceType, inNamespace?: string, objectName?: string): Collection {
  return {
    path: collectionPath({ group, version, kind, ...rest }, inNamespace),
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
    ...(objectName === undefined ? {} : { fieldSelector: `metadata.name=${objectName}` }),
  };
}

/** Everything that the operator watches, from what its checks and facts say that they need: a new check's resource is measured by itself. */
export function watchedCollections(): Collection[] {
  const needed = [...checks, ...facts].flatMap(({ needs }) => [...(needs.resources ?? []), ...(needs.optional ?? [])]);
  const observed = [...new Set(needed)].sort().map((name) => {
    const { type, only }: Pick<Resource<never>, 'type' | 'only'> = resources[name];
    return collectionOf(type, only && (only.namespace ?? namespace), only?.name);
  });
  return [...observed, collectionOf(coverageType), collectionOf(baselineType, namespace)];
}
