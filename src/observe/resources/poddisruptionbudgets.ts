import { type LabelSelector, labelSelectorOf } from '../../kube/label-selector.ts';
import type { PodDisruptionBudget } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface PodDisruptionBudgetView {
  name: string;
  namespace: string;
  /** Undefined where it has none, and so is about no pod; an empty one is about every pod of its namespace. */
  selector: LabelSelector | undefined;
  /** `minAvailable 1` or `maxUnavailable 0`, as it is written. */
  rule: string;
  disruptionsAllowed: number;
  expectedPods: number;
  currentHealthy: number;
  desiredHealthy: number;
  /** The controller has seen the newest spec, so that the numbers are about it. */
  observed: boolean;
  /** Since when no disruption is allowed, RFC 3339. */
  refusingSince: string | undefined;
  deleting: boolean;
}

export const poddisruptionbudgets = defineResource({
  type: { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets', kind: 'PodDisruptionBudget', namespaced: true },
  project: ({ metadata, spec, status }: PodDisruptionBudget): PodDisruptionBudgetView => {
    const allowed = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      selector: spec?.selector && labelSelectorOf(spec.selector),
      rule: ruleOf(spec),
      disruptionsAllowed: status?.disruptionsAllowed ?? 0,
      expectedPods: status?.expectedPods ?? 0,
      currentHealthy: status?.currentHealthy ?? 0,
      desiredHealthy: status?.desiredHealthy ?? 0,
      observed: (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0),
      refusingSince: allowed?.status === 'False' ? allowed.lastTransitionTime : undefined,
      deleting: metadata?.deletionTimestamp !== undefined,
    };
  },
});

function ruleOf(spec: PodDisruptionBudget['spec']): string {
  if (spec?.maxUnavailable !== undefined) return `maxUnavailable ${spec.maxUnavailable}`;
  return `minAvailable ${spec?.minAvailable ?? 0}`;
}
