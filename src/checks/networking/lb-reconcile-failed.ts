import type { ClusterView } from '../../observe/cluster-view.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { missingBackends } from './ingress-chain.ts';
import { type Failure, failures, isAboutFirewall, wordsOf } from './load-balancers.ts';

export const lbReconcileFailed = defineCheck({
  id: 'lb-reconcile-failed',
  area: 'Networking',
  tier: 'Level2',
  title: 'A load balancer cannot be made or changed as it is asked for',
  severity: 'critical',
  for: '5m',
  needs: { resources: ['load-balancer-events', 'services', 'ingresses'], optional: ['targetgroupbindings'] },
  remediation:
    'Read the Events of the object with `kubectl describe`: the controller repeats what the cloud answered. Missing permissions, quotas, subnets without tags and annotations that contradict each other are the usual causes.',
  references: [
    'AWS Load Balancer Controller: FailedBuildModel, FailedDeployModel, SuccessfullyReconciled',
    'Kubernetes cloud-provider: SyncLoadBalancerFailed, EnsuredLoadBalancer, UpdatedLoadBalancer',
    'own default: 5m, the longest that the service controller waits between two attempts',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const alike = new Map<string, [object: string, failure: Failure][]>();
    for (const [object, failure] of failures(view)) {
      const [kind = '', namespace = '', name = ''] = object.split('/');
      if (!agreement.isCovered(namespace) || isAboutFirewall(failure) || !isOwn(view, kind, `${namespace}/${name}`)) continue;
      const key = `${kind} ${failure.reason} ${failure.message}`;
      alike.set(key, [...(alike.get(key) ?? []), [object, failure]]);
    }
    return { observations: [...alike.values()].flatMap(reconcileFailed) };
  },
});

/** Ingresses that share a load balancer fail with the same words: one finding, about the first of them. */
function reconcileFailed(alike: readonly [object: string, failure: Failure][]): Observation[] {
  const objects = alike.map(([object]) => object).sort();
  const [object = ''] = objects;
  const failure = alike.find(([one]) => one === object)?.[1];
  if (!failure) return [];
  const [kind = '', namespace = '', name = ''] = object.split('/');
  return [
    {
      object,
      reason: 'ReconcileFailed',
      message: `The load balancer of ${inBrief(objects)} is not as it is asked for: its controller says ${wordsOf(failure)}. Look at its Events: kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}.`,
      since: failure.since,
    },
  ];
}

/** A Service without an address is lb-pending's, an Ingress whose Service is missing ingress-backend-missing's; what is gone is nobody's. */
function isOwn(view: ClusterView, kind: string, key: string): boolean {
  if (kind === 'Service') {
    const service = view.get('services', key);
    return service !== undefined && !service.deleting && service.type === 'LoadBalancer' && service.addresses.length > 0;
  }
  if (kind === 'Ingress') {
    const ingress = view.get('ingresses', key);
    return ingress !== undefined && !ingress.deleting && missingBackends(view, ingress).length === 0;
  }
  const binding = view.get('targetgroupbindings', key);
  return binding !== undefined && !binding.deleting;
}
