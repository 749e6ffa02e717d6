import { type ClusterFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { albController, eventOf, type ServiceFixture, serviceOf } from '../../../test/fixtures/networking.ts';
import { deployment } from '../../../test/fixtures/observability.ts';
import { lbPending } from './lb-pending.ts';

const pending = (options: ServiceFixture = {}) => serviceOf('edge', { type: 'LoadBalancer', ...options });
const machine = (providerID: string) => ({ ...node('a'), spec: { providerID } });
const aws = { nodes: [machine('aws:///eu-west-1a/i-1')] };
const found = (more: ClusterFixture = aws, options: ServiceFixture = {}, agreement = {}) =>
  findingsOf(lbPending, { services: [pending(options)], ...more }, {}, agreement);
const metallb = {
  deployments: [deployment('controller', { namespace: 'metallb-system', images: ['quay.io/metallb/controller:v0.15.2'] })],
};

describe('lb-pending fires', () => {
  it('in a cloud whose controller gives no address', () => {
    expect(found()).toEqual([
      {
        object: 'Service/shop/edge',
        severity: 'warning',
        reason: 'NoAddress',
        message:
          'Service/shop/edge is of type LoadBalancer and the cluster has given it no address, so it cannot be reached from outside. Look at its Events: kubectl -n shop describe service edge.',
      },
    ]);
  });

  it('with what the controller last said, without the id that differs with each attempt', () => {
    const message = 'Error syncing load balancer: no subnets, request id: 01234567-89ab-cdef-0123-456789abcdef';
    const events = [eventOf('Service/shop/edge', 'SyncLoadBalancerFailed', { message })];
    expect(found({ ...aws, 'load-balancer-events': events })[0]?.message).toContain(
      ' The controller says SyncLoadBalancerFailed: "Error syncing load balancer: no subnets". Look at its Events',
    );
  });

  it.each<[string, ClusterFixture]>([
    ['MetalLB runs', metallb],
    ['another Service has an address', { services: [pending(), serviceOf('other', { type: 'LoadBalancer', addresses: ['192.0.2.1'] })] }],
    ['a controller says that it failed', { 'load-balancer-events': [eventOf('Service/shop/edge', 'AllocationFailed')] }],
  ])('where there is no cloud and %s', (_, cluster) => {
    expect(found(cluster)).toHaveLength(1);
  });

  it('for a class whose controller is there', () => {
    const [finding] = found({ deployments: [albController()] }, { loadBalancerClass: 'service.k8s.aws/nlb' });
    expect(finding?.message).toContain('and service.k8s.aws/nlb has given it no address');
  });

  it('for a class of the provider', () => {
    expect(found({}, { loadBalancerClass: 'eks.amazonaws.com/nlb' })).toHaveLength(1);
  });
});

describe('lb-pending at its boundaries', () => {
  it('fires 10 minutes after the first sight and not a second before', () => {
    expect(findingsAfter(10, lbPending, { services: [pending()], ...aws })).toBe(1);
    expect(findingsAfter(10 - 1 / 60, lbPending, { services: [pending()], ...aws })).toBe(0);
  });
});

describe('lb-pending is silent', () => {
  it.each<[string, ServiceFixture]>([
    ['that has an address', { addresses: ['192.0.2.1'] }],
    ['of another type', { type: 'ClusterIP' }],
    ['that is being deleted', { deleting: true }],
    ['of a class that is not known', { loadBalancerClass: 'example.com/lb' }],
    ['of a class whose controller is not there', { loadBalancerClass: 'service.k8s.aws/nlb' }],
  ])('about a Service %s', (_, options) => {
    expect(found(aws, options)).toEqual([]);
  });

  it.each<[string, ClusterFixture]>([
    ['nodes of no cloud', { nodes: [machine(''), machine('kind://docker/kind/a'), machine('vsphere://4213')] }],
    [
      'MetalLB that is scaled to zero',
      { deployments: [deployment('controller', { namespace: 'metallb-system', images: ['metallb/controller:v1'], desired: 0 })] },
    ],
    [
      'another class’s address',
      { services: [pending(), serviceOf('x', { type: 'LoadBalancer', loadBalancerClass: 'tailscale', addresses: ['100.64.0.1'] })] },
    ],
    [
      'a controller that has succeeded since it failed',
      {
        'load-balancer-events': [
          eventOf('Service/shop/edge', 'AllocationFailed', { last: 9 }),
          eventOf('Service/shop/edge', 'IPAllocated', { first: 2, last: 2 }),
        ],
      },
    ],
  ])('where nobody gives addresses: %s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
  });

  it('while a load balancer is made', () => {
    expect(findingsAfter(8, lbPending, { services: [pending()], ...aws })).toBe(0);
  });

  it('about a namespace that is not covered', () => {
    expect(found(aws, {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });

  it('where no Service asks for one: the check is NotApplicable', () => {
    expect(verdictOf(lbPending, { services: [serviceOf('web')], ...aws })).toBe('NotApplicable: No Service is of type LoadBalancer.');
  });
});

it.each(['services', 'nodes', 'load-balancer-events'] as const)('lb-pending is unknown, not healthy, where %s cannot be read', (name) => {
  const message = `the operator may not list and watch ${name}: forbidden`;
  const services = [pending()];
  expect(verdictOf(lbPending, { services, knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
