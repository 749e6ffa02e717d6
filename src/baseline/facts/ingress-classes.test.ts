import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { ingressClasses } from './ingress-classes.ts';

const isDefault = 'ingressclass.kubernetes.io/is-default-class';
const ingressClass = (spec: object = {}, metadata: object = {}) => ({
  metadata: { name: 'public', ...metadata },
  spec: { controller: 'k8s.io/ingress-nginx', ...spec },
});
const found = (...ingressclasses: object[]) => collect([ingressClasses], clusterOf({ ingressclasses })).entries;
const drift = (agreed: object[], actual: object[]) =>
  compare([ingressClasses], found(...agreed), found(...actual)).map(({ object, path, expected, actual: now }) => [
    object,
    path,
    expected,
    now,
  ]);

describe('ingress classes drift', () => {
  it('with another controller', () => {
    expect(drift([ingressClass()], [ingressClass({ controller: 'ingress.k8s.aws/alb' })])).toEqual([
      ['IngressClass/public', 'controller', 'k8s.io/ingress-nginx', 'ingress.k8s.aws/alb'],
    ]);
  });

  it('with the default mark', () => {
    expect(drift([ingressClass()], [ingressClass({}, { annotations: { [isDefault]: 'true' } })])).toEqual([
      ['IngressClass/public', 'default', 'false', 'true'],
    ]);
  });

  it('with other parameters', () => {
    const parameters = { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name: 'alb' };
    expect(drift([ingressClass()], [ingressClass({ parameters })])).toEqual([
      ['IngressClass/public', 'parameters', '', 'IngressClassParams.elbv2.k8s.aws/alb'],
    ]);
    const inNamespace = { kind: 'ConfigMap', scope: 'Namespace', namespace: 'ingress', name: 'alb' };
    expect(drift([ingressClass({ parameters: inNamespace })], [ingressClass({ parameters })])).toEqual([
      ['IngressClass/public', 'parameters', 'ConfigMap/ingress/alb', 'IngressClassParams.elbv2.k8s.aws/alb'],
    ]);
  });

  it('with a class that is new and one that is gone', () => {
    expect(drift([ingressClass()], [ingressClass({}, { name: 'internal' })]).map(([object, path]) => [object, path])).toEqual([
      ['IngressClass/internal', ''],
      ['IngressClass/public', ''],
    ]);
  });
});

describe('ingress classes do not drift', () => {
  it('with a mark of false, other annotations, labels and managedFields', () => {
    const annotations = { [isDefault]: 'false', 'meta.helm.sh/release-name': 'ingress' };
    expect(drift([ingressClass()], [ingressClass({}, { annotations, labels: { a: 'b' }, managedFields: [{}] })])).toEqual([]);
  });

  it('with a default that the API server fills in', () => {
    const parameters = { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name: 'alb' };
    expect(drift([ingressClass({ parameters })], [ingressClass({ parameters: { ...parameters, scope: 'Cluster' } })])).toEqual([]);
  });

  it('with those that the provider keeps', () => {
    expect(drift([], [ingressClass({}, { labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } })])).toEqual([]);
  });
});

it.each([
  ['', []],
  ['controller', ['spec', 'controller']],
  ['parameters', ['spec', 'parameters']],
  ['default', ['metadata', 'annotations', isDefault]],
])('knows where the value at the path %p is written', (path, fields) => {
  expect(ingressClasses.source('IngressClass/public', path, '', clusterOf())).toMatchObject({
    type: { resource: 'ingressclasses' },
    name: 'public',
    fields,
  });
});
