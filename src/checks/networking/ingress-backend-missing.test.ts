import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { chain, type IngressFixture, ingressClass, ingressOf, serviceOf } from '../../../test/fixtures/networking.ts';
import { ingressBackendMissing } from './ingress-backend-missing.ts';

const redirect = 'nginx.ingress.kubernetes.io/permanent-redirect';
const snippet = 'nginx.ingress.kubernetes.io/configuration-snippet';
const found = (options: IngressFixture, more: ClusterFixture = {}, agreement = {}) =>
  findingsOf(ingressBackendMissing, chain({ ingresses: [ingressOf(options)], ...more }), {}, agreement);

describe('ingress-backend-missing fires', () => {
  it('where the Service is not there, and names it', () => {
    expect(found({ backends: [['gone', 80]] })).toEqual([
      {
        object: 'Ingress/shop/web',
        severity: 'critical',
        reason: 'BackendMissing',
        message:
          'Ingress/shop/web (class nginx) leads to what is not there: Service/shop/gone. Requests to shop.example.com that it takes there fail. Create it, or correct the Ingress.',
      },
    ]);
  });

  it.each([
    ['number', 8080, 'port 8080'],
    ['name', 'grpc', 'port grpc'],
  ])('where the Service has no port of that %s', (_, port, text) => {
    expect(found({ backends: [['web', port]] })[0]?.message).toContain(`not there: Service/shop/web ${text}. `);
  });

  it('for a Service of that name in another namespace, which an Ingress cannot use', () => {
    expect(found({ backends: [['far', 80]] }, { services: [serviceOf('far', { namespace: 'other' })] })).toHaveLength(1);
  });

  it('once for an Ingress with hundreds of rules, in a message that stays short', () => {
    const backends = Array.from({ length: 500 }, (_, index): [string, number] => [`gone-${String(index).padStart(3, '0')}`, 80]);
    const [finding, ...more] = found({ backends });
    expect(more).toEqual([]);
    expect(finding?.message).toContain('Service/shop/gone-000, Service/shop/gone-001, ');
    expect(finding?.message).toContain(' and 495 more. ');
  });

  it('for the default class where the Ingress names none', () => {
    const ingressclasses = [ingressClass('nginx', 'k8s.io/ingress-nginx', true)];
    expect(found({ class: '', backends: [['gone', 80]] }, { ingressclasses })).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['an annotation that its controller does not read', 'haproxy-ingress.github.io/redirect-to'],
    ['a redirect of some of its requests', 'nginx.ingress.kubernetes.io/app-root'],
  ])('beside %s', (_, annotation) => {
    expect(found({ backends: [['gone', 80]], annotations: { [annotation]: 'https://example.com' } })).toHaveLength(1);
  });

  it('for the rest of an Ingress of which a snippet answers some requests', () => {
    const annotations = { [snippet]: 'if ($http_x_old) { return 410; }' };
    expect(found({ backends: [['gone', 80]], annotations })).toHaveLength(1);
  });

  it('for a default backend, for which ingress-nginx does not redirect', () => {
    const service = { name: 'gone', port: { number: 80 } };
    const metadata = { name: 'web', namespace: 'shop', annotations: { [redirect]: 'https://example.com' } };
    const ingress = { metadata, spec: { ingressClassName: 'nginx', defaultBackend: { service } } };
    expect(findingsOf(ingressBackendMissing, chain({ ingresses: [ingress] }))).toHaveLength(1);
  });

  it('for a controller that is not known: what an Ingress names has to be there', () => {
    const ingressclasses = [ingressClass('own', 'example.com/controller')];
    expect(found({ class: 'own', backends: [['gone', 80]], hosts: [''] }, { ingressclasses })[0]?.message).toContain(
      'Requests to any host',
    );
  });
});

describe('ingress-backend-missing at its boundaries', () => {
  it('fires 5 minutes after the first sight and not a second before', () => {
    const cluster = chain({ ingresses: [ingressOf({ backends: [['gone', 80]] })] });
    expect(findingsAfter(5, ingressBackendMissing, cluster)).toBe(1);
    expect(findingsAfter(5 - 1 / 60, ingressBackendMissing, cluster)).toBe(0);
  });

  it('is content with a port by its number or its name', () => {
    expect(
      found({
        backends: [
          ['web', 80],
          ['web', 'http'],
        ],
      }),
    ).toEqual([]);
  });
});

describe('ingress-backend-missing is silent', () => {
  it('where everything is there', () => {
    expect(findingsOf(ingressBackendMissing, chain())).toEqual([]);
  });

  it.each<[string, IngressFixture, ClusterFixture?]>([
    ['about an Ingress of a class that is not in the cluster', { class: 'elsewhere' }],
    ['about an Ingress without a class where there is no default', { class: '' }],
    ['about an Ingress that is being deleted', { deleting: true }],
    ['about what cert-manager makes to answer a challenge', { labels: { 'acme.cert-manager.io/http01-solver': 'true' } }],
    ['about an annotation in place of a Service, as AWS has it', { class: 'alb', backends: [['redirect', 'use-annotation']] }],
    [
      'about the ports of a name for somewhere else',
      { backends: [['out', 443]] },
      { services: [serviceOf('out', { type: 'ExternalName' })] },
    ],
    ['about the ports of a headless Service without any', { backends: [['db', 80]] }, { services: [serviceOf('db', { ports: [] })] }],
  ])('%s', (_, options, more = {}) => {
    expect(found({ backends: [['gone', 80]], ...options }, more)).toEqual([]);
  });

  it.each<[string, string, string, string?]>([
    ['redirects for good', redirect, 'https://example.com$request_uri'],
    ['redirects for now', 'nginx.ingress.kubernetes.io/temporal-redirect', 'https://example.com'],
    ['redirects by a snippet', snippet, '\n  return 301 https://example.com$request_uri;'],
    [
      'redirects, by HAProxy Ingress',
      'haproxy-ingress.github.io/redirect-to',
      'https://example.com',
      'haproxy-ingress.github.io/controller',
    ],
    ['redirects, by a build of ingress-nginx under another name', redirect, 'https://example.com', 'example.com/ingress-nginx'],
  ])('about the backend of an Ingress that %s: nobody asks it', (_, annotation, value, controller = 'k8s.io/ingress-nginx') => {
    const ingressclasses = [ingressClass('nginx', controller)];
    expect(found({ backends: [['gone', 80]], annotations: { [annotation]: value } }, { ingressclasses })).toEqual([]);
  });

  it('about a backend that is no Service', () => {
    const backend = { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'static' } };
    const ingress = { metadata: { name: 'web', namespace: 'shop' }, spec: { ingressClassName: 'nginx', defaultBackend: backend } };
    expect(findingsOf(ingressBackendMissing, chain({ ingresses: [ingress] }))).toEqual([]);
  });

  it('about a namespace that is not covered', () => {
    expect(found({ backends: [['gone', 80]] }, {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });
});

it.each(['ingresses', 'ingressclasses', 'services'] as const)(
  'ingress-backend-missing is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(ingressBackendMissing, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  },
);
