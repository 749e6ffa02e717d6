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
  allowedTopologies: string;
}

export const defaultClassAnnotation = 'storageclass.kubernetes.io/is-default-class';

/** What the API server fills in by itself is filled in here too, so that spelling a default out changes nothing. */
export const storageclasses = defineResource({
  type: { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses', kind: 'StorageClass', namespaced: false },
  project: (raw: StorageClass): StorageClassView => ({
    name: raw.metadata?.name ?? '',
    isDefault: raw.metadata?.annotations?.[defaultClassAnnotation] === 'true',
    provisioner: raw.provisioner ?? '',
    reclaimPolicy: raw.reclaimPolicy ?? 'Delete',
    volumeBindingMode: raw.volumeBindingMode ?? 'Immediate',
    allowVolumeExpansion: raw.allowVolumeExpansion === true,
    mountOptions: raw.mountOptions ?? [],
    parameters: raw.parameters ?? {},
    allowedTopologies: raw.allowedTopologies ? JSON.stringify(raw.allowedTopologies) : '',
  }),
});
