import { defineCheck, type Evaluation } from '../check.ts';
import { unreadable } from '../observability/operator-instances.ts';
import { noParameters } from '../parameters.ts';
import { failures, isServed, wordsOf } from './load-balancers.ts';

export const lbPending = defineCheck({
  id: 'lb-pending',
  area: 'Networking',
  tier: 'Level2',
  title: 'A Service of type LoadBalancer gets no address',
  severity: 'warning',
  for: '10m',
  needs: { resources: ['services', 'nodes', 'deployments', 'daemonsets'], optional: ['load-balancer-events'] },
  remediation:
    'Read the Events of the Service with `kubectl describe service`: quotas, subnets, missing permissions of the cloud controller and an empty address pool are the usual causes. Where nothing in the cluster makes load balancers, use another type.',
  references: ['own default: 10m, longer than clouds take to make a load balancer', 'Kubernetes: Service, type LoadBalancer'],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const asking = view.list('services').filter(({ type }) => type === 'LoadBalancer');
    if (asking.length === 0) return { outcome: 'NotApplicable', message: 'No Service is of type LoadBalancer.' };
    const pending = asking.filter(
      (service) => service.addresses.length === 0 && !service.deleting && agreement.isCovered(service.namespace) && isServed(view, service),
    );
    const observations = pending.map(({ namespace, name, loadBalancerClass }) => {
      const object = `Service/${namespace}/${name}`;
      const failure = failures(view).get(object);
      const implementation = loadBalancerClass === '' ? 'the cluster' : loadBalancerClass;
      const said = failure ? ` The controller says ${wordsOf(failure)}.` : '';
      return {
        object,
        reason: 'NoAddress',
        message: `${object} is of type LoadBalancer and ${implementation} has given it no address, so it cannot be reached from outside.${said} Look at its Events: kubectl -n ${namespace} describe service ${name}.`,
      };
    });
    const unknown = unreadable(view, 'load-balancer-events');
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});
