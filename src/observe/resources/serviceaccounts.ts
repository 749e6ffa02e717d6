import type { ServiceAccount } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';
import { namesOf } from './pod-pulls.ts';

export interface ServiceAccountView {
  name: string;
  namespace: string;
  /** Its pods get its token, unless they say otherwise. */
  automount: boolean;
  /** Names of Secrets that its pods get to pull images with, unless they name some themselves. */
  pullSecrets: readonly string[];
}

export const serviceaccounts = defineResource({
  type: { group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
  project: ({ metadata, automountServiceAccountToken, imagePullSecrets }: ServiceAccount): ServiceAccountView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    automount: automountServiceAccountToken !== false,
    pullSecrets: namesOf(imagePullSecrets),
  }),
});
