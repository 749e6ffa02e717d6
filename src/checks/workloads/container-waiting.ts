import { instantOf } from '../../observe/resource.ts';
import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { missingReplicas } from './missing-replicas.ts';
import { givesNetwork } from './network-daemonsets.ts';
import { byWorkload, earliest, inWords, latest, podNames, podNeeds } from './pod-states.ts';

export const containerWaiting = defineCheck({
  id: 'container-waiting',
  area: 'Workloads',
  tier: 'Level2',
  title: 'Containers of a workload are not started',
  severity: 'warning',
  for: '1h',
  needs: podNeeds,
  remediation:
    'Read the Events of the pod with `kubectl describe pod`: a ConfigMap, Secret or key that does not exist (CreateContainerConfigError), a volume that cannot be mounted or a network that is not set up (ContainerCreating), or a command that the image does not have (RunContainerError).',
  references: ['kubernetes-mixin: KubeContainerWaiting (1h)'],
  alerts: ['KubeContainerWaiting', 'KubePodNotReady', ...missingReplicas],
  parameters: noParameters,
  evaluate: (context) => ({
    observations: [...byWorkload(context, 'Waiting')]
      .filter(([object]) => !givesNetwork(context, object))
      .map(([object, pods]) => ({
        object,
        reason: 'ContainerWaiting',
        message: `Containers of ${object} are not started: ${inWords(pods, ({ name, waiting }) => `${name} waits (${waiting})`)} (${podNames(pods)}). See the Events: kubectl -n ${pods[0]?.pod.namespace} describe pod.`,
        since: earliest(pods.map(({ trouble, since }) => latest(since, instantOf(trouble.startingSince)))),
      })),
  }),
});
