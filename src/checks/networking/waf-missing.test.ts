import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { chain, eventOf, ingressClass, ingressOf, serviceOf } from '../../../test/fixtures/networking.ts';
import type { AgreementInput } from '../agreement.ts';
import { wafMissing } from './waf-missing.ts';

const acl = 'alb.ingress.kubernetes.io/wafv2-acl-arn';
const modsecurity = 'nginx.ingress.kubernetes.io/enable-modsecurity';
const agreed = (annotation: string): AgreementInput => ({
  approved: [{ object: 'Ingress/shop/web', value: { [`firewall.${annotation}`]: 'edge' } }],
});
const armor: AgreementInput = { approved: [{ object: 'Service/shop/web', value: { securityPolicies: 'edge' } }] };
const web = (annotations: Record<string, string> = {}, more: Parameters<typeof ingressOf>[0] = {}) => ({
  ingresses: [ingressOf({ class: 'alb', annotations, ...more })],
});
const found = (cluster: ClusterFixture, agreement: AgreementInput = agreed(acl)) => findingsOf(wafMissing, chain(cluster), {}, agreement);
const refusal = {
  'load-balancer-events': [eventOf('Ingress/shop/web', 'FailedDeployModel', { message: 'WAFNonexistentItemException: no' })],
};
const backendConfig = (policy?: string) => ({
  services: [serviceOf('web', { annotations: { 'cloud.google.com/backend-config': '{"default":"edge"}' } })],
  backendconfigs: [{ metadata: { name: 'edge', namespace: 'shop' }, spec: policy ? { securityPolicy: { name: policy } } : {} }],
});

describe('waf-missing fires', () => {
  it('where the annotation that the approved baseline has is gone, and names it', () => {
    expect(found(web())).toEqual([
      {
        object: 'Ingress/shop/web',
        severity: 'warning',
        reason: 'NoFirewall',
        message: `Ingress/shop/web was agreed to have a web application firewall by ${acl}, and none stands before it: it has no such annotation now. Put it back.`,
      },
    ]);
  });

  it('where it is switched off', () => {
    expect(found(web({ [acl]: 'none' }))).toHaveLength(1);
    expect(found(web({ [modsecurity]: 'false' }, { class: 'nginx' }), agreed(modsecurity))).toHaveLength(1);
  });

  it('where the annotation is there and the class is served by a controller that does not read it', () => {
    expect(found(web({ [acl]: 'edge' }, { class: 'nginx' }))[0]?.message).toContain(
      `its class is nginx, and ingress-nginx does not read ${acl}.`,
    );
  });

  it('where the policy of a Service on GKE is gone from its BackendConfig', () => {
    expect(found(backendConfig(), armor)).toEqual([
      {
        object: 'Service/shop/web',
        severity: 'warning',
        reason: 'NoFirewall',
        message:
          'Service/shop/web was agreed to have the Cloud Armor policy edge, and no BackendConfig that it names has one. Put it back.',
      },
    ]);
    expect(found({ services: [serviceOf('web')] }, armor)).toHaveLength(1);
  });

  it('where the controller says that it cannot associate it, with its words, whatever was agreed', () => {
    const [finding] = found({ ...web({ [acl]: 'edge' }), ...refusal }, {});
    expect(finding).toMatchObject({
      reason: 'FirewallRefused',
      message: expect.stringContaining('its controller says FailedDeployModel: "WAFNonexistentItemException: no".'),
    });
  });
});

describe('waf-missing at its boundaries', () => {
  it('fires 5 minutes after the first failure and not a second before', () => {
    const began = (first: number) =>
      found({
        ...web({ [acl]: 'edge' }),
        'load-balancer-events': [eventOf('Ingress/shop/web', 'FailedDeployModel', { first, last: 0, message: 'wafv2' })],
      });
    expect(began(5)).toHaveLength(1);
    expect(began(5 - 1 / 60)).toHaveLength(0);
  });

  it('leaves a delivery that replaces the Ingress without its annotation five minutes', () => {
    expect(findingsAfter(5, wafMissing, chain(web()), agreed(acl))).toBe(1);
    expect(findingsAfter(5 - 1 / 60, wafMissing, chain(web()), agreed(acl))).toBe(0);
  });
});

describe('waf-missing is silent', () => {
  it.each<[string, ClusterFixture, AgreementInput?]>([
    ['where it is as agreed', web({ [acl]: 'edge' })],
    ['about another firewall, which is the baseline’s to report', web({ [acl]: 'other' })],
    ['about another way to the same', web({ 'alb.ingress.kubernetes.io/waf-acl-id': 'x' })],
    ['about an Ingress that never had one', web(), { approved: [] }],
    ['about an Ingress that is gone', { ingresses: [] }],
    ['about an Ingress that is being deleted', web({}, { deleting: true })],
    ['about an Ingress that nobody serves', web({}, { class: 'elsewhere' })],
    [
      'about an annotation for a controller that is not known',
      { ingressclasses: [ingressClass('alb', 'example.com/own')], ...web({ [acl]: 'edge' }) },
    ],
    ['about a policy that is there', backendConfig('other'), armor],
    ['about a Service that is gone', { services: [] }, armor],
    ['about a namespace that is not covered', web(), { ...agreed(acl), namespaces: { exclude: ['shop'] } }],
    ['about a Service in a namespace that is not covered', backendConfig(), { ...armor, namespaces: { exclude: ['shop'] } }],
  ])('%s', (_, cluster, agreement = agreed(acl)) => {
    expect(found(cluster, agreement)).toEqual([]);
  });

  it('without an approved baseline: the check is NotApplicable', () => {
    expect(verdictOf(wafMissing, chain(web()))).toBe(
      'NotApplicable: No approved baseline says which Ingresses and Services have a firewall.',
    );
  });
});

describe('waf-missing is unknown, not healthy,', () => {
  it.each(['ingresses', 'services', 'load-balancer-events', 'backendconfigs'] as const)('where %s cannot be read', (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(wafMissing, { knowledge: { [name]: { state: 'NotPermitted', message } } }, { approved: [] })).toBe(
      `Unknown: ${message}`,
    );
  });

  it('about Services, as long as BackendConfigs cannot be read', () => {
    const knowledge = { backendconfigs: { state: 'NotPermitted', message: 'forbidden' } } as const;
    expect(found({ ...backendConfig(), backendconfigs: [], knowledge }, armor)).toEqual([]);
  });
});
