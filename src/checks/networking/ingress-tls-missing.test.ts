import { certificate, tlsSecret } from '../../../test/fixtures/access.ts';
import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { chain, ingressClass, ingressOf } from '../../../test/fixtures/networking.ts';
import { ingressTlsMissing } from './ingress-tls-missing.ts';

const tls = [{ hosts: ['shop.example.com'], secretName: 'web-tls' }];
const named = (options: Parameters<typeof ingressOf>[0] = {}) => ({ ingresses: [ingressOf({ tls, ...options })] });
const found = (more: ClusterFixture = {}, agreement = {}) => findingsOf(ingressTlsMissing, chain({ ...named(), ...more }), {}, agreement);
const presents = (dnsNames: string[], hosts: string[]) =>
  found({ ...named({ tls: [{ hosts, secretName: 'web-tls' }] }), 'tls-secrets': [tlsSecret({ dnsNames })] });

describe('ingress-tls-missing fires', () => {
  it('where the Secret is not there, and names it', () => {
    expect(found()).toEqual([
      {
        object: 'Ingress/shop/web',
        severity: 'warning',
        reason: 'SecretMissing',
        message:
          'Ingress/shop/web names for TLS what is not there: Secret/shop/web-tls. Clients of its hosts get the default certificate of the controller. Create it, or correct the name in the Ingress.',
      },
    ]);
  });

  it('where the certificate is for another host, and names both', () => {
    expect(presents(['old.example.com'], ['shop.example.com', 'www.example.com'])).toEqual([
      {
        object: 'Ingress/shop/web',
        severity: 'warning',
        reason: 'NotForHost',
        message:
          'Ingress/shop/web presents a certificate that its clients refuse: Secret/shop/web-tls (for old.example.com, not for shop.example.com, www.example.com). Put one for its hosts into the Secret.',
      },
    ]);
  });

  it('where it has no DNS name at all', () => {
    expect(presents([], ['shop.example.com'])[0]?.message).toContain('(for no DNS name, not for shop.example.com)');
  });

  it('where the Secret holds no certificate, of whose content it says nothing', () => {
    const [finding] = found({ 'tls-secrets': [tlsSecret('hunter2')] });
    expect(finding?.message).toContain('Secret/shop/web-tls (tls.crt does not begin with a certificate in PEM)');
    expect(finding?.message).not.toContain('hunter2');
  });

  it('for a Secret of that name in another namespace', () => {
    expect(found({ 'tls-secrets': [tlsSecret({}, { name: 'web-tls', namespace: 'other' })] })).toHaveLength(1);
  });

  it('where cert-manager says that the Certificate is ready and the Secret is gone all the same', () => {
    expect(found({ certificates: [certificate()] })).toHaveLength(1);
  });
});

describe('ingress-tls-missing at its boundaries', () => {
  it('fires 15 minutes after the first sight and not a second before', () => {
    expect(findingsAfter(15, ingressTlsMissing, chain(named()))).toBe(1);
    expect(findingsAfter(15 - 1 / 60, ingressTlsMissing, chain(named()))).toBe(0);
  });

  it.each([
    ['a.example.com', '*.example.com', true],
    ['A.Example.com', 'a.example.com', true],
    ['a.b.example.com', '*.example.com', false],
    ['example.com', '*.example.com', false],
    ['*.example.com', '*.example.com', true],
    ['*.example.com', 'a.example.com', false],
    ['*.b.example.com', '*.example.com', false],
  ])('for the host %s a certificate for %s is right: %s', (host, name, right) => {
    expect(presents([name], [host])).toHaveLength(right ? 0 : 1);
  });
});

describe('ingress-tls-missing is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['where the certificate is for the host', { 'tls-secrets': [tlsSecret()] }],
    ['about an entry without hosts', { ...named({ tls: [{ secretName: 'web-tls' }] }), 'tls-secrets': [tlsSecret()] }],
    ['about an entry without a Secret, which gets the default certificate', named({ tls: [{ hosts: ['shop.example.com'] }] })],
    [
      'about a Secret of another type, into which nobody looks',
      { 'other-secrets': [{ metadata: { name: 'web-tls', namespace: 'shop' } }] },
    ],
    ['about a load balancer of AWS, whose certificates are in ACM', named({ class: 'alb' })],
    ['about a controller that is not known', { ingressclasses: [ingressClass('nginx', 'example.com/controller')] }],
    ['about an Ingress of a class that is not in the cluster', named({ class: 'elsewhere' })],
    ['about an Ingress without a class where there is no default', named({ class: '' })],
    ['about an Ingress that is being deleted', named({ deleting: true })],
    ['about what cert-manager makes to answer a challenge', named({ labels: { 'acme.cert-manager.io/http01-solver': 'true' } })],
    ['about what cert-manager is yet to issue, which is certificate-not-ready’s', { certificates: [certificate({ ready: 'False' })] }],
    ['about what cert-manager has not looked at', { certificates: [certificate({ ready: '' })] }],
  ])('%s', (_, more) => {
    expect(found(more)).toEqual([]);
  });

  it('about a namespace that is not covered', () => {
    expect(found({}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });

  it('where nobody has switched it on, and says how', () => {
    const message = "needs the chart's value features.tlsSecrets: true";
    expect(verdictOf(ingressTlsMissing, { knowledge: { 'tls-secrets': { state: 'SwitchedOff', message } } })).toBe(
      `NotApplicable: ${message}`,
    );
  });
});

describe('ingress-tls-missing is unknown, not healthy,', () => {
  const forbidden = (name: 'tls-secrets' | 'other-secrets' | 'ingresses' | 'certificates') => ({
    knowledge: { [name]: { state: 'NotPermitted', message: `the operator may not list and watch ${name}` } } as const,
  });

  it.each(['tls-secrets', 'other-secrets', 'ingresses', 'certificates'] as const)('where %s cannot be read', (name) => {
    expect(verdictOf(ingressTlsMissing, forbidden(name))).toBe(`Unknown: the operator may not list and watch ${name}`);
  });

  it('about a Secret that cert-manager might be about to make', () => {
    expect(found(forbidden('certificates'))).toEqual([]);
  });
});
