import { objectName, type PersistentVolume } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface PersistentVolumeView {
  name: string;
  /** Pending, Available, Bound, Released or Failed. */
  phase: string;
  /** When the phase last changed, RFC 3339. */
  since: string | undefined;
  /** Delete, Retain or Recycle. */
  reclaimPolicy: string;
  /** `PersistentVolumeClaim/namespace/name` that it is or was bound to; '' for none. */
  claim: string;
  deleting: boolean;
}

export const persistentvolumes = defineResource({
  type: { group: '', version: 'v1', resource: 'persistentvolumes', kind: 'PersistentVolume', namespaced: false },
  project: ({ metadata, spec, status }: PersistentVolume): PersistentVolumeView => ({
    name: metadata?.name ?? '',
    phase: status?.phase ?? '',
    since: status?.lastPhaseTransitionTime,
    reclaimPolicy: spec?.persistentVolumeReclaimPolicy ?? 'Retain',
    claim: spec?.claimRef ? objectName('PersistentVolumeClaim', spec.claimRef.name ?? '', spec.claimRef.namespace) : '',
    deleting: metadata?.deletionTimestamp !== undefined,
  }),
});
