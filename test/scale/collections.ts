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
  labelSelector?: string;
  /** Of what the operator asks for metadata alone; client-node's typed API cannot. */
  metadataOnly?: boolean;
}

type Selected = Pick<Collection, 'fieldSelector' | 'labelSelector' | 'metadataOnly'>;

function collectionOf({ group, version, kind, ...rest }: ResourceType, inNamespace?: string, selected: Selected = {}): Collection {
  return {
    path: collectionPath({ group, version, kind, ...rest }, inNamespace),
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
    ...selected,
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
    const { type, only, fieldSelector, labelSelector, metadataOnly }: Resource<Stored> = resources[name] as Resource<Stored>;
    const selected = {
      ...(only ? { fieldSelector: `metadata.name=${only.name}` } : fieldSelector ? { fieldSelector } : {}),
      ...(labelSelector ? { labelSelector } : {}),
      ...(metadataOnly ? { metadataOnly } : {}),
    };
    return collectionOf(type, only && !only.everywhere ? namespace : undefined, selected);
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
