import type { Namespace } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';
import type { ConditionView } from './nodes.ts';

export interface NamespaceView {
  name: string;
  labels: Readonly<Record<string, string>>;
  /** Linkerd reads it from an annotation whether it is to add its proxy to pods; '' where nothing is said. */
  linkerdInject: string;
  createdAt: string | undefined;
  /** When its deletion was asked for, RFC 3339. */
  deletingSince: string | undefined;
  /** Of the namespace itself; those of what is in it are in its conditions. */
  finalizers: readonly string[];
  /** What the namespace controller says while it deletes, by type. */
  conditions: Readonly<Record<string, ConditionView & { message: string }>>;
}

export const linkerdInjectAnnotation = 'linkerd.io/inject';

export const namespaces = defineResource({
  type: { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false },
  project: ({ metadata, status }: Namespace): NamespaceView => ({
    name: metadata?.name ?? '',
    labels: metadata?.labels ?? {},
    linkerdInject: metadata?.annotations?.[linkerdInjectAnnotation] ?? '',
    createdAt: metadata?.creationTimestamp,
    deletingSince: metadata?.deletionTimestamp,
    finalizers: metadata?.finalizers ?? [],
    conditions: Object.fromEntries(
      (status?.conditions ?? []).map(({ type, status: value, lastTransitionTime, reason, message }) => [
        type,
        { status: value, since: lastTransitionTime, reason: reason ?? '', message: message ?? '' },
      ]),
    ),
  }),
});
