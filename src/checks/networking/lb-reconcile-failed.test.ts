import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { chain, eventOf, ingressOf, serviceOf } from '../../../test/fixtures/networking.ts';
import { lbReconcileFailed } from './lb-reconcile-failed.ts';

const api = 'Ingress/shop/api';
const said = (...events: object[]) => ({ 'load-balancer-events': events });
const found = (cluster: ClusterFixture, agreement = {}) => findingsOf(lbReconcileFailed, chain(cluster), {}, agreement);
const edge = (addresses: string[], type: 'LoadBalancer' | 'ClusterIP' = 'LoadBalancer') => [serviceOf('edge', { type, addresses })];
const binding = { metadata: { name: 'k8s-web', namespace: 'shop' }, spec: { serviceRef: { name: 'web' } } };

describe('lb-reconcile-failed fires', () => {
  it.each(['FailedDeployModel', 'FailedBuildModel'])('where the controller of an Ingress says %s, with its words', (reason) => {
    expect(found(said(eventOf(api, reason, { message: 'Failed build model due to no subnets' })))).toEqual([
      {
        object: api,
        severity: 'critical',
        reason: 'ReconcileFailed',
        message: `The load balancer of ${api} is not as it is asked for: its controller says ${reason}: "Failed build model due to no subnets". Look at its Events: kubectl -n shop describe ingress api.`,
      },
    ]);
  });

  it('for a Service that has an address and cannot be changed', () => {
    const cluster = { services: edge(['192.0.2.1']), ...said(eventOf('Service/shop/edge', 'SyncLoadBalancerFailed')) };
    expect(found(cluster)).toMatchObject([{ object: 'Service/shop/edge', severity: 'critical' }]);
  });

  it('for a TargetGroupBinding', () => {
    const cluster = { targetgroupbindings: [binding], ...said(eventOf('TargetGroupBinding/shop/k8s-web', 'FailedDeployModel')) };
    expect(found(cluster)).toHaveLength(1);
  });

  it('once for Ingresses that share a load balancer, about the first of them', () => {
    const names = Array.from({ length: 50 }, (_, index) => `m${String(index).padStart(2, '0')}`);
    const findings = found({
      ingresses: names.map((name) => ingressOf({ name, class: 'alb' })),
      ...said(...names.map((name) => eventOf(`Ingress/shop/${name}`, 'FailedDeployModel', { message: 'quota' }))),
    });
    expect(findings.map(({ object }) => object)).toEqual(['Ingress/shop/m00']);
    expect(findings[0]?.message).toContain('Ingress/shop/m04 and 45 more is not');
  });

  it('with the last of several failures', () => {
    const older = eventOf(api, 'FailedBuildModel', { last: 20, message: 'old' });
    expect(found(said(eventOf(api, 'FailedDeployModel', { message: 'new' }), older))[0]?.message).toContain('FailedDeployModel: "new".');
  });

  it('where it fails again after a success', () => {
    const success = eventOf(api, 'SuccessfullyReconciled', { first: 30, last: 30 });
    expect(found(said(success, eventOf(api, 'FailedDeployModel', { first: 90, last: 1 })))).toHaveLength(1);
  });
});

describe('lb-reconcile-failed at its boundaries', () => {
  const began = (first: number) => found(said(eventOf(api, 'FailedDeployModel', { first, last: 0 })));

  it('fires 5 minutes after the first failure and not a second before', () => {
    expect(began(5)).toHaveLength(1);
    expect(began(5 - 1 / 60)).toHaveLength(0);
  });

  it('counts from the last success where the same failure is older than that', () => {
    const since = (minutes: number) =>
      found(said(eventOf(api, 'FailedDeployModel', { first: 90, last: 0 }), eventOf(api, 'SuccessfullyReconciled', { last: minutes })));
    expect(since(5)).toHaveLength(1);
    expect(since(5 - 1 / 60)).toHaveLength(0);
  });
});

describe('lb-reconcile-failed is silent', () => {
  it.each<[string, ClusterFixture]>([
    [
      'where the next attempt succeeded',
      said(eventOf(api, 'FailedDeployModel', { last: 9 }), eventOf(api, 'SuccessfullyReconciled', { last: 8 })),
    ],
    ['about an object that is gone', said(eventOf('Ingress/shop/gone', 'FailedDeployModel'))],
    [
      'about an Ingress that is being deleted',
      { ingresses: [ingressOf({ name: 'api', deleting: true })], ...said(eventOf(api, 'FailedDeployModel')) },
    ],
    [
      'about a Service without an address, which is lb-pending’s',
      { services: edge([]), ...said(eventOf('Service/shop/edge', 'SyncLoadBalancerFailed')) },
    ],
    [
      'about a Service that is of another type now',
      { services: edge(['192.0.2.1'], 'ClusterIP'), ...said(eventOf('Service/shop/edge', 'SyncLoadBalancerFailed')) },
    ],
    [
      'about an Ingress whose Service is missing, which is ingress-backend-missing’s',
      { services: [], ...said(eventOf(api, 'FailedBuildModel')) },
    ],
    [
      'about a firewall, which is waf-missing’s',
      said(eventOf(api, 'FailedDeployModel', { message: 'WAFNonexistentItemException: wafv2' })),
    ],
    [
      'about other Events',
      said(eventOf(api, 'Sync'), eventOf('Pod/shop/web', 'FailedDeployModel'), { metadata: { name: 'empty', namespace: 'shop' } }),
    ],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
  });

  it('about a namespace that is not covered', () => {
    expect(found(said(eventOf(api, 'FailedDeployModel')), { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });
});

it.each(['load-balancer-events', 'services', 'ingresses'] as const)(
  'lb-reconcile-failed is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(lbReconcileFailed, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  },
);
