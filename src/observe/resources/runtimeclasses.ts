import type { RuntimeClass } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface RuntimeClassView {
  name: string;
  handler: string;
  /** What each pod costs on top of its containers, as it is written. */
  overhead: Readonly<Record<string, string>>;
  nodeSelector: Readonly<Record<string, string>>;
  tolerations: readonly { key: string; operator: string; value: string; effect: string; tolerationSeconds: number | undefined }[];
}

export const runtimeclasses = defineResource({
  type: { group: 'node.k8s.io', version: 'v1', resource: 'runtimeclasses', kind: 'RuntimeClass', namespaced: false },
  project: ({ metadata, handler, overhead, scheduling }: RuntimeClass): RuntimeClassView => ({
    name: metadata?.name ?? '',
    handler: handler ?? '',
    overhead: overhead?.podFixed ?? {},
    nodeSelector: scheduling?.nodeSelector ?? {},
    tolerations: (scheduling?.tolerations ?? []).map(({ key, operator, value, effect, tolerationSeconds }) => ({
      key: key ?? '',
      operator: operator || 'Equal',
      value: value ?? '',
      effect: effect ?? '',
      tolerationSeconds,
    })),
  }),
});
