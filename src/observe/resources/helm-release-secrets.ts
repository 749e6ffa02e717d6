import type { Secret } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

/** Of the Secret in which Helm keeps one revision of a release, the labels only; the API server sends no data. */
export interface HelmReleaseSecretView {
  name: string;
  namespace: string;
  release: string;
  /** Counts up from 1. */
  revision: number;
  /** As Helm writes it, such as `deployed`, `pending-upgrade` or `failed`. */
  status: string;
  /** When the status was last written, RFC 3339. */
  changedAt: string | undefined;
}

export const helmReleaseSecrets = defineResource({
  type: { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true },
  fieldSelector: 'type=helm.sh/release.v1',
  metadataOnly: true,
  feature: 'helm-releases',
  project: ({ metadata }: Secret): HelmReleaseSecretView => {
    const { name = '', version = '', status = '', modifiedAt = '' } = metadata?.labels ?? {};
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      release: name,
      revision: Number.parseInt(version, 10) || 0,
      status,
      changedAt: /^\d{1,11}$/.test(modifiedAt)
        ? Temporal.Instant.fromEpochMilliseconds(Number(modifiedAt) * 1000).toString()
        : metadata?.creationTimestamp,
    };
  },
});
