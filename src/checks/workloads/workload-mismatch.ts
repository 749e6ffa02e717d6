import { redact, shortened } from '../../kube/redact.ts';
import { instantOf } from '../../observe/resource.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { allWorkloads } from '../../observe/workloads.ts';
import { type Context, defineCheck, type Observation } from '../check.ts';
import { nameOf } from '../observability/workloads.ts';
import { noParameters } from '../parameters.ts';
import { missingReplicas } from './missing-replicas.ts';
import { byWorkload, deliveryIsCovered, earliest, inWords, isJudged, podNames, podNeeds, podsThere, stuckRollouts } from './pod-states.ts';
import { readinessIsReported } from './reported-elsewhere.ts';

export const workloadMismatch = defineCheck({
  id: 'workload-mismatch',
  area: 'Workloads',
  tier: 'Level2',
  title: 'A workload is not what its spec says: pods are missing, or its controller does not act',
  severity: 'warning',
  for: '15m',
  needs: { ...podNeeds, optional: ['ingressclasses'] },
  remediation:
    'See what keeps the controller from making pods: `kubectl describe` of the workload and of its ReplicaSet shows the Events (a quota that is full, a webhook or Pod Security that refuses, a ServiceAccount that is gone). Where the newest spec is not even seen, look at kube-controller-manager.',
  references: [
    'kubernetes-mixin: KubeDeploymentReplicasMismatch, KubeStatefulSetReplicasMismatch, KubeDeploymentGenerationMismatch, KubeStatefulSetGenerationMismatch, KubeDaemonSetRolloutStuck (15m)',
  ],
  alerts: ['KubeDeploymentGenerationMismatch', 'KubeStatefulSetGenerationMismatch', ...missingReplicas],
  parameters: noParameters,
  evaluate: (context) => {
    const { view } = context;
    const observations: Observation[] = [];
    for (const workload of allWorkloads(view)) {
      if (workload.deleting || workload.paused || !isJudged(context, workload.namespace)) continue;
      const observation = workload.observed ? shortage(context, workload) : notObserved(workload);
      if (observation) observations.push(observation);
    }
    return { observations };
  },
});

function notObserved(workload: WorkloadView): Observation {
  return {
    object: nameOf(workload),
    reason: 'GenerationNotObserved',
    message: `The controller of ${nameOf(workload)} has not seen its newest spec, so that no change takes effect. Look at kube-controller-manager: its log and its Lease.`,
  };
}

/** Of pods that are there and not ready, other checks tell; what is left are those that are not there, or whose image is missing. */
function shortage(context: Context, workload: WorkloadView): Observation | undefined {
  const { desired, ready } = workload;
  const object = nameOf(workload);
  if (ready >= desired || readinessIsReported(context, object)) return undefined;
  if (deliveryIsCovered(context) && stuckRollouts(context).has(object)) return undefined;
  const there = podsThere(context.view, object);
  // A StatefulSet makes a pod once the one before it is ready.
  if (there < desired && (workload.kind !== 'StatefulSet' || there <= ready)) return podsMissing(workload, object);
  return deliveryIsCovered(context) ? undefined : imagesMissing(context, object);
}

function podsMissing({ desired, notCreated, namespace, kind, name }: WorkloadView, object: string): Observation {
  const why = notCreated ? reasonOf(notCreated.message) : '';
  const look = `kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}`;
  return {
    object,
    reason: 'PodsMissing',
    message: `${object} has fewer pods than the ${desired} that it should have, and no more are made${why ? `: ${why}` : ''}. See the Events of its controller: ${look}.`,
    since: instantOf(notCreated?.since),
  };
}

function imagesMissing(context: Context, object: string): Observation | undefined {
  const pods = byWorkload(context, 'ImageMissing').get(object);
  if (!pods) return undefined;
  return {
    object,
    reason: 'ImageMissing',
    message: `${object} has too few ready pods, because images cannot be had: ${inWords(pods, ({ name, waiting }) => `${name} waits (${waiting})`)} (${podNames(pods)}). See the Events: kubectl -n ${pods[0]?.pod.namespace} describe pod.`,
    since: earliest(pods.map(({ since }) => since)),
  };
}

/** The API server's words without the pod's name, which differs each time, without what a quota counts, and without what a webhook should not say. */
function reasonOf(message: string): string {
  return redact(shortened(message, 1024))
    .replace(/^.*? is forbidden: /s, '')
    .replace(/^(exceeded quota: [^,]+),.*$/s, '$1')
    .slice(0, 200)
    .replace(/[.\s]+$/, '');
}
