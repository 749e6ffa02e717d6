import type { StorageClass } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface StorageClassView {
  name: string;
  isDefault: boolean;
  provisioner: string;
  reclaimPolicy: string;
  volumeBindingMode: string;
  allowVolumeExpansion: boolean;
  mountOptions: readonly string[];
  parameters: Readonly<Record<string, string>>;
  /** JSON, with lists whose order says nothing in alphabetical order; '' where there is none. */
  allowedTopologies: string;
  createdAt: string | undefined;
}

export const defaultClassAnnotation = 'storageclass.kubernetes.io/is-default-class';

/** Kubernetes (pkg/apis/storage/util) still obeys it. */
const betaDefaultClassAnnotation = 'storageclass.beta.kubernetes.io/is-default-class';

/** What the API server fills in by itself is filled in here too, so that spelling a default out changes nothing. */
export const storageclasses = defineResource({
  type: { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses', kind: 'StorageClass', namespaced: false },
  project: (raw: StorageClass): StorageClassView => ({
    name: raw.metadata?.name ?? '',
    isDefault: [defaultClassAnnotation, betaDefaultClassAnnotation].some((key) => raw.metadata?.annotations?.[key] === 'true'),
    provisioner: raw.provisioner ?? '',
    reclaimPolicy: raw.reclaimPolicy ?? 'Delete',
    volumeBindingMode: raw.volumeBindingMode ?? 'Immediate',
    allowVolumeExpansion: raw.allowVolumeExpansion === true,
    mountOptions: raw.mountOptions ?? [],
    parameters: raw.parameters ?? {},
    allowedTopologies: topologiesOf(raw.allowedTopologies ?? []),
    createdAt: raw.metadata?.creationTimestamp,
  }),
});

/** A node need match one term, all expressions of it, and one value of each: none of these orders means anything. */
function topologiesOf(terms: NonNullable<StorageClass['allowedTopologies']>): string {
  if (terms.length === 0) return '';
  const sorted = terms.map(({ matchLabelExpressions }) => ({
    matchLabelExpressions: (matchLabelExpressions ?? []).map(({ key, values }) => ({ key, values: [...values].sort() })).sort(byText),
  }));
  return JSON.stringify(sorted.sort(byText));
}

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
