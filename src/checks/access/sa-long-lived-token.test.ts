import { minutesAgo } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { saLongLivedToken } from './sa-long-lived-token.ts';

interface TokenFixture {
  daysOld?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  deleting?: boolean;
}

const minutesPerDay = 24 * 60;

/** A Secret as the API server sends its metadata. */
const token = ({ daysOld = 400, labels = {}, annotations = {}, deleting }: TokenFixture = {}) => ({
  metadata: {
    name: 'deployer-token',
    namespace: 'ci',
    labels,
    annotations: { 'kubernetes.io/service-account.name': 'deployer', ...annotations },
    creationTimestamp: minutesAgo(daysOld * minutesPerDay),
    ...(deleting ? { deletionTimestamp: minutesAgo(1) } : {}),
  },
});
const found = (options: TokenFixture, parameters?: Record<string, string>) =>
  findingsOf(saLongLivedToken, { 'service-account-token-secrets': [token(options)] }, parameters ? { parameters } : {});

describe('sa-long-lived-token fires', () => {
  it('for an old token, and says that no use is recorded', () => {
    expect(found({})).toEqual([
      {
        object: 'Secret/ci/deployer-token',
        severity: 'warning',
        reason: 'LongLivedToken',
        message:
          'Secret/ci/deployer-token holds a token of ServiceAccount/ci/deployer that never expires, made 90 days ago or earlier. No use of it is recorded, which Kubernetes does since 1.26. Replace it by tokens that expire and delete the Secret.',
      },
    ]);
  });

  it('with the same words on every day of its use', () => {
    const messages = ['2026-11-21', '2026-11-22'].map(
      (day) => found({ labels: { 'kubernetes.io/legacy-token-last-used': day } })[0]?.message,
    );
    expect(messages[0]).toContain('It has been used: its label kubernetes.io/legacy-token-last-used says when last.');
    expect(messages[1]).toBe(messages[0]);
  });
});

describe('sa-long-lived-token at its boundaries', () => {
  it('fires at exactly 90 days and not a minute before', () => {
    expect(found({ daysOld: 90 })).toHaveLength(1);
    expect(found({ daysOld: 90 - 1 / minutesPerDay })).toHaveLength(0);
  });

  it('takes another age from the coverage', () => {
    const [finding] = found({ daysOld: 30 }, { maxDays: '30' });
    expect(finding?.message).toContain('made 30 days ago or earlier');
    expect(found({ daysOld: 29 }, { maxDays: '30' })).toHaveLength(0);
  });
});

describe('sa-long-lived-token is silent', () => {
  it.each<[string, TokenFixture]>([
    ['for a young token', { daysOld: 3 }],
    ['for a token that is being deleted', { deleting: true }],
    ['for a token that the API server refuses', { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-10-01' } }],
    [
      'for what OpenShift makes and replaces itself',
      { annotations: { 'kubernetes.io/created-by': 'openshift.io/create-dockercfg-secrets' } },
    ],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('where nobody has switched it on, and says how', () => {
    const message = "needs the chart's value features.serviceAccountTokens: true";
    const knowledge = { 'service-account-token-secrets': { state: 'SwitchedOff', message } } as const;
    expect(verdictOf(saLongLivedToken, { knowledge })).toBe(`NotApplicable: ${message}`);
  });
});

it('sa-long-lived-token is unknown, not healthy, where Secrets cannot be read', () => {
  const message = 'the operator may not list and watch secrets: forbidden';
  const knowledge = { 'service-account-token-secrets': { state: 'NotPermitted', message } } as const;
  expect(verdictOf(saLongLivedToken, { knowledge })).toBe(`Unknown: ${message}`);
});
