import { defineCheck, type Evaluation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { nameOf } from '../observability/workloads.ts';
import { noParameters } from '../parameters.ts';
import { chainResources, classesByController, handledIngresses, isDown, ownWorkloads } from './ingress-chain.ts';

export const ingressControllerUnhealthy = defineCheck({
  id: 'ingress-controller-unhealthy',
  area: 'Networking',
  tier: 'Level2',
  title: 'An ingress controller has no pod available',
  severity: 'critical',
  for: '5m',
  needs: { resources: chainResources, probes: ['version'] },
  remediation:
    'Look at the pods of the controller: `kubectl describe pod` and their log. A configuration that it cannot load, a node without room and a webhook of its own that nobody answers are the usual causes.',
  references: ['own default: 5m, longer than a rollout of a single pod takes', 'Kubernetes: Ingress controllers'],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const controllers = classesByController(view);
    const unseen = [...controllers].filter(([controller]) => ownWorkloads(view, controller, agreement).length === 0);
    if (unseen.length === controllers.size)
      return {
        outcome: 'NotApplicable',
        message: 'No IngressClass names a controller whose workload is known and in this cluster.',
      };
    const served = handledIngresses(view, agreement);
    const observations = [...controllers].flatMap(([controller, classes]) => {
      const used = served.some(({ handler }) => handler.controller === controller);
      return ownWorkloads(view, controller, agreement)
        .filter((workload) => isDown(workload) && agreement.isCovered(workload.namespace))
        .map((workload) => ({
          object: nameOf(workload),
          reason: 'NoPodAvailable',
          severity: used ? ('critical' as const) : ('warning' as const),
          message: `${nameOf(workload)} is ${controller.title}, which serves the Ingresses of class ${inBrief(classes)}, and none of the ${workload.desired} pods that it should have is available: ${controller.buildsLoadBalancer ? 'no change reaches the load balancers' : 'what they lead to cannot be reached'}. Look at its pods: kubectl -n ${workload.namespace} get pods.`,
        }));
    });
    return { observations };
  },
});
