import { type ClusterFixture, clusterOf } from '../../../test/fixtures/cluster.ts';
import { type AgreementInput, createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { namespaces } from './namespaces.ts';
import { networkPolicies } from './network-policies.ts';

const facts = [namespaces, networkPolicies];
const policy = (name: string, spec: object = {}, namespace = 'shop') => ({
  metadata: { name, namespace },
  spec: { podSelector: {}, policyTypes: ['Ingress'], ...spec },
});
const web = { podSelector: { matchLabels: { app: 'web' } } };
const cluster = (policies: object[], names = ['monitoring', 'shop']): ClusterFixture => ({
  namespaces: names.map((name) => ({ metadata: { name } })),
  networkpolicies: policies,
});
const found = (fixture: ClusterFixture, agreement: AgreementInput = {}) =>
  collect(facts, clusterOf(fixture), createAgreement(agreement)).entries;
const drift = (before: ClusterFixture, after: ClusterFixture, agreement: AgreementInput = {}) => {
  const approved = found(before, agreement);
  return compare(facts, approved, found(after, { ...agreement, approved }))
    .filter(({ fact }) => fact === 'network-policies')
    .map(({ object, path, expected, actual }) => [object, path, expected !== '', actual !== '']);
};
const changes = (agreed: object, actual: object) => drift(cluster([policy('p', agreed)]), cluster([policy('p', actual)]));
const changed = ['Namespace/shop', 'policies.p', true, true];

describe('network policies drift', () => {
  const from = (...peers: object[]) => ({ ingress: [{ from: peers }] });
  const namespaced = { namespaceSelector: { matchLabels: { team: 'a' } } };
  it.each<[string, object, object]>([
    ['types', {}, { policyTypes: ['Ingress', 'Egress'] }],
    ['a rule that lets everything in', {}, { ingress: [{}] }],
    ['a rule that lets everything out', { egress: [] }, { egress: [{}] }],
    ['a peer', from(namespaced), from({ namespaceSelector: {} })],
    ['pods instead of namespaces', from({ namespaceSelector: {} }), from({ podSelector: {} })],
    ['one peer that is both instead of two', from({ ...namespaced, podSelector: {} }), from(namespaced, { podSelector: {} })],
    ['an expression', from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } }), from({ podSelector: {} })],
    ['a range of addresses', from({ ipBlock: { cidr: '10.0.0.0/8' } }), from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } })],
    ['a port', { ingress: [{ ports: [{ port: 80 }] }] }, { ingress: [{ ports: [{ port: 80, endPort: 90 }] }] }],
    ['a port by its name', { ingress: [{ ports: [{ port: 'http' }] }] }, { ingress: [{ ports: [{ port: 'https' }] }] }],
    ['a protocol', { ingress: [{ ports: [{ port: 53 }] }] }, { ingress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] }],
    ['egress instead of ingress', { ingress: [{ ports: [{ port: 80 }] }] }, { egress: [{ ports: [{ port: 80 }] }] }],
  ])('with %s', (_, agreed, actual) => {
    expect(changes(agreed, actual)).toEqual([changed]);
    expect(changes(actual, agreed)).toEqual([changed]);
  });

  it('with the last one of a namespace that is gone, and the first one of a namespace that had none', () => {
    expect(drift(cluster([policy('p')]), cluster([]))).toEqual([['Namespace/shop', 'policies.p', true, false]]);
    expect(drift(cluster([]), cluster([policy('p')]))).toEqual([['Namespace/shop', '', false, true]]);
  });

  it('with one in a platform namespace, whichever pods it selects', () => {
    const platform = (spec: object) => cluster([policy('p', spec, 'monitoring')]);
    expect(drift(platform(web), platform({}))).toEqual([['Namespace/monitoring', 'policies.p', true, true]]);
  });

  it('with one that selects every pod no more', () => {
    expect(changes({}, web)).toEqual([['Namespace/shop', 'policies.p', true, false]]);
  });
});

describe('network policies do not drift', () => {
  it('with the order of rules, peers, ports, values and types', () => {
    const rules = [
      {
        from: [
          { podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['x', 'y'] }] } },
          { ipBlock: { cidr: '10.0.0.0/8' } },
        ],
        ports: [{ port: 80 }, { port: 443 }],
      },
      { from: [{ namespaceSelector: {} }] },
    ];
    const reordered = [
      { from: [{ namespaceSelector: {} }] },
      {
        ports: [{ port: 443 }, { port: 80 }],
        from: [
          { ipBlock: { cidr: '10.0.0.0/8' } },
          { podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }] } },
        ],
      },
    ];
    const types = ['Ingress', 'Egress'];
    expect(changes({ ingress: rules, policyTypes: types }, { ingress: reordered, policyTypes: types.toReversed() })).toEqual([]);
  });

  it('when defaults are spelled out', () => {
    const brief = { policyTypes: undefined, ingress: [{ ports: [{ port: 80 }] }], egress: [{}] };
    const spelledOut = {
      podSelector: { matchLabels: {}, matchExpressions: [] },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: 80, protocol: 'TCP' }] }],
      egress: [{ to: [], ports: [] }],
      aFieldOfANewerServer: 'default',
    };
    expect(changes(brief, spelledOut)).toEqual([]);
  });

  it('with policies that are a part of an application', () => {
    expect(drift(cluster([policy('web', web)]), cluster([policy('api', web)]))).toEqual([]);
  });

  it('with a namespace that is new or gone', () => {
    const before = cluster([policy('p')]);
    expect(drift(before, cluster([], ['monitoring']))).toEqual([]);
    expect(drift(before, cluster([policy('p'), policy('q', {}, 'preview')], ['monitoring', 'shop', 'preview']))).toEqual([]);
  });

  it('outside of what is covered', () => {
    expect(drift(cluster([policy('p')]), cluster([]), { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });

  it('with labels, status and managedFields', () => {
    const busy = { ...policy('p'), metadata: { name: 'p', namespace: 'shop', labels: { a: 'b' }, managedFields: [{}] }, status: {} };
    expect(drift(cluster([policy('p')]), cluster([busy]))).toEqual([]);
  });
});

it('says who wrote a policy', () => {
  expect(networkPolicies.source('Namespace/shop', 'policies.allow.dns', '', clusterOf())).toMatchObject({
    type: { resource: 'networkpolicies' },
    namespace: 'shop',
    name: 'allow.dns',
    fields: ['spec'],
  });
  expect(networkPolicies.source('Namespace/shop', 'policies', '', clusterOf())).toBeUndefined();
});
