import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

/** What an autoscaler cannot do, by the condition that is False. */
const unable = { AbleToScale: 'cannot change the size of', ScalingActive: 'does not know how many pods are needed of' } as const;

/** What an autoscaler says that gets no use of pods, or of one container of them, from metrics.k8s.io. */
const fromMetricsApi: readonly string[] = ['FailedGetResourceMetric', 'FailedGetContainerResourceMetric'];

export const hpaInactive = defineCheck({
  id: 'hpa-inactive',
  area: 'Capacity',
  tier: 'Level1',
  title: 'An autoscaler does not scale',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['horizontalpodautoscalers'], optional: ['apiservices'] },
  remediation:
    'Read the condition’s message with `kubectl describe hpa`. Metrics: check that what serves them answers, and that every container has a request for the resource that is measured. Target: check that it exists and that its selector is its own.',
  references: ['Kubernetes: HorizontalPodAutoscaler status conditions', 'own default: 15m, longer than pods take to become ready'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const metricsDown = isMetricsApiDown(view);
    const observations: Observation[] = [];
    for (const { name, namespace, target, conditions, deleting } of view.list('horizontalpodautoscalers')) {
      if (deleting) continue;
      for (const type of ['AbleToScale', 'ScalingActive'] as const) {
        const condition = conditions[type];
        if (condition?.status !== 'False' || condition.reason === 'ScalingDisabled') continue;
        if (metricsDown && fromMetricsApi.includes(condition.reason)) continue;
        const object = objectName('HorizontalPodAutoscaler', name, namespace);
        observations.push({
          object,
          reason: type === 'AbleToScale' ? 'NotAbleToScale' : 'ScalingNotActive',
          message: `${object} ${unable[type]} ${target} (${type} is False: ${condition.reason || 'no reason given'}), so it stays as it is whatever the load. See \`kubectl describe hpa ${name} -n ${namespace}\`.`,
          since: instantOf(condition.since),
        });
      }
    }
    return { observations };
  },
});

/** obs-metrics-server says so, and that no autoscaling by CPU or memory works then. */
function isMetricsApiDown(view: ClusterView): boolean {
  if (view.knowledge('apiservices').state !== 'Current') return false;
  return view.get('apiservices', 'v1beta1.metrics.k8s.io')?.available?.status !== 'True';
}
