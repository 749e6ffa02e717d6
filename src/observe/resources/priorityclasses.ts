import type { PriorityClass } from '../../kube/types.ts';
import { isKeptByProvider } from '../provider.ts';
import { defineResource } from '../resource.ts';

export interface PriorityClassView {
  name: string;
  value: number;
  globalDefault: boolean;
  preemptionPolicy: string;
  keptByProvider: boolean;
}

/** What the API server fills in by itself is filled in here too. */
export const priorityclasses = defineResource({
  type: { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses', kind: 'PriorityClass', namespaced: false },
  project: ({ metadata, value, globalDefault, preemptionPolicy }: PriorityClass): PriorityClassView => ({
    name: metadata?.name ?? '',
    value: value ?? 0,
    globalDefault: globalDefault === true,
    preemptionPolicy: preemptionPolicy ?? 'PreemptLowerPriority',
    keptByProvider: isKeptByProvider(metadata?.labels),
  }),
});
