import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { albController, chain, eventOf, ingressClass, ingressOf, nginx, serviceOf } from '../../../test/fixtures/networking.ts';
import { deployment } from '../../../test/fixtures/observability.ts';
import { ingressNoAddress } from './ingress-no-address.ts';

const bare = (more: Parameters<typeof ingressOf>[0] = {}) => ingressOf({ addresses: [], ...more });
const found = (more: ClusterFixture = {}, agreement = {}) =>
  findingsOf(ingressNoAddress, chain({ ingresses: [bare()], ...more }), {}, agreement);
const alb = { ingresses: [bare({ class: 'alb' })] };
const traefik = {
  ingressclasses: [ingressClass('traefik', 'traefik.io/ingress-controller')],
  deployments: [deployment('traefik', { namespace: 'traefik', images: ['docker.io/traefik:v3.5'] })],
};

describe('ingress-no-address fires', () => {
  it('where no other link of the chain is broken, and names the class and who serves it', () => {
    expect(found()).toEqual([
      {
        object: 'Ingress/shop/web',
        severity: 'warning',
        reason: 'NoAddress',
        message:
          'Ingress/shop/web has no address: its class is nginx, served by ingress-nginx (Deployment/ingress-nginx/ingress-nginx-controller), which has not given it one, though its Services are there. Look at its Events: kubectl -n shop describe ingress web.',
      },
    ]);
  });

  it('for a load balancer that is made from the Ingress', () => {
    expect(found(alb)).toHaveLength(1);
  });

  it('for a controller that publishes where it is told to, once another Ingress of the class has an address', () => {
    const ingresses = [bare({ class: 'traefik' }), ingressOf({ name: 'other', class: 'traefik' })];
    expect(found({ ...traefik, ingresses })).toMatchObject([{ object: 'Ingress/shop/web' }]);
  });

  it('for GKE’s own, without a class', () => {
    const gke = { version: 'v1.36.1-gke.1483001', ingressclasses: [], ingresses: [bare({ class: '' })] };
    expect(found(gke)[0]?.message).toContain('its class is gce, served by GKE Ingress, which');
  });
});

describe('ingress-no-address at its boundaries', () => {
  it('fires 10 minutes after the first sight and not a second before', () => {
    expect(findingsAfter(10, ingressNoAddress, chain({ ingresses: [bare()] }))).toBe(1);
    expect(findingsAfter(10 - 1 / 60, ingressNoAddress, chain({ ingresses: [bare()] }))).toBe(0);
  });

  it('is content with one address of one of two load balancers before the controller', () => {
    const inFront = (name: string, addresses: string[]) =>
      serviceOf(name, {
        namespace: 'ingress-nginx',
        type: 'LoadBalancer',
        selector: { 'app.kubernetes.io/name': 'ingress-nginx' },
        addresses,
      });
    expect(found({ services: [serviceOf('web'), inFront('a', []), inFront('b', ['192.0.2.1'])] })).toHaveLength(1);
    expect(found({ services: [serviceOf('web'), inFront('a', []), inFront('b', [])] })).toEqual([]);
  });
});

describe('ingress-no-address is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['where there is an address', { ingresses: [ingressOf()] }],
    ['about an Ingress of a class that is not in the cluster', { ingresses: [bare({ class: 'elsewhere' })] }],
    ['about an Ingress without a class where there is no default', { ingresses: [bare({ class: '' })] }],
    ['about an Ingress that is being deleted', { ingresses: [bare({ deleting: true })] }],
    [
      'about what cert-manager makes to answer a challenge',
      { ingresses: [bare({ labels: { 'acme.cert-manager.io/http01-solver': 'true' } })] },
    ],
    ['about a controller that is not known', { ingressclasses: [ingressClass('nginx', 'example.com/controller')] }],
    ['about a controller whose workload is not to be found', { deployments: [] }],
    ['about a controller that was scaled to zero', { deployments: [nginx({ desired: 0 })] }],
    ['about a controller that publishes no address unless it is told to', { ...traefik, ingresses: [bare({ class: 'traefik' })] }],
    ['while the controller is down, which is ingress-controller-unhealthy’s', { deployments: [nginx({ ready: 0 })] }],
    [
      'while the controller says why, which is lb-reconcile-failed’s',
      { ...alb, 'load-balancer-events': [eventOf('Ingress/shop/web', 'FailedDeployModel')] },
    ],
    ['while a Service is missing of which a load balancer is made, which is ingress-backend-missing’s', { ...alb, services: [] }],
  ])('%s', (_, more) => {
    expect(found(more)).toEqual([]);
  });

  it('while a controller with one pod is replaced, which takes the addresses away', () => {
    expect(findingsAfter(2, ingressNoAddress, chain({ ingresses: [bare()], deployments: [nginx(), albController()] }))).toBe(0);
  });

  it('about a namespace that is not covered', () => {
    expect(found({}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });
});

it.each(['ingresses', 'ingressclasses', 'deployments', 'load-balancer-events'] as const)(
  'ingress-no-address is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(ingressNoAddress, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  },
);
