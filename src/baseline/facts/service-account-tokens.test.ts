import { type ClusterFixture, clusterOf, minutesAgo } from '../../../test/fixtures/cluster.ts';
import type { FactEntry } from '../../api/v1alpha1/coveragebaseline.ts';
import { type AgreementInput, createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { serviceAccountTokens } from './service-account-tokens.ts';

const token = (name: string, { account = 'deployer', namespace = 'ci', ...metadata }: Record<string, unknown> = {}) => ({
  metadata: {
    name,
    namespace,
    ...metadata,
    annotations: { 'kubernetes.io/service-account.name': account, ...(metadata.annotations as object) },
  },
});
const cluster = (...secrets: object[]): ClusterFixture => ({ 'service-account-token-secrets': secrets });
const seen = (fixture: ClusterFixture, agreement: AgreementInput = {}) =>
  collect([serviceAccountTokens], clusterOf(fixture), createAgreement(agreement));
const off = { knowledge: { 'service-account-token-secrets': { state: 'SwitchedOff', message: 'needs the chart’s value' } } } as const;
const drift = (before: object[], after: object[]) => {
  const approved = seen(cluster(...before)).entries;
  return compare([serviceAccountTokens], approved, seen(cluster(...after), { approved }).entries).map(
    ({ object, path, expected, actual }) => [object, path, expected, actual],
  );
};

describe('tokens drift', () => {
  it('with one that is new', () => {
    expect(drift([token('a')], [token('a'), token('b')])).toEqual([['Secret/ci/b', '', '', 'serviceAccount=deployer']]);
  });

  it('with the first one of a cluster that had none', () => {
    expect(drift([], [token('a')])).toEqual([['Secret/ci/a', '', '', 'serviceAccount=deployer']]);
  });

  it('with another ServiceAccount', () => {
    expect(drift([token('a')], [token('a', { account: 'admin' })])).toEqual([['Secret/ci/a', 'serviceAccount', 'deployer', 'admin']]);
  });
});

describe('tokens do not drift', () => {
  it('with one that is gone', () => {
    expect(drift([token('a')], [])).toEqual([]);
  });

  it('when one is used or, unused for a year, made invalid by Kubernetes', () => {
    const used = token('a', { labels: { 'kubernetes.io/legacy-token-last-used': '2026-11-23' }, managedFields: [{}] });
    const invalid = token('a', { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-11-23' } });
    expect(drift([token('a')], [used])).toEqual([]);
    expect(drift([token('a')], [invalid])).toEqual([]);
    expect(drift([], [invalid])).toEqual([]);
  });

  it('with those that a controller makes', () => {
    expect(drift([], [token('a', { annotations: { 'kubernetes.io/created-by': 'openshift.io/create-dockercfg-secrets' } })])).toEqual([]);
  });

  it('outside of what is covered', () => {
    const { entries } = seen(cluster(token('a', { namespace: 'sandbox' })), { namespaces: { exclude: ['sandbox'] } });
    expect(entries.map(({ object }) => object)).toEqual(['Cluster/local']);
  });

  it('when the switch is turned off, or on after the approval', () => {
    expect(seen(off)).toEqual({ entries: [], missing: [], switchedOff: ['service-account-tokens'] });
    const approved: FactEntry[] = [{ fact: 'cluster-version', object: 'Cluster/local', value: { version: '1.37.2' } }];
    expect(seen(cluster(token('a')), { approved }).entries).toEqual([]);
  });
});

it('holds names, and nothing of a token', () => {
  const entries = seen(cluster({ ...token('a', { creationTimestamp: minutesAgo(60) }), data: { token: 'c2VjcmV0' } })).entries;
  expect(entries).toEqual([
    { fact: 'service-account-tokens', object: 'Cluster/local', value: { serviceAccountTokens: 'read' } },
    { fact: 'service-account-tokens', object: 'Secret/ci/a', value: { serviceAccount: 'deployer' } },
  ]);
});

it('has no writer, since Secrets are not read one at a time', () => {
  expect(serviceAccountTokens.source('Secret/ci/a', '', '', clusterOf())).toBeUndefined();
});
