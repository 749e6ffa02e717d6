import type { CSIDriver } from '../../kube/types.ts';
import { isKeptByProvider } from '../provider.ts';
import { defineResource } from '../resource.ts';

export interface CSIDriverView {
  name: string;
  attachRequired: boolean;
  podInfoOnMount: boolean;
  storageCapacity: boolean;
  requiresRepublish: boolean;
  seLinuxMount: boolean;
  fsGroupPolicy: string;
  volumeLifecycleModes: readonly string[];
  /** Audiences of the ServiceAccount tokens that it is given; '' is the API server. */
  tokenAudiences: readonly string[];
  keptByProvider: boolean;
}

/** What the API server fills in by itself is filled in here too. */
export const csidrivers = defineResource({
  type: { group: 'storage.k8s.io', version: 'v1', resource: 'csidrivers', kind: 'CSIDriver', namespaced: false },
  project: ({ metadata, spec }: CSIDriver): CSIDriverView => ({
    name: metadata?.name ?? '',
    attachRequired: spec?.attachRequired !== false,
    podInfoOnMount: spec?.podInfoOnMount === true,
    storageCapacity: spec?.storageCapacity === true,
    requiresRepublish: spec?.requiresRepublish === true,
    seLinuxMount: spec?.seLinuxMount === true,
    fsGroupPolicy: spec?.fsGroupPolicy ?? 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: spec?.volumeLifecycleModes?.length ? spec.volumeLifecycleModes : ['Persistent'],
    tokenAudiences: (spec?.tokenRequests ?? []).map(({ audience }) => audience ?? ''),
    keptByProvider: isKeptByProvider(metadata?.labels),
  }),
});
