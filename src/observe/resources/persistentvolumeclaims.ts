import type { PersistentVolumeClaim } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface PersistentVolumeClaimView {
  name: string;
  namespace: string;
  /** Pending, Bound or Lost; '' while nobody has looked at it. */
  phase: string;
  /** '' where it wants a volume that belongs to none, or where no class is the default. */
  storageClass: string;
  /** It leaves the class to the cluster: '' itself means none at all. */
  wantsDefault: boolean;
  /** A raw device, without a file system that could fill. */
  block: boolean;
  /** Nobody can write to it. */
  readOnly: boolean;
  createdAt: string | undefined;
  deleting: boolean;
}

/** It wins over the field, as Kubernetes reads it (k8s.io/component-helpers, GetPersistentVolumeClaimClass). */
const betaClassAnnotation = 'volume.beta.kubernetes.io/storage-class';

export const persistentvolumeclaims = defineResource({
  type: { group: '', version: 'v1', resource: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim', namespaced: true },
  project: ({ metadata, spec, status }: PersistentVolumeClaim): PersistentVolumeClaimView => {
    const modes = spec?.accessModes ?? [];
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      phase: status?.phase ?? '',
      storageClass: metadata?.annotations?.[betaClassAnnotation] ?? spec?.storageClassName ?? '',
      wantsDefault: metadata?.annotations?.[betaClassAnnotation] === undefined && spec?.storageClassName === undefined,
      block: spec?.volumeMode === 'Block',
      readOnly: modes.length > 0 && modes.every((mode) => mode === 'ReadOnlyMany'),
      createdAt: metadata?.creationTimestamp,
      deleting: metadata?.deletionTimestamp !== undefined,
    };
  },
});
