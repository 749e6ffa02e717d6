import type { CustomResourceDefinition } from '../../kube/types.ts';
import { isKeptByProvider } from '../provider.ts';
import { defineResource } from '../resource.ts';

export interface CustomResourceDefinitionView {
  name: string;
  group: string;
  kind: string;
  /** Versions that the API server answers. */
  served: readonly string[];
  /** Versions in which objects were ever written and may still lie in etcd. */
  stored: readonly string[];
  /** The version in which objects are written now. */
  storage: string;
  keptByProvider: boolean;
  deleting: boolean;
}

export const customresourcedefinitions = defineResource({
  type: {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    resource: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    namespaced: false,
  },
  project: ({ metadata, spec, status }: CustomResourceDefinition): CustomResourceDefinitionView => {
    const versions = spec?.versions ?? [];
    return {
      name: metadata?.name ?? '',
      group: spec?.group ?? '',
      kind: spec?.names?.kind ?? '',
      served: versions.flatMap(({ name, served }) => (served ? [name] : [])),
      stored: status?.storedVersions ?? [],
      storage: versions.find(({ storage }) => storage)?.name ?? '',
      keptByProvider: isKeptByProvider(metadata?.labels),
      deleting: metadata?.deletionTimestamp !== undefined,
    };
  },
});
