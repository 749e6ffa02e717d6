import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { missingReplicas } from './missing-replicas.ts';
import { givesNetwork } from './network-daemonsets.ts';
import { type AffectedPod, byWorkload, howItEnds, inWords, podNames, podNeeds } from './pod-states.ts';

export const podCrashloop = defineCheck({
  id: 'pod-crashloop',
  area: 'Workloads',
  tier: 'Level2',
  title: 'Containers of a workload crash again and again',
  severity: 'warning',
  for: '15m',
  needs: podNeeds,
  remediation:
    'Read what the container wrote before it ended: `kubectl logs <pod> -c <container> --previous`. Exit code 137 is a kill (a liveness probe that fails, or the node), 139 a crash of the program itself, 126 and 127 a command that cannot be run.',
  references: ['kubernetes-mixin: KubePodCrashLooping (15m)', 'Kubernetes: container restart policy, back-off of 10s up to 5m'],
  alerts: ['KubePodCrashLooping', 'KubePodNotReady', ...missingReplicas],
  parameters: noParameters,
  evaluate: (context) => ({
    observations: [...byWorkload(context, 'Crashing')]
      .filter(([object]) => !givesNetwork(context, object))
      .map(([object, pods]) => ({
        object,
        reason: 'CrashLoop',
        message: `Containers of ${object} crash again and again: ${inWords(pods, howItEnds)} (${podNames(pods)}). Read why: ${logsOf(pods)}.`,
      })),
  }),
});

/** For the first pod in order, so that the text stays. */
function logsOf(pods: readonly AffectedPod[]): string {
  const [first] = pods.toSorted((a, b) => (a.pod.name < b.pod.name ? -1 : 1));
  return `kubectl -n ${first?.pod.namespace} logs ${first?.pod.name} -c ${first?.containers[0]?.name} --previous`;
}
