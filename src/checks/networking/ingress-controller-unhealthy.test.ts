import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { albController, chain, ingressClass, ingressOf, nginx } from '../../../test/fixtures/networking.ts';
import { daemonset, deployment } from '../../../test/fixtures/observability.ts';
import { ingressControllerUnhealthy } from './ingress-controller-unhealthy.ts';

const found = (more: ClusterFixture = {}, agreement = {}) => findingsOf(ingressControllerUnhealthy, chain(more), {}, agreement);
const down = chain({ deployments: [nginx({ ready: 0 })] });

describe('ingress-controller-unhealthy fires', () => {
  it('where none of the pods of a controller is available, and says which classes it serves', () => {
    expect(findingsOf(ingressControllerUnhealthy, down)).toEqual([
      {
        object: 'Deployment/ingress-nginx/ingress-nginx-controller',
        severity: 'critical',
        reason: 'NoPodAvailable',
        message:
          'Deployment/ingress-nginx/ingress-nginx-controller is ingress-nginx, which serves the Ingresses of class nginx, and none of the 1 pods that it should have is available: what they lead to cannot be reached. Look at its pods: kubectl -n ingress-nginx get pods.',
      },
    ]);
  });

  it('for one that builds load balancers, and says what that means', () => {
    expect(found({ deployments: [nginx(), albController({ ready: 0 })] })[0]?.message).toContain('no change reaches the load balancers');
  });

  it('as a warning where no Ingress uses it', () => {
    expect(found({ deployments: [nginx({ ready: 0 })], ingresses: [] })).toMatchObject([{ severity: 'warning' }]);
  });

  it('once for a controller with several classes', () => {
    const ingressclasses = [ingressClass('inside', 'k8s.io/ingress-nginx'), ingressClass('nginx', 'k8s.io/ingress-nginx')];
    const findings = found({ ingressclasses, deployments: [nginx({ ready: 0 })] });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain('of class inside, nginx,');
  });

  it.each([
    ['k8s.io/ingress-nginx', 'registry.k8s.io/ingress-nginx/controller:v1'],
    ['k8s.io/ingress-nginx', 'rancher/nginx-ingress-controller:v1.13.3-hardened2'],
    ['webapprouting.kubernetes.azure.com/nginx', 'mcr.microsoft.com/oss/kubernetes/ingress/nginx-ingress-controller:v1.11.5'],
    ['webapprouting.kubernetes.azure.com/nginx/own', 'mcr.microsoft.com/oss/kubernetes/ingress/nginx-ingress-controller:v1.11.5'],
    ['traefik.io/ingress-controller', 'rancher/mirrored-library-traefik:3.5.1'],
    ['nginx.org/ingress-controller', 'nginx/nginx-ingress:5.2.0'],
    ['haproxy.org/ingress-controller/haproxy', 'haproxytech/kubernetes-ingress:3.1'],
    ['haproxy-ingress.github.io/controller', 'quay.io/jcmoraisjr/haproxy-ingress:v0.15'],
    ['ingress-controllers.konghq.com/kong', 'kong/kubernetes-ingress-controller:3.5'],
    ['projectcontour.io/ingress-controller', 'ghcr.io/projectcontour/contour:v1.33.0'],
    ['cilium.io/ingress-controller', 'quay.io/cilium/operator-generic:v1.18.3'],
    ['istio.io/ingress-controller', 'docker.io/istio/pilot:1.28.0'],
    ['ingress.k8s.aws/alb', 'public.ecr.aws/eks/aws-load-balancer-controller:v2.14.1'],
    ['azure/application-gateway', 'mcr.microsoft.com/azure-application-gateway/kubernetes-ingress:1.9.0'],
  ])('for %s by its image %s', (controller, image) => {
    const ingressclasses = [ingressClass('own', controller)];
    const deployments = [deployment('c', { namespace: 'ingress', images: [image], ready: 0 })];
    expect(found({ ingressclasses, deployments })).toHaveLength(1);
  });

  it('by a label where its image is from elsewhere, and for a DaemonSet', () => {
    const options = { namespace: 'kube-system', labels: { 'app.kubernetes.io/name': 'ingress-nginx' }, images: ['mirror/x:1'] };
    expect(found({ deployments: [], daemonsets: [daemonset('edge', { ...options, desired: 3, ready: 0 })] })).toMatchObject([
      { object: 'DaemonSet/kube-system/edge' },
    ]);
  });
});

describe('ingress-controller-unhealthy at its boundaries', () => {
  it('fires 5 minutes after the first sight and not a second before', () => {
    expect(findingsAfter(5, ingressControllerUnhealthy, down)).toBe(1);
    expect(findingsAfter(5 - 1 / 60, ingressControllerUnhealthy, down)).toBe(0);
  });

  it('is content with one pod of three', () => {
    expect(found({ deployments: [nginx({ desired: 3, ready: 1 })] })).toEqual([]);
  });
});

describe('ingress-controller-unhealthy is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['about one that works', {}],
    ['about one that was scaled to zero', { deployments: [nginx({ desired: 0 })] }],
    ['about one that is being deleted', { deployments: [nginx({ ready: 0, deleting: true }), albController()] }],
    [
      'about a workload of a controller that no class names',
      { ingressclasses: [ingressClass('alb', 'ingress.k8s.aws/alb')], deployments: [nginx({ ready: 0 }), albController()] },
    ],
    ['about a team’s own trial beside the platform’s', { deployments: [nginx(), nginx({ name: 'trial', namespace: 'team', ready: 0 })] }],
  ])('%s', (_, more) => {
    expect(found(more)).toEqual([]);
  });

  it('while its only pod is replaced', () => {
    expect(findingsAfter(4, ingressControllerUnhealthy, down)).toBe(0);
  });

  it('about a namespace that is not covered', () => {
    const agreement = { platformNamespaces: ['kube-system'], namespaces: { exclude: ['ingress-nginx'] } };
    expect(findingsOf(ingressControllerUnhealthy, down, {}, agreement)).toEqual([]);
  });

  it.each([
    ['is not known', ingressClass('own', 'example.com/controller')],
    ['the provider runs', ingressClass('auto', 'eks.amazonaws.com/alb')],
    ['has no workload that goes by a known name', ingressClass('traefik', 'traefik.io/ingress-controller')],
  ])('where the controller %s: the check is NotApplicable', (_, ingressclass) => {
    expect(verdictOf(ingressControllerUnhealthy, chain({ ingressclasses: [ingressclass] }))).toMatch(/^NotApplicable: /);
    expect(found({ ingressclasses: [ingressclass], ingresses: [ingressOf({ class: 'own' })] })).toEqual([]);
  });
});

it.each(['ingressclasses', 'deployments', 'daemonsets'] as const)(
  'ingress-controller-unhealthy is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(ingressControllerUnhealthy, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(
      `Unknown: ${message}`,
    );
  },
);
