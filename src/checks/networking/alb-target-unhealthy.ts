import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { PodView, UnhealthyTarget } from '../../observe/resources/pods.ts';
import type { TargetGroupBindingView } from '../../observe/resources/targetgroupbindings.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { controllerWorkloads, isDown } from './ingress-chain.ts';
import { ingressControllerNamed } from './ingress-controllers.ts';

export const albTargetUnhealthy = defineCheck({
  id: 'alb-target-unhealthy',
  area: 'Networking',
  tier: 'Level2',
  title: 'Pods are not healthy in the target group of an AWS load balancer, or nobody keeps the group',
  severity: 'warning',
  for: '10m',
  needs: { resources: ['targetgroupbindings', 'pods', 'deployments', 'daemonsets', 'statefulsets'] },
  remediation:
    'Compare the path, port and success codes of the health check with what the pods answer, and the security groups of the load balancer with those of the nodes: `kubectl describe targetgroupbinding` names both. Where the binding was not looked at, read the log of AWS Load Balancer Controller.',
  references: [
    'own default: 10m, longer than a target takes to be registered and to pass its health checks',
    'AWS Load Balancer Controller: pod readiness gate, TargetGroupBinding',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const unhealthy = unhealthyByBinding(view);
    const controllerDown = isControllerDown(view);
    const observations = view.list('targetgroupbindings').flatMap((binding) => {
      if (binding.deleting || !agreement.isCovered(binding.namespace)) return [];
      const targets = unhealthy.get(`${binding.namespace}/${binding.name}`) ?? [];
      // Without its controller nothing is looked at: that is ingress-controller-unhealthy's.
      return [
        ...(binding.observed || controllerDown ? [] : [untended(binding)]),
        ...(targets.length > 0 ? [failing(binding, targets)] : []),
      ];
    });
    return { observations };
  },
});

type Target = UnhealthyTarget & { pod: PodView };

function unhealthyByBinding(view: ClusterView): ReadonlyMap<string, Target[]> {
  const found = new Map<string, Target[]>();
  for (const pod of view.list('pods'))
    for (const target of pod.deleting ? [] : (pod.unhealthyTargets ?? [])) {
      const key = `${pod.namespace}/${target.binding}`;
      found.set(key, [...(found.get(key) ?? []), { ...target, pod }]);
    }
  return found;
}

function isControllerDown(view: ClusterView): boolean {
  const controller = ingressControllerNamed('ingress.k8s.aws/alb');
  return controller !== undefined && controllerWorkloads(view, controller).some(isDown);
}

function nameOf({ namespace, name }: TargetGroupBindingView): string {
  return `TargetGroupBinding/${namespace}/${name}`;
}

function untended(binding: TargetGroupBindingView): Observation {
  return {
    object: nameOf(binding),
    reason: 'GenerationNotObserved',
    message: `${nameOf(binding)} (Service/${binding.namespace}/${binding.service}) was changed and AWS Load Balancer Controller has not looked at it: its target group keeps the targets that it had. Read the log of the controller.`,
  };
}

/** It counts from the pod that has been so for longest; those of a rollout are so for a moment each. */
function failing(binding: TargetGroupBindingView, targets: readonly Target[]): Observation {
  const since = targets.flatMap((target) => instantOf(target.since) ?? []).sort(Temporal.Instant.compare)[0];
  const workloads = [...new Set(targets.map(({ pod }) => pod.workload))];
  const reasons = [...new Set(targets.flatMap(({ reason }) => reason || []))];
  return {
    object: nameOf(binding),
    reason: 'TargetsUnhealthy',
    message: `Pods of ${inBrief(workloads)} are ready and not healthy in the target group of ${nameOf(binding)} (Service/${binding.namespace}/${binding.service})${reasons.length > 0 ? `: ${inBrief(reasons)}` : ''}. The load balancer sends them nothing. Compare its health check with what they answer.`,
    since,
  };
}
