import { type ClusterFixture, clusterOf } from '../../../test/fixtures/cluster.ts';
import { createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { defaultPullSecrets } from './default-pull-secrets.ts';
import { namespaces } from './namespaces.ts';

const facts = [namespaces, defaultPullSecrets];
const account = (secrets: string[], name = 'default', namespace = 'shop') => ({
  ...{ metadata: { name, namespace, managedFields: [{}] } },
  imagePullSecrets: secrets.map((secret) => ({ name: secret })),
});
const cluster = (accounts: object[], names = ['shop']): ClusterFixture => ({
  ...{ serviceaccounts: accounts, namespaces: names.map((name) => ({ metadata: { name } })) },
});
const drift = (before: ClusterFixture, after: ClusterFixture) => {
  const approved = collect(facts, clusterOf(before), createAgreement({})).entries;
  return compare(facts, approved, collect(facts, clusterOf(after), createAgreement({ approved })).entries)
    .filter(({ fact }) => fact === 'default-pull-secrets')
    .map(({ object, path, expected, actual }) => [object, path, expected, actual]);
};

describe('the pull Secrets of default ServiceAccounts drift', () => {
  it('with one that is no longer named, and with the last one', () => {
    const before = cluster([account(['mirror', 'regcred'])]);
    expect(drift(before, cluster([account(['mirror'])]))).toEqual([['Namespace/shop', 'imagePullSecrets', 'mirror, regcred', 'mirror']]);
    expect(drift(before, cluster([account([])]))).toEqual([['Namespace/shop', 'imagePullSecrets', 'mirror, regcred', '']]);
  });

  it('with another one in its place', () => {
    expect(drift(cluster([account(['regcred'])]), cluster([account(['regcred-new'])]))).toHaveLength(1);
  });
});

describe('the pull Secrets of default ServiceAccounts do not drift', () => {
  it('with one more, the first one of a namespace, or their order', () => {
    expect(drift(cluster([account(['a'])]), cluster([account(['b', 'a'])]))).toEqual([]);
    expect(drift(cluster([account([])]), cluster([account(['a'])]))).toEqual([]);
  });

  it('with other ServiceAccounts', () => {
    expect(drift(cluster([account(['a'], 'web')]), cluster([account([], 'web')]))).toEqual([]);
  });

  it('with a namespace that is new, gone or not covered', () => {
    expect(drift(cluster([], []), cluster([account(['a'])]))).toEqual([]);
    expect(drift(cluster([account(['a'])]), cluster([], []))).toEqual([]);
    const agreement = createAgreement({ namespaces: { exclude: ['shop'] } });
    expect(collect([defaultPullSecrets], clusterOf(cluster([account(['a'])])), agreement).entries).toEqual([]);
  });
});

it('is written in the ServiceAccount', () => {
  expect(defaultPullSecrets.source('Namespace/shop', 'imagePullSecrets', '', clusterOf())).toEqual({
    ...{ type: expect.objectContaining({ kind: 'ServiceAccount' }), name: 'default', namespace: 'shop', fields: ['imagePullSecrets'] },
  });
});
