import * as z from 'zod';
import { formatBytes } from '../../kube/quantity.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { oomKillsKept } from '../../observe/resources/pod-trouble.ts';
import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { wholeNumber } from '../parameters.ts';
import { missingReplicas } from './missing-replicas.ts';
import { byWorkload, earliest, podNames, podNeeds, recentKills } from './pod-states.ts';

export const podOomkilled = defineCheck({
  id: 'pod-oomkilled',
  area: 'Workloads',
  tier: 'Level2',
  title: 'Containers of a workload are ended for lack of memory',
  severity: 'warning',
  for: '0s',
  needs: { ...podNeeds, optional: ['statefulsets'] },
  remediation:
    'Compare what the container uses with its memory limit (`kubectl top pod --containers`, `kubectl describe pod`). Raise the limit and the request together, or find what uses the memory: a leak, a cache without a bound, a load that has grown.',
  references: ['own default: 1 within an hour is a warning, 3 are critical', 'Kubernetes: containers that exceed their memory limit'],
  alerts: ['KubePodCrashLooping', 'KubePodNotReady', ...missingReplicas],
  parameters: z.strictObject({
    criticalCount: wholeNumber(3, 'Ends for lack of memory of one workload within an hour from which on it is critical.', {
      min: 1,
      max: oomKillsKept,
    }),
  }),
  evaluate: (context) => {
    const { view, now, parameters } = context;
    return {
      observations: [...byWorkload(context, 'OutOfMemory')].map(([object, pods]) => {
        const kills = pods.flatMap(({ trouble }) => recentKills(trouble, now));
        const critical = kills.length >= parameters.criticalCount;
        const containers = [...new Set(kills.map(({ container }) => container))];
        const often = critical ? `at least ${times(parameters.criticalCount)} within an hour` : 'within the last hour';
        return {
          object,
          reason: 'OomKilled',
          severity: critical ? 'critical' : 'warning',
          message: `${object} ran out of memory ${often}: the kernel ended ${inBrief(containers.map((name) => withLimit(view, object, name)))} (${podNames(pods)}). Raise the memory limit, or find what uses it.`,
          since: earliest(kills.map(({ at }) => at)),
        };
      }),
    };
  },
});

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** `main (limit 256Mi)`; of pods that no workload made, the limit is not kept. */
function withLimit(view: ClusterView, object: string, container: string): string {
  const [kind, namespace, name] = object.split('/');
  const resource = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets' }[kind ?? ''] as
    | 'deployments'
    | 'statefulsets'
    | 'daemonsets'
    | undefined;
  const workload = resource && view.get(resource, `${namespace}/${name}`);
  const limit = workload?.containers.find((candidate) => candidate.name === container)?.limits.memory;
  return limit === undefined ? container : `${container} (limit ${formatBytes(limit)})`;
}
