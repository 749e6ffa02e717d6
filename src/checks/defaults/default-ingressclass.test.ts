import { classOf } from '../../../test/fixtures/defaults.ts';
import { correctionsOf, findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import type { AgreementInput } from '../agreement.ts';
import { defaultIngressClass } from './default-ingressclass.ts';

const annotation = 'ingressclass.kubernetes.io/is-default-class';
const ingressClass = classOf(annotation);
const found = (ingressclasses: object[], agreement: AgreementInput = {}) =>
  findingsOf(defaultIngressClass, { ingressclasses }, {}, agreement);
const two = [ingressClass('nginx', { default: 'true', age: 90 }), ingressClass('alb', { default: 'true', age: 5 })];

describe('default-ingressclass fires', () => {
  it('where two are the default, and names the one that Kubernetes takes', () => {
    expect(found(two)).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'SeveralDefaults',
        message:
          '2 IngressClasses are marked as the default: alb, nginx. Kubernetes gives an Ingress that names none the newest, alb, so which controller serves it depends on the order of installation. Leave the mark on one.',
      },
    ]);
  });

  it('where the approved baseline says nothing about which is the default', () => {
    expect(found(two, { approved: [{ object: 'IngressClass/nginx', value: { controller: 'x' } }] })).toHaveLength(1);
  });
});

describe('default-ingressclass suggests', () => {
  it('to take the mark from all but the one that is taken now', () => {
    expect(correctionsOf(defaultIngressClass, { ingressclasses: two })).toEqual([
      `kubectl annotate ingressclasses nginx ${annotation}=false --overwrite`,
    ]);
  });

  it('nothing about a class that the provider would put back', () => {
    const labels = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };
    const ingressclasses = [ingressClass('gce', { default: 'true', age: 90, labels }), ingressClass('nginx', { default: 'true', age: 5 })];
    expect(correctionsOf(defaultIngressClass, { ingressclasses })).toEqual([]);
  });
});

describe('default-ingressclass at its boundaries', () => {
  it('fires an hour after the first sight and not a second before', () => {
    expect(findingsAfter(60, defaultIngressClass, { ingressclasses: two })).toBe(1);
    expect(findingsAfter(60 - 1 / 60, defaultIngressClass, { ingressclasses: two })).toBe(0);
  });
});

describe('default-ingressclass is silent', () => {
  it.each<[string, object[]]>([
    ['where exactly one is the default', [ingressClass('nginx', { default: 'true' }), ingressClass('alb', { default: 'false' })]],
    ['where none is: then every Ingress names its class', [ingressClass('nginx'), ingressClass('alb')]],
    ['where there is no IngressClass', []],
  ])('%s', (_, classes) => {
    expect(found(classes)).toEqual([]);
  });

  it.each(['true', 'false'])('where the approved baseline says whether the second is the default (%s)', (value) => {
    const approved = [
      { object: 'IngressClass/nginx', value: { default: 'true' } },
      { object: 'IngressClass/alb', value: { default: value } },
    ];
    expect(found(two, { approved })).toEqual([]);
  });
});

it('default-ingressclass is unknown, not healthy, where IngressClasses cannot be read', () => {
  const message = 'the operator may not list and watch ingressclasses.networking.k8s.io: forbidden';
  expect(verdictOf(defaultIngressClass, { knowledge: { ingressclasses: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
