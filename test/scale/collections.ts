import { facts } from '../../src/baseline/catalogue.ts';
import { checks } from '../../src/checks/catalogue.ts';
import { baselineType, coverageType } from '../../src/coverage/store.ts';
import { isKubeError } from '../../src/kube/errors.ts';
import type { Transport } from '../../src/kube/transport.ts';
import { collectionPath, type ResourceType } from '../../src/kube/types.ts';
import { resources } from '../../src/observe/catalogue.ts';
import type { Resource } from '../../src/observe/resource.ts';
import type { Stored } from '../../src/runtime/store.ts';
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

/**
 * Everything that the operator watches without a switch of the chart, from what its checks and facts say that they need: a new check's resource
 * is measured by itself. What the cluster does not serve is left out, since nobody can read it.
 */
export async function watchedCollections(transport: Transport): Promise<Collection[]> {
  const needed = [...checks, ...facts].flatMap(({ needs }) => [...(needs.resources ?? []), ...(needs.optional ?? [])]);
  const wanted = [...new Set(needed)].sort().filter((name) => !(resources[name] as Resource<Stored>).feature);
  const observed = wanted.map((name) => {
    const { type, only }: Pick<Resource<never>, 'type' | 'only'> = resources[name];
    return collectionOf(type, only && (only.namespace ?? namespace), only?.name);
  });
  const all = [...observed, collectionOf(coverageType), collectionOf(baselineType, namespace)];
  const served = await Promise.all(all.map((collection) => isServed(transport, collection)));
  return all.filter((_, index) => served[index]);
}

async function isServed(transport: Transport, { path }: Collection): Promise<boolean> {
  try {
    await transport.text({ path, query: { limit: 1 } });
    return true;
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return false;
    throw error;
  }
}
