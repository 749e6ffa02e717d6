import { type QuotaFixture, quota } from '../../../test/fixtures/capacity.ts';
import { clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { quotaFull } from './quota-full.ts';

const found = (...resourcequotas: object[]) => findingsOf(quotaFull, { resourcequotas });
const severities = (amounts: QuotaFixture, setting = {}) =>
  findingsOf(quotaFull, { resourcequotas: [quota('team', amounts)] }, setting).map(({ severity }) => severity);

describe('quota-full fires', () => {
  it('for a quota that is used up, and names each resource with its limit', () => {
    const amounts: QuotaFixture = {
      'requests.cpu': ['500m', '500m'],
      'limits.memory': ['8Gi', '8Gi'],
      'fast.storageclass.storage.k8s.io/requests.storage': ['1Ti', '1Ti'],
      pods: ['51', '50'],
      services: ['1', '5'],
    };
    expect(found(quota('team', amounts))).toEqual([
      {
        object: 'ResourceQuota/shop/team',
        severity: 'warning',
        reason: 'QuotaFull',
        message:
          'ResourceQuota/shop/team is used to 100% or more: fast.storageclass.storage.k8s.io/requests.storage (hard 1Ti), limits.memory (hard 8Gi), pods (hard 50), requests.cpu (hard 500m). At 100% the API server refuses what would exceed it. Remove what is not needed, or raise the quota.',
      },
    ]);
  });

  it.each([
    ['requests.hugepages-2Mi', '4Mi'],
    ['limits.ephemeral-storage', '10Gi'],
    ['cpu', '1.5'],
    ['count/jobs.batch', '5'],
  ])('and writes the limit of %s as %s', (resource, amount) => {
    expect(found(quota('team', { [resource]: [amount, amount] }))[0]?.message).toContain(`more: ${resource} (hard ${amount}).`);
  });

  it('once, as info, for all quotas that are nearly used up', () => {
    expect(found(quota('b', { pods: ['19', '20'] }), quota('a', { pods: ['9', '10'], 'limits.cpu': ['950m', '1'] }))).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'QuotaNearlyFull',
        message:
          '2 ResourceQuotas are used to 90% or more: shop/a (limits.cpu, pods), shop/b (pods). Raise them before they refuse what their namespaces need.',
      },
    ]);
  });

  it('for a quota that is used up apart from those that nearly are', () => {
    expect(found(quota('full', { pods: ['10', '10'] }), quota('nearly', { pods: ['9', '10'] })).map(({ object }) => object)).toEqual([
      'ResourceQuota/shop/full',
      'Cluster/local',
    ]);
  });
});

describe('quota-full at its boundaries', () => {
  it('is info from exactly 90% and a warning from exactly 100%', () => {
    expect(severities({ pods: ['899', '1000'] })).toEqual([]);
    expect(severities({ pods: ['900', '1000'] })).toEqual(['info']);
    expect(severities({ pods: ['999', '1000'] })).toEqual(['info']);
    expect(severities({ pods: ['1000', '1000'] })).toEqual(['warning']);
  });

  it('takes other thresholds from the coverage', () => {
    expect(severities({ pods: ['5', '10'] }, { parameters: { infoRatio: '0.5' } })).toEqual(['info']);
    expect(severities({ pods: ['5', '10'] }, { parameters: { warningRatio: '0.5' } })).toEqual(['warning']);
  });

  it('opens when it has held for 15 minutes since it was first seen, with a message that does not tick', () => {
    const { checks } = configureChecks([quotaFull], []);
    const cluster = clusterOf({ resourcequotas: [quota('team', { pods: ['10', '10'] })] });
    const { observations, holdMs } = runCheck(checks[0]!, cluster, now, createAgreement());
    expect([holdMs, observations.map(({ since }) => since)]).toEqual([900_000, [undefined]]);
    expect(found(quota('team', { pods: ['12', '10'] }))).toEqual(found(quota('team', { pods: ['10', '10'] })));
  });
});

describe('quota-full is silent', () => {
  it.each<[string, object]>([
    ['where there is room', quota('team', { pods: ['8', '10'] })],
    ['about a limit of zero, which forbids a resource on purpose', quota('team', { 'services.loadbalancers': ['1', '0'] })],
    ['about a quota that is being deleted', quota('team', { pods: ['10', '10'] }, { deleting: true })],
    ['about a quota whose use has not been counted yet', { ...quota('team', { pods: ['10', '10'] }), status: {} }],
  ])('%s', (_, given) => {
    expect(found(given)).toEqual([]);
  });
});

it('quota-full is unknown, not healthy, where quotas cannot be read', () => {
  const message = 'the operator may not list and watch resourcequotas: forbidden';
  expect(verdictOf(quotaFull, { knowledge: { resourcequotas: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
