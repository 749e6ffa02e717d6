import * as z from 'zod';
import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { wholeNumber } from '../parameters.ts';
import { missingReplicas } from './missing-replicas.ts';
import { type AffectedPod, byWorkload, earliest, podNames, podNeeds } from './pod-states.ts';
import { readinessIsReported } from './reported-elsewhere.ts';

export const podNotReady = defineCheck({
  id: 'pod-not-ready',
  area: 'Workloads',
  tier: 'Level2',
  title: 'Pods of a workload run and are not ready',
  severity: 'warning',
  for: '15m',
  needs: { ...podNeeds, optional: ['ingressclasses'] },
  remediation:
    'See which container is not ready and why its readiness probe fails: `kubectl describe pod`, then its log. What it waits for, such as a database, is often what is broken.',
  references: ['kubernetes-mixin: KubePodNotReady (15m)', 'own default: an init container may take an hour'],
  alerts: ['KubePodNotReady', ...missingReplicas],
  parameters: z.strictObject({
    initMinutes: wholeNumber(60, 'Minutes for which the init containers of a pod may run.', { min: 0, max: 10_080 }),
  }),
  evaluate: (context) => ({
    observations: [...byWorkload(context, 'NotReady')].flatMap(([object, all]) => {
      const pods = all.filter((pod) => !mayInitialize(pod, context.now, context.parameters.initMinutes));
      if (pods.length === 0 || readinessIsReported(context, object)) return [];
      return [
        {
          object,
          reason: 'NotReady',
          message: `Pods of ${object} are not ready: ${inBrief([...new Set(pods.map(why))])} (${podNames(pods)}). See why: kubectl -n ${pods[0]?.pod.namespace} describe pod.`,
          since: earliest(pods.map(({ since }) => since)),
        },
      ];
    }),
  }),
});

function mayInitialize({ trouble, since }: AffectedPod, now: Temporal.Instant, minutes: number): boolean {
  if (trouble.notReady?.progress !== 'Initializing') return false;
  return since === undefined || now.epochMilliseconds - since.epochMilliseconds < minutes * 60_000;
}

function why({ trouble }: AffectedPod): string {
  if (trouble.notReady?.progress === 'Initializing') return 'init containers do not end';
  if (trouble.notReady?.progress === 'Unseen') return 'the kubelet has not taken them up';
  return 'containers run and are not ready';
}
