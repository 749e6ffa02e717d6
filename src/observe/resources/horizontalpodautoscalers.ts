import type { HorizontalPodAutoscaler } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';
import type { ConditionView } from './nodes.ts';

export interface HorizontalPodAutoscalerView {
  name: string;
  namespace: string;
  /** `Kind/namespace/name` of what it scales. */
  target: string;
  min: number;
  max: number;
  /** Pods that are there, and that it wants. */
  current: number;
  desired: number;
  /** It never takes a pod away, so that it stays where the greatest load has brought it. */
  scaleDownDisabled: boolean;
  /** AbleToScale, ScalingActive and ScalingLimited, by type. */
  conditions: Readonly<Record<string, ConditionView>>;
  deleting: boolean;
}

export const horizontalpodautoscalers = defineResource({
  type: {
    group: 'autoscaling',
    version: 'v2',
    resource: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    namespaced: true,
  },
  project: ({ metadata, spec, status }: HorizontalPodAutoscaler): HorizontalPodAutoscalerView => {
    const namespace = metadata?.namespace ?? '';
    const { kind = '', name = '' } = spec?.scaleTargetRef ?? {};
    return {
      name: metadata?.name ?? '',
      namespace,
      target: `${kind}/${namespace}/${name}`,
      min: spec?.minReplicas ?? 1,
      max: spec?.maxReplicas ?? 0,
      current: status?.currentReplicas ?? 0,
      desired: status?.desiredReplicas ?? 0,
      scaleDownDisabled: spec?.behavior?.scaleDown?.selectPolicy === 'Disabled',
      conditions: Object.fromEntries(
        (status?.conditions ?? []).map(({ type, status: value, lastTransitionTime, reason }) => [
          type,
          { status: value, since: lastTransitionTime, reason: reason ?? '' },
        ]),
      ),
      deleting: metadata?.deletionTimestamp !== undefined,
    };
  },
});
