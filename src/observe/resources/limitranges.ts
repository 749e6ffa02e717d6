import type { LimitRange } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface LimitRangeView {
  name: string;
  namespace: string;
  /** Of containers, pods and claims; each bound by resource, as it is written. */
  limits: readonly { type: string; bounds: Readonly<Record<string, Readonly<Record<string, string>>>> }[];
}

export const limitranges = defineResource({
  type: { group: '', version: 'v1', resource: 'limitranges', kind: 'LimitRange', namespaced: true },
  project: ({ metadata, spec }: LimitRange): LimitRangeView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    limits: (spec?.limits ?? []).map((limit) => ({
      type: limit.type,
      bounds: {
        default: limit.default ?? {},
        defaultRequest: limit.defaultRequest ?? {},
        max: limit.max ?? {},
        min: limit.min ?? {},
        maxLimitRequestRatio: limit.maxLimitRequestRatio ?? {},
      },
    })),
  }),
});
