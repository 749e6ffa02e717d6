import { isKubeError } from '../../kube/errors.ts';
import { maxListBytes, type Transport } from '../../kube/transport.ts';
import { collectionPath, type ObjectMeta, objectName } from '../../kube/types.ts';
import type { PolicyRule, Probe } from './probe.ts';
import { type RemovedApi, removalsKnownUntil, removedApis } from './removed-apis.ts';
import { version } from './version.ts';

/** An object whose manifest names a version of its API that the next minor removes. */
export interface AppliedObject {
  /** `Kind/namespace/name` or `Kind/name`. */
  object: string;
  group: string;
  version: string;
  resource: string;
}

export interface AppliedApis {
  /** The minor after the API server's, `1.38`. */
  nextMinor: string;
  /** False where what that minor removes was not published when this release was made. */
  known: boolean;
  objects: readonly AppliedObject[];
}

/** Objects a page. */
const pageSize = 500;
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** Lists the metadata of what the next minor removes a version of, and keeps the objects that `kubectl apply` wrote in that version. */
export const appliedApis: Probe<AppliedApis> = {
  rules: rulesOf(removedApis),
  ask: async (context) => {
    const { major, minor } = await version.ask({ ...context, before: undefined });
    const next = minor + 1;
    const objects: AppliedObject[] = [];
    for (const api of removedApis.filter((removed) => removed.minor === next))
      for (const [resource, kind] of Object.entries(api.resources)) objects.push(...(await appliedIn(api, resource, kind, context)));
    return { nextMinor: `${major}.${next}`, known: next <= removalsKnownUntil, objects };
  },
};

interface MetadataList {
  metadata?: { continue?: string };
  items?: { metadata?: ObjectMeta }[];
}

async function appliedIn(
  { group, version }: RemovedApi,
  resource: string,
  kind: string,
  { transport, signal }: { transport: Transport; signal: AbortSignal },
): Promise<AppliedObject[]> {
  // Objects can be read in any version that is served; asking for the one that goes would itself be a request for it.
  const path = collectionPath({ group, version: 'v1', resource, kind, namespaced: false });
  const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
  const found: AppliedObject[] = [];
  let next: string | undefined;
  try {
    do {
      const query = { limit: pageSize, continue: next };
      const list = await transport.json<MetadataList>({ path, query, accept, signal, maxBytes: maxListBytes });
      for (const { metadata } of list.items ?? [])
        if (appliedVersion(metadata) === `${group}/${version}`)
          found.push({ object: objectName(kind, metadata?.name ?? '', metadata?.namespace), group, version, resource });
      next = list.metadata?.continue;
    } while (next);
  } catch (error) {
    // An API that is off has no objects.
    if (!isKubeError(error, 'NotFound')) throw error;
  }
  return found;
}

/** kubectl writes the keys of the manifest in alphabetical order, so that its apiVersion comes first. */
function appliedVersion(metadata: ObjectMeta | undefined): string | undefined {
  return /^\s*\{"apiVersion":"([^"]{1,256})"/.exec(metadata?.annotations?.[annotation] ?? '')?.[1];
}

/** One rule an API group. The version needs none of its own: the operator always asks for it. */
function rulesOf(apis: readonly RemovedApi[]): PolicyRule[] {
  const groups = [...new Set(apis.map(({ group }) => group))].sort();
  return groups.map((group) => {
    const resources = apis.filter((api) => api.group === group).flatMap((api) => Object.keys(api.resources));
    return { apiGroups: [group], resources: [...new Set(resources)].sort(), verbs: ['list'] };
  });
}
