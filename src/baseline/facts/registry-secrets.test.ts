import { type ClusterFixture, clusterOf } from '../../../test/fixtures/cluster.ts';
import type { FactEntry } from '../../api/v1alpha1/coveragebaseline.ts';
import { createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { namespaces } from './namespaces.ts';
import { registrySecrets } from './registry-secrets.ts';

const facts = [namespaces, registrySecrets];
const secret = (registries: string[], { name = 'regcred', user = 'bot' } = {}) => ({
  metadata: { name, namespace: 'shop' },
  data: {
    '.dockerconfigjson': Buffer.from(
      JSON.stringify({ auths: Object.fromEntries(registries.map((host) => [host, { username: user }])) }),
    ).toString('base64'),
  },
});
const cluster = (secrets: object[], { names = ['regcred'], namespaces: there = ['shop'] } = {}): ClusterFixture => ({
  namespaces: there.map((name) => ({ metadata: { name } })),
  serviceaccounts: [{ metadata: { name: 'default', namespace: 'shop' }, imagePullSecrets: names.map((name) => ({ name })) }],
  'pull-secrets': secrets,
});
const seen = (fixture: ClusterFixture, approved?: FactEntry[]) =>
  collect(facts, clusterOf(fixture), createAgreement(approved ? { approved } : {}));
const drift = (before: ClusterFixture, after: ClusterFixture) => {
  const approved = seen(before).entries;
  return compare(facts, approved, seen(after, approved).entries)
    .filter(({ fact }) => fact === 'registry-secrets')
    .map(({ object, path, expected, actual }) => [object, path, expected, actual]);
};
const agreed = cluster([secret(['ghcr.io', 'registry.example.com'])]);

describe('registry Secrets drift', () => {
  it('with a registry that is no longer among them', () => {
    expect(drift(agreed, cluster([secret(['ghcr.io'])]))).toEqual([
      ['Namespace/shop', 'registries.regcred', 'ghcr.io, registry.example.com', 'ghcr.io'],
    ]);
  });

  it('with a Secret that is gone, or holds no login any more', () => {
    const gone = [['Namespace/shop', 'registries.regcred', 'ghcr.io, registry.example.com', '']];
    expect(drift(agreed, cluster([]))).toEqual(gone);
    expect(drift(agreed, cluster([secret([])]))).toEqual(gone);
  });
});

describe('registry Secrets do not drift', () => {
  it('with another login, or a registry more', () => {
    expect(drift(agreed, cluster([secret(['registry.example.com', 'ghcr.io', 'quay.io'], { user: 'other' })]))).toEqual([]);
  });

  it('with a Secret more, named by the ServiceAccount or not', () => {
    const more = [secret(['ghcr.io', 'registry.example.com']), secret(['quay.io'], { name: 'second' })];
    expect(drift(agreed, cluster(more))).toEqual([]);
    expect(drift(agreed, cluster(more, { names: ['regcred', 'second'] }))).toEqual([]);
  });

  it('when the ServiceAccount names it no longer, of which another fact tells', () => {
    expect(drift(agreed, cluster([secret(['ghcr.io', 'registry.example.com'])], { names: [] }))).toEqual([]);
  });

  it('with what applications name themselves', () => {
    const own = (registries: string[]) => cluster([secret(registries, { name: 'own' })]);
    expect(drift(own(['ghcr.io']), own(['quay.io']))).toEqual([]);
  });

  it('with a namespace that is gone', () => {
    expect(drift(agreed, cluster([], { namespaces: [] }))).toEqual([]);
  });

  it('when the switch is turned off, or on after the approval', () => {
    const off = { knowledge: { 'pull-secrets': { state: 'SwitchedOff', message: 'needs the chart’s value' } } } as const;
    expect(seen({ ...agreed, ...off }).switchedOff).toEqual(['registry-secrets']);
    const approved: FactEntry[] = [{ fact: 'namespaces', object: 'Namespace/shop', value: {} }];
    expect(seen(agreed, approved).entries.map(({ fact }) => fact)).toEqual(['namespaces']);
  });
});

it('holds names of registries, and nothing of a login', () => {
  expect(seen(agreed).entries.filter(({ fact }) => fact === 'registry-secrets')).toEqual([
    { fact: 'registry-secrets', object: 'Cluster/local', value: { registrySecrets: 'read' } },
    { fact: 'registry-secrets', object: 'Namespace/shop', value: { 'registries.regcred': 'ghcr.io, registry.example.com' } },
  ]);
});

it('has no writer, since Secrets are not read one at a time', () => {
  expect(registrySecrets.source('Namespace/shop', 'registries.regcred', '', clusterOf())).toBeUndefined();
});
