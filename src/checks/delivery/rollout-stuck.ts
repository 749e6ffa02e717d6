import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { PodView } from '../../observe/resources/pods.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { type Context, defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { missingReplicas } from '../workloads/missing-replicas.ts';
import {
  type AffectedPod,
  howItEnds,
  inWords,
  isFailing,
  isInService,
  isJudged,
  podNeeds,
  podsInTrouble,
  stuckRollouts,
} from '../workloads/pod-states.ts';
import { type Classification, classify } from './classify.ts';

export const rolloutStuck = defineCheck({
  id: 'rollout-stuck',
  area: 'Delivery',
  tier: 'Level3',
  title: 'A new version of a workload does not come up',
  severity: 'warning',
  for: '15m',
  needs: podNeeds,
  remediation:
    'Look at the pod that the message names: its log, its Events and what it waits for. `kubectl rollout undo` brings the version before back while that is looked at.',
  references: [
    'Kubernetes: Deployment condition Progressing, reason ProgressDeadlineExceeded',
    'kubernetes-mixin: KubeDeploymentRolloutStuck, KubeStatefulSetUpdateNotRolledOut, KubeDaemonSetRolloutStuck (15m)',
  ],
  alerts: ['KubePodNotReady', 'KubePodCrashLooping', 'KubeContainerWaiting', ...missingReplicas],
  parameters: noParameters,
  evaluate: (context) => ({
    observations: [...stuckRollouts(context)].flatMap(([object, workload]) => judge(context, object, workload) ?? []),
  }),
});

/** Why it is stuck, in words that stay the same while it is. */
type Why = Pick<Classification, 'stage' | 'cause' | 'subject'> & { words: string };

function judge(context: Context, object: string, workload: WorkloadView): Observation | undefined {
  const { namespace, kind, name, stuck } = workload;
  if (workload.deleting || workload.paused || workload.desired === 0 || !isJudged(context, namespace)) return undefined;
  const pods = podsInTrouble(context).filter((pod) => pod.object === object);
  const failing = pods
    .filter((pod) => isFailing(pod) && pod.state !== 'ImageMissing')
    .toSorted((a, b) => (a.pod.name < b.pod.name ? -1 : 1));
  if (failing.length === 0 && !workload.notCreated && isToldElsewhere(context, object, pods)) return undefined;
  const why = whyOf(context, object, workload, failing);
  const deadline = stuck
    ? `has made no progress for longer than its progressDeadlineSeconds of ${stuck.deadlineSeconds}`
    : 'does not go on';
  return {
    object,
    reason: 'RolloutStuck',
    stage: why.stage,
    cause: why.cause,
    ...(why.subject ? { subject: why.subject } : {}),
    message: `The rollout of ${object} ${deadline}: ${why.words}. Bring the version before back: kubectl -n ${namespace} rollout undo ${kind.toLowerCase()}/${name}.`,
    since: stuck ? instantOf(stuck.since) : stoppedAt(failing, workload.updating ?? 1),
  };
}

/** It stopped when the last of those pods ceased to be ready that may be away at once. One that crashes is dated anew each time: then first sight counts. */
function stoppedAt(failing: readonly AffectedPod[], atOnce: number): Temporal.Instant | undefined {
  if (failing.some(({ state }) => state === 'Crashing' || state === 'OutOfMemory')) return undefined;
  const times = failing.map(({ since }) => since);
  if (times.some((time) => time === undefined)) return undefined;
  return times.filter((time) => time !== undefined).toSorted(Temporal.Instant.compare)[atOnce - 1];
}

/** image-pull, pod-unschedulable and the checks of nodes tell of what the rollout waits for. */
function isToldElsewhere({ view }: Context, object: string, pods: readonly AffectedPod[]): boolean {
  if (pods.some(({ state }) => state === 'ImageMissing')) return true;
  const notReady = notReadyPods(view).get(object) ?? [];
  return notReady.length > 0 && !notReady.some((pod) => isOnNodeInService(view, pod));
}

function isOnNodeInService(view: ClusterView, { nodeName }: PodView): boolean {
  const node = view.get('nodes', nodeName);
  return node !== undefined && isInService(node);
}

/** By workload: those that are not ready, and those that no node takes. */
function notReadyPods(view: ClusterView): ReadonlyMap<string, PodView[]> {
  return view.derive('pods that are not ready', () =>
    Map.groupBy(
      view.list('pods').filter(({ trouble, unschedulable, deleting }) => !deleting && (trouble?.notReady || unschedulable)),
      ({ workload }) => workload,
    ),
  );
}

function whyOf({ view }: Context, object: string, { notCreated, kind }: WorkloadView, failing: readonly AffectedPod[]): Why {
  if (notCreated) {
    const { stage, cause, subject } = classify({ text: notCreated.message, kind });
    return { stage, cause, ...(subject ? { subject } : {}), words: `its pods cannot be made${subject ? `, because of ${subject}` : ''}` };
  }
  const [first] = failing;
  if (first) return whyOfPod(first);
  const slow = (notReadyPods(view).get(object) ?? [])
    .filter((pod) => isOnNodeInService(view, pod))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, trouble } of slow) {
    if (trouble?.notReady?.progress === 'Starting')
      return { stage: 'Verify', cause: 'ProbeFailed', words: `pod ${name} runs and its startup probe does not succeed` };
    if (trouble?.notReady?.progress === 'Gated')
      return { stage: 'Verify', cause: 'DependencyNotReady', words: `the containers of pod ${name} are ready and a readiness gate is not` };
  }
  return { stage: 'Deploy', cause: 'DeadlineExceeded', words: 'none of its pods says why' };
}

function whyOfPod(affected: AffectedPod): Why {
  const { pod, state, containers, trouble } = affected;
  if (state === 'Crashing')
    return { stage: 'Deploy', cause: 'CrashLoop', words: `pod ${pod.name} crashes: ${inWords([affected], howItEnds)}` };
  if (state === 'OutOfMemory')
    return { stage: 'Deploy', cause: 'CrashLoop', words: `a container of pod ${pod.name} is ended for lack of memory` };
  if (state === 'Waiting') {
    const { stage, cause } = classify({ text: '', reason: containers[0]?.waiting, kind: 'Deployment' });
    return {
      stage,
      cause,
      words: `pod ${pod.name} is not started: ${inWords([affected], ({ name, waiting }) => `${name} waits (${waiting})`)}`,
    };
  }
  if (trouble.notReady?.progress === 'Started')
    return { stage: 'Verify', cause: 'ProbeFailed', words: `pod ${pod.name} runs and its readiness probe does not succeed` };
  if (trouble.notReady?.progress === 'Initializing')
    return { stage: 'Verify', cause: 'Unknown', words: `the init containers of pod ${pod.name} do not end` };
  return { stage: 'Deploy', cause: 'Unknown', words: `the kubelet has said nothing of pod ${pod.name}` };
}
