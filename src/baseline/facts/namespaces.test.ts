import { clusterOf } from '../../../test/fixtures/cluster.ts';
import type { FactEntry } from '../../api/v1alpha1/coveragebaseline.ts';
import { type AgreementInput, createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { namespaces } from './namespaces.ts';

const enforce = 'pod-security.kubernetes.io/enforce';
const namespace = (name: string, labels: object = {}, metadata: object = {}) => ({ metadata: { name, labels, ...metadata } });
const found = (list: object[], agreement: AgreementInput = {}) =>
  collect([namespaces], clusterOf({ namespaces: list }), createAgreement(agreement)).entries;
const drift = (before: object[], after: object[], agreement: AgreementInput = {}) => {
  const approved: FactEntry[] = found(before, agreement);
  return compare([namespaces], approved, found(after, { ...agreement, approved })).map(({ object, path, expected, actual }) => [
    object,
    path,
    expected,
    actual,
  ]);
};

describe('namespaces drift', () => {
  it.each(['shop', 'monitoring'])('with a Pod Security label of %s that is changed, set or taken away', (name) => {
    const path = `labels.${enforce}`;
    const [none, restricted, privileged] = [{}, { [enforce]: 'restricted' }, { [enforce]: 'privileged' }].map((labels) =>
      namespace(name, labels),
    );
    expect(drift([restricted!], [privileged!])).toEqual([[`Namespace/${name}`, path, 'restricted', 'privileged']]);
    expect(drift([none!], [privileged!])).toEqual([[`Namespace/${name}`, path, '', 'privileged']]);
    expect(drift([restricted!], [none!])).toEqual([[`Namespace/${name}`, path, 'restricted', '']]);
  });

  it.each([
    'pod-security.kubernetes.io/warn-version',
    'istio-injection',
    'istio.io/rev',
    'istio.io/dataplane-mode',
    'elbv2.k8s.aws/pod-readiness-gate-inject',
    'admission.gatekeeper.sh/ignore',
  ])('with the label %s', (label) => {
    expect(drift([namespace('shop')], [namespace('shop', { [label]: 'x' })])).toEqual([['Namespace/shop', `labels.${label}`, '', 'x']]);
  });

  it('with Linkerd’s annotation', () => {
    const injected = namespace('shop', {}, { annotations: { 'linkerd.io/inject': 'enabled' } });
    expect(drift([injected], [namespace('shop')])).toEqual([['Namespace/shop', 'annotations.linkerd.io/inject', 'enabled', '']]);
  });

  it('with a namespace of the platform that is new and one that is gone', () => {
    expect(drift([namespace('monitoring')], [namespace('logging')])).toEqual([
      ['Namespace/logging', '', '', 'platform=true'],
      ['Namespace/monitoring', '', 'platform=true', ''],
    ]);
  });
});

describe('namespaces do not drift', () => {
  it('with those of applications, which come and go', () => {
    expect(drift([namespace('shop', { [enforce]: 'baseline' })], [namespace('preview-17', { [enforce]: 'restricted' })])).toEqual([]);
  });

  it('with labels, annotations and a status that say nothing about what pods may do', () => {
    const busy = namespace(
      'shop',
      { 'kubernetes.io/metadata.name': 'shop', team: 'shop' },
      { annotations: { note: 'x' }, managedFields: [{ manager: 'helm' }], deletionTimestamp: '2026-11-23T11:00:00Z' },
    );
    expect(drift([namespace('shop')], [{ ...busy, status: { phase: 'Terminating' } }])).toEqual([]);
  });

  it('outside of what is covered', () => {
    const agreement = { namespaces: { exclude: ['sandbox-*'] } };
    expect(drift([namespace('sandbox-a')], [namespace('sandbox-a', { [enforce]: 'privileged' })], agreement)).toEqual([]);
  });

  it('with those that the provider keeps', () => {
    expect(drift([], [namespace('gke-managed-system', { 'addonmanager.kubernetes.io/mode': 'Reconcile' })])).toEqual([]);
  });

  it('when the coverage counts another namespace to the platform', () => {
    const approved = found([namespace('shop')]);
    const widened = found([namespace('shop')], { platformNamespaces: ['shop'], approved });
    expect(compare([namespaces], approved, widened)).toEqual([]);
  });
});

it.each([
  ['', []],
  [`labels.${enforce}`, ['metadata', 'labels', enforce]],
  ['annotations.linkerd.io/inject', ['metadata', 'annotations', 'linkerd.io/inject']],
])('knows where the value at the path %p is written', (path, fields) => {
  expect(namespaces.source('Namespace/shop', path, '', clusterOf())).toMatchObject({
    type: { resource: 'namespaces' },
    name: 'shop',
    fields,
  });
});

describe('namespaces correct', () => {
  const command = (name: string, path: string, expected: string) =>
    namespaces.correct?.({ object: `Namespace/${name}`, path, expected }, createAgreement())?.command;

  it.each([
    ['a label', `labels.${enforce}`, 'baseline', `kubectl label namespaces monitoring ${enforce}=baseline --overwrite`],
    ['a label that was not agreed', `labels.${enforce}`, '', `kubectl label namespaces monitoring ${enforce}-`],
    [
      'an annotation',
      'annotations.linkerd.io/inject',
      'enabled',
      'kubectl annotate namespaces monitoring linkerd.io/inject=enabled --overwrite',
    ],
  ])('%s of a platform namespace', (_, path, expected, wanted) => {
    expect(command('monitoring', path, expected)).toBe(wanted);
  });

  it.each([
    ['a namespace that is the applications’', 'shop', `labels.${enforce}`],
    ['a namespace that is gone or new', 'monitoring', ''],
    ['what is only known of it', 'monitoring', 'platform'],
  ])('nothing of %s', (_, name, path) => {
    expect(command(name, path, 'baseline')).toBeUndefined();
  });
});
