import type { ClusterView } from '../../observe/cluster-view.ts';
import { defineCheck, type Evaluation } from '../check.ts';
import { unreadable } from '../observability/operator-instances.ts';
import { nameOf } from '../observability/workloads.ts';
import { noParameters } from '../parameters.ts';
import {
  chainResources,
  controllerWorkloads,
  type HandledIngress,
  handledIngresses,
  isDown,
  loadBalancersBefore,
  missingBackends,
} from './ingress-chain.ts';
import type { IngressController } from './ingress-controllers.ts';
import { failures } from './load-balancers.ts';

export const ingressNoAddress = defineCheck({
  id: 'ingress-no-address',
  area: 'Networking',
  tier: 'Level2',
  title: 'An Ingress has no address',
  severity: 'warning',
  for: '10m',
  needs: { resources: chainResources, optional: ['load-balancer-events'], probes: ['version'] },
  remediation:
    'Read the Events of the Ingress with `kubectl describe ingress` and the log of its controller: an annotation that it refuses, a class that it does not watch and permissions that it lacks are the usual causes.',
  references: ['own default: 10m, longer than clouds take to make a load balancer', 'Kubernetes: Ingress'],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const handled = handledIngresses(view, agreement);
    const publishing = new Set(handled.flatMap(({ ingress, handler }) => (ingress.addresses.length > 0 ? [handler.class] : [])));
    const observations = handled.flatMap((one) => {
      const { ingress, object, handler } = one;
      const { controller } = handler;
      if (!controller || ingress.addresses.length > 0 || !(controller.publishes === 'always' || publishing.has(handler.class))) return [];
      if (isConsequence(view, one, controller)) return [];
      return [
        {
          object,
          reason: 'NoAddress',
          message: `${object} has no address: its class is ${handler.class}, served by ${servedBy(view, controller)}, which has not given it one, though its Services are there. Look at its Events: kubectl -n ${ingress.namespace} describe ingress ${ingress.name}.`,
        },
      ];
    });
    const unknown = unreadable(view, 'load-balancer-events');
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});

/** Another link of the chain is broken, and another check reports that one. */
function isConsequence(view: ClusterView, { ingress, object }: HandledIngress, controller: IngressController): boolean {
  const workloads = controllerWorkloads(view, controller);
  // Where the software is known to run in the cluster and is not to be found, nothing can be said of it.
  if (controller.signature && !workloads.some(({ desired }) => desired > 0)) return true;
  if (workloads.some(isDown) || failures(view).has(object)) return true;
  if (controller.buildsLoadBalancer) return missingBackends(view, ingress).length > 0;
  const before = loadBalancersBefore(view, workloads);
  return before.length > 0 && before.every(({ addresses }) => addresses.length === 0);
}

function servedBy(view: ClusterView, controller: IngressController): string {
  const workloads = controllerWorkloads(view, controller).map(nameOf).sort();
  return workloads.length > 0 ? `${controller.title} (${workloads.join(', ')})` : controller.title;
}
