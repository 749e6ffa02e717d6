import type { Condition, KubeObject } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';
import type { ConditionView } from './nodes.ts';

/** A Certificate of cert-manager: what it keeps in a Secret. */
export interface CertificateView {
  name: string;
  namespace: string;
  /** Name of the Secret, in the same namespace. */
  secret: string;
  /** undefined until cert-manager has looked at it. */
  ready: ConditionView | undefined;
  /** RFC 3339: the end of what the Secret holds now, and when it is to be renewed. */
  notAfter: string | undefined;
  renewalTime: string | undefined;
  createdAt: string | undefined;
  deleting: boolean;
}

interface Certificate extends KubeObject {
  spec?: { secretName?: string };
  status?: { conditions?: Partial<Condition>[]; notAfter?: string; renewalTime?: string };
}

export const certificates = defineResource({
  type: { group: 'cert-manager.io', version: 'v1', resource: 'certificates', kind: 'Certificate', namespaced: true },
  project: ({ metadata, spec, status }: Certificate): CertificateView => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      secret: spec?.secretName ?? '',
      ready: ready && { status: ready.status ?? 'Unknown', since: ready.lastTransitionTime, reason: ready.reason ?? '' },
      notAfter: status?.notAfter,
      renewalTime: status?.renewalTime,
      createdAt: metadata?.creationTimestamp,
      deleting: metadata?.deletionTimestamp !== undefined,
    };
  },
});
