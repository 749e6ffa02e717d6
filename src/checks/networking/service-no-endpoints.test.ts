import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { webhooks } from '../../../test/fixtures/controlplane.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import {
  app,
  chain,
  condition,
  emptySlice,
  ingressOf,
  type RouteFixture,
  routeOf,
  serviceOf,
  slice,
} from '../../../test/fixtures/networking.ts';
import { serviceNoEndpoints } from './service-no-endpoints.ts';

/** The Service shop/web, which the Ingress shop/web uses, has no ready endpoint; its Deployment is as given. */
const down = (more: ClusterFixture = {}) =>
  chain({ endpointslices: [slice('web', 0), slice('api', 1)], deployments: [app('web', { ready: 0 })], ...more });
const found = (more: ClusterFixture = {}, agreement = {}) => findingsOf(serviceNoEndpoints, down(more), {}, agreement);
const away: ClusterFixture = { endpointslices: [emptySlice('web'), slice('api', 1)] };
const accepted: RouteFixture = { conditions: [condition('Accepted', 'True')] };
const routed = (options: RouteFixture) => found({ ingresses: [], httproutes: [routeOf(options)] });

describe('service-no-endpoints fires', () => {
  it('where an Ingress leads to pods of which none is ready, and names who should have them', () => {
    expect(found()).toEqual([
      {
        object: 'Service/shop/web',
        severity: 'critical',
        reason: 'NoReadyEndpoint',
        message:
          'Service/shop/web has no ready endpoint: none of the pods of Deployment/shop/web (2 pods wanted) is ready. What Ingress/shop/web sends there is lost. Look at the pods: kubectl -n shop get pods.',
      },
    ]);
  });

  it.each(['httproutes', 'grpcroutes', 'tlsroutes'] as const)('for %s that a Gateway has accepted', (resource) => {
    const findings = found({ ingresses: [], [resource]: [routeOf(accepted)] });
    expect(findings.map(({ severity }) => severity)).toEqual(['critical']);
    expect(findings[0]?.message).toMatch(/What (HTTP|GRPC|TLS)Route\/shop\/web sends there is lost\./);
  });

  it('for a webhook that may be left out, as a warning', () => {
    const configuration = webhooks([{ failurePolicy: 'Ignore', service: 'shop/web' }]);
    expect(found({ ingresses: [], mutatingwebhookconfigurations: [configuration] })).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('What MutatingWebhookConfiguration/policy sends there is lost.') },
    ]);
  });

  it('where no workload makes pods that the Service selects, as a warning', () => {
    expect(found({ ...away, deployments: [app('other')] })).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('no Deployment, StatefulSet or DaemonSet makes pods that it selects') },
    ]);
  });

  it.each<[string, ClusterFixture]>([
    ['of a controller that is not watched, such as a Rollout by itself', { deployments: [] }],
    ['of a Rollout that has scaled the Deployment of its workloadRef to zero', { deployments: [app('web', { desired: 0 })] }],
    ['that somebody else keeps, of a Service without a selector', { services: [serviceOf('web', { selector: {} })] }],
  ])('where there are endpoints %s, of which none is ready', (_, more) => {
    expect(found(more)).toEqual([
      {
        object: 'Service/shop/web',
        severity: 'critical',
        reason: 'NoReadyEndpoint',
        message:
          'Service/shop/web has no ready endpoint: it has endpoints, and none of them is ready. What Ingress/shop/web sends there is lost. Look at the pods: kubectl -n shop get pods.',
      },
    ]);
  });

  it('for a Rollout that only a webhook asks, as a warning', () => {
    const configuration = webhooks([{ failurePolicy: 'Ignore', service: 'shop/web' }]);
    expect(found({ deployments: [], ingresses: [], mutatingwebhookconfigurations: [configuration] })).toMatchObject([
      { severity: 'warning' },
    ]);
  });

  it('once for all that use it', () => {
    const [finding, ...more] = found({ ingresses: [ingressOf(), ingressOf({ name: 'www' })], httproutes: [routeOf(accepted)] });
    expect(more).toEqual([]);
    expect(finding?.message).toContain('What HTTPRoute/shop/web, Ingress/shop/web, Ingress/shop/www send there is lost.');
  });

  it('for one that has no EndpointSlice at all', () => {
    expect(found({ endpointslices: [slice('api', 1)] })).toHaveLength(1);
  });
});

describe('service-no-endpoints at its boundaries', () => {
  it('fires 5 minutes after the first sight and not a second before', () => {
    expect(findingsAfter(5, serviceNoEndpoints, down())).toBe(1);
    expect(findingsAfter(5 - 1 / 60, serviceNoEndpoints, down())).toBe(0);
  });

  it('is content with one ready endpoint in one of its slices', () => {
    const metadata = { name: 'web-2', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } };
    expect(found({ endpointslices: [slice('api', 1), slice('web', 0), { ...slice('web', 1), metadata }] })).toEqual([]);
  });
});

describe('service-no-endpoints is silent', () => {
  it('where pods are ready', () => {
    expect(findingsOf(serviceNoEndpoints, chain())).toEqual([]);
  });

  it.each<[string, ClusterFixture]>([
    ['about a workload that was scaled to zero', { ...away, deployments: [app('web', { desired: 0 })] }],
    [
      'about a workload that was scaled to zero and whose pods take long to end',
      { endpointslices: [emptySlice('web', { terminating: true }), slice('api', 1)], deployments: [app('web', { desired: 0 })] },
    ],
    ['about a Service that is a name for somewhere else', { services: [serviceOf('web', { type: 'ExternalName' })] }],
    [
      'about a Service without a selector that has EndpointSlices of its own',
      { services: [serviceOf('web', { selector: {} })], endpointslices: [slice('web', 1)] },
    ],
    ['about a Service that nothing uses', { ingresses: [] }],
    ['about a Service that is not there, which is ingress-backend-missing’s', { services: [] }],
    ['about a Service that is being deleted', { services: [serviceOf('web', { deleting: true })] }],
    ['about an EndpointSlice without a Service', { ingresses: [], services: [], endpointslices: [slice('', 0)] }],
    [
      'about an Ingress that redirects, by which nothing is sent there',
      { ingresses: [ingressOf({ annotations: { 'nginx.ingress.kubernetes.io/permanent-redirect': 'https://example.com' } })] },
    ],
    ['about an Ingress that nobody serves', { ingresses: [ingressOf({ class: 'elsewhere' })] }],
    [
      'about a webhook that must be asked, which is webhook-failing’s',
      { ingresses: [], validatingwebhookconfigurations: [webhooks([{ failurePolicy: 'Fail', service: 'shop/web' }])] },
    ],
    [
      'about a webhook without rules',
      { ingresses: [], validatingwebhookconfigurations: [webhooks([{ failurePolicy: 'Ignore', service: 'shop/web', rules: [] }])] },
    ],
  ])('%s', (_, more) => {
    expect(found(more)).toEqual([]);
  });

  it.each<[string, RouteFixture]>([
    ['that no Gateway has accepted', {}],
    ['to which it has a weight of 0', { ...accepted, backends: [{ name: 'web', weight: 0 }] }],
    ['to which it is no Service', { ...accepted, backends: [{ name: 'web', kind: 'ServiceImport' }] }],
    ['that is being deleted', { ...accepted, deleting: true }],
  ])('about a route %s', (_, options) => {
    expect(routed(options)).toEqual([]);
  });

  it('about a Service that publishes addresses that are not ready, which Kubernetes marks as ready', () => {
    const early = { ...slice('web', 0), endpoints: [{ conditions: { ready: true, serving: false, terminating: false } }] };
    expect(found({ endpointslices: [slice('api', 1), early] })).toEqual([]);
  });

  it('while the pod of a Deployment is replaced', () => {
    expect(findingsAfter(3, serviceNoEndpoints, down())).toBe(0);
  });

  it('about a namespace that is not covered', () => {
    expect(found({}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });
});

describe('service-no-endpoints is unknown, not healthy,', () => {
  it.each(['services', 'endpointslices', 'ingresses', 'httproutes', 'tlsroutes'] as const)('where %s cannot be read', (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(serviceNoEndpoints, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  });

  it('but not where the cluster has no Gateway API', () => {
    expect(verdictOf(serviceNoEndpoints, { knowledge: { httproutes: { state: 'NotInstalled', message: 'none' } } })).toBeUndefined();
  });
});
