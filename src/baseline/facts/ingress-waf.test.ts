import { type ClusterFixture, clusterOf } from '../../../test/fixtures/cluster.ts';
import { type AgreementInput, createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { ingressWaf } from './ingress-waf.ts';

const acl = 'alb.ingress.kubernetes.io/wafv2-acl-arn';
const arn = (name: string) => `arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/${name}/1`;
const ingress = (annotations: object = {}, name = 'web') => ({ metadata: { name, namespace: 'shop', annotations } });
const service = (config?: string) => ({
  metadata: {
    name: 'web',
    namespace: 'shop',
    ...(config ? { annotations: { 'cloud.google.com/backend-config': config } } : {}),
  },
  spec: { ports: [{ port: 80 }] },
});
const backendConfig = (name: string, policy?: string) => ({
  metadata: { name, namespace: 'shop' },
  spec: { ...(policy ? { securityPolicy: { name: policy } } : {}), timeoutSec: 30 },
});
const found = (cluster: ClusterFixture, agreement: AgreementInput = {}) =>
  collect([ingressWaf], clusterOf(cluster), createAgreement(agreement)).entries;
const drift = (before: ClusterFixture, after: ClusterFixture) => {
  const approved = found(before);
  return compare([ingressWaf], approved, found(after, { approved })).map(({ object, path, expected, actual }) => [
    object,
    path,
    expected,
    actual,
  ]);
};

describe('firewalls drift', () => {
  it('with another ACL', () => {
    expect(drift({ ingresses: [ingress({ [acl]: arn('edge') })] }, { ingresses: [ingress({ [acl]: arn('open') })] })).toEqual([
      ['Ingress/shop/web', `firewall.${acl}`, arn('edge'), arn('open')],
    ]);
  });

  it.each([
    [acl, arn('edge'), 'none'],
    ['alb.ingress.kubernetes.io/wafv2-acl-name', 'edge', ''],
    ['alb.ingress.kubernetes.io/waf-acl-id', '4f2f', 'none'],
    ['nginx.ingress.kubernetes.io/enable-modsecurity', 'true', 'false'],
    ['nginx.ingress.kubernetes.io/enable-owasp-core-rules', 'true', 'false'],
    ['nginx.ingress.kubernetes.io/modsecurity-snippet', 'SecRuleEngine On', ''],
    ['appgw.ingress.kubernetes.io/waf-policy-for-path', '/subscriptions/s/policy', ''],
    ['appprotect.f5.com/app-protect-enable', 'True', 'False'],
    ['haproxy-ingress.github.io/waf', 'modsecurity', ''],
  ])('where %s is taken away or switched off', (annotation, on, off) => {
    const agreed = { ingresses: [ingress({ [annotation]: on })] };
    const expected = [['Ingress/shop/web', `firewall.${annotation}`, on, '']];
    expect(drift(agreed, { ingresses: [ingress()] })).toEqual(expected);
    expect(drift(agreed, { ingresses: [ingress({ [annotation]: off })] })).toEqual(expected);
  });

  it('where the policy of a Service on GKE is gone from its BackendConfig, or the Service from it', () => {
    const agreed = { services: [service('{"default":"edge"}')], backendconfigs: [backendConfig('edge', 'armor')] };
    const expected = [['Service/shop/web', 'securityPolicies', 'armor', '']];
    expect(drift(agreed, { ...agreed, backendconfigs: [backendConfig('edge')] })).toEqual(expected);
    expect(drift(agreed, { ...agreed, backendconfigs: [] })).toEqual(expected);
    expect(drift(agreed, { ...agreed, services: [service()] })).toEqual(expected);
    expect(drift(agreed, { ...agreed, services: [service('not JSON')] })).toEqual(expected);
  });
});

describe('firewalls do not drift', () => {
  it('when an Ingress or Service goes with its application', () => {
    expect(drift({ ingresses: [ingress({ [acl]: arn('edge') })] }, {})).toEqual([]);
    expect(drift({ services: [service('{"default":"edge"}')], backendconfigs: [backendConfig('edge', 'armor')] }, {})).toEqual([]);
  });

  it('when a new Ingress comes, with a firewall or without', () => {
    expect(drift({}, { ingresses: [ingress({ [acl]: arn('edge') }), ingress({}, 'other')] })).toEqual([]);
  });

  it('with other annotations, a status and managedFields', () => {
    const busy = ingress({ [acl]: arn('edge'), 'alb.ingress.kubernetes.io/scheme': 'internal' });
    const written = { ...busy, metadata: { ...busy.metadata, managedFields: [{}] }, status: { loadBalancer: {} } };
    expect(drift({ ingresses: [ingress({ [acl]: arn('edge') })] }, { ingresses: [written] })).toEqual([]);
  });

  it('with the spelling of a Service’s annotation, and what a BackendConfig says of other things', () => {
    const backendconfigs = [backendConfig('edge', 'armor'), backendConfig('other')];
    const one = { services: [service('{"default":"other","ports":{"http":"edge"}}')], backendconfigs };
    const other = { services: [service('{ "ports": { "http": "edge", "admin": "edge" } }')], backendconfigs };
    expect(found(one)[0]?.value).toEqual({ securityPolicies: 'armor' });
    expect(drift(one, other)).toEqual([]);
  });

  it('for a Service whose BackendConfig names no policy', () => {
    expect(found({ services: [service('{"default":"other"}')], backendconfigs: [backendConfig('other')] })).toEqual([]);
  });

  it('outside of what is covered', () => {
    const agreement = { namespaces: { exclude: ['shop'] } };
    expect(found({ ingresses: [ingress({ [acl]: arn('edge') })] }, agreement)).toEqual([]);
  });

  it('where GKE’s BackendConfigs are not installed', () => {
    const knowledge = { backendconfigs: { state: 'NotInstalled', message: 'not served' } } as const;
    expect(found({ ingresses: [ingress({ [acl]: arn('edge') })], knowledge })).toHaveLength(1);
  });
});

it('knows who wrote an annotation, and not who took a policy away', () => {
  const source = (object: string, path: string) => ingressWaf.source(object, path, '', clusterOf());
  expect(source('Ingress/shop/web', `firewall.${acl}`)).toMatchObject({
    type: { resource: 'ingresses' },
    name: 'web',
    namespace: 'shop',
    fields: ['metadata', 'annotations', acl],
  });
  expect(source('Service/shop/web', 'securityPolicies')).toBeUndefined();
});
