import type { ServiceAccount } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface ServiceAccountView {
  name: string;
  namespace: string;
  /** Its pods get its token, unless they say otherwise. */
  automount: boolean;
}

export const serviceaccounts = defineResource({
  type: { group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
  project: ({ metadata, automountServiceAccountToken }: ServiceAccount): ServiceAccountView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    automount: automountServiceAccountToken !== false,
  }),
});
