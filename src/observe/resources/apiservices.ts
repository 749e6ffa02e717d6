import type { APIService } from '../../kube/types.ts';
import { isKeptByProvider } from '../provider.ts';
import { defineResource } from '../resource.ts';
import type { ConditionView } from './nodes.ts';

export interface APIServiceView {
  name: string;
  /** `namespace/name` of the Service that answers for it; '' where the API server itself does. */
  service: string;
  /** Whoever answers for the Service is believed, whatever its certificate. */
  insecureSkipTLSVerify: boolean;
  keptByProvider: boolean;
  available: (ConditionView & { message: string }) | undefined;
}

export const apiservices = defineResource({
  type: { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices', kind: 'APIService', namespaced: false },
  project: ({ metadata, spec, status }: APIService): APIServiceView => {
    const available = status?.conditions?.find(({ type }) => type === 'Available');
    const { namespace = '', name = '' } = spec?.service ?? {};
    return {
      name: metadata?.name ?? '',
      service: name === '' ? '' : `${namespace}/${name}`,
      insecureSkipTLSVerify: spec?.insecureSkipTLSVerify === true,
      keptByProvider: isKeptByProvider(metadata?.labels),
      available: available && {
        status: available.status,
        since: available.lastTransitionTime,
        reason: available.reason ?? '',
        message: available.message ?? '',
      },
    };
  },
});
