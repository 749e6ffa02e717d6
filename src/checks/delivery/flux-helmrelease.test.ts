import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { type FluxFixture, fluxObject, ready, refused } from '../../../test/fixtures/flux.ts';
import { fluxHelmRelease } from './flux-helmrelease.ts';

const withFlux = { deliveryTooling: ['Flux' as const] };
const found = (cluster: ClusterFixture) => findingsOf(fluxHelmRelease, cluster, {}, withFlux);
const chart = {
  spec: { chart: 'shop', version: '1.0.0', sourceRef: { kind: 'HelmRepository', name: 'charts', namespace: 'flux-system' } },
};
const release = (name: string, { spec, ...options }: FluxFixture) =>
  fluxObject(name, { namespace: 'shop', spec: { chart, ...spec }, ...options });
const one = (options: FluxFixture, others: ClusterFixture = {}) => found({ ...others, helmreleases: [release('web', options)] });

const released =
  'Released=False UpgradeFailed: Helm upgrade failed for release shop/web with chart shop@1.0.0: timed out waiting for the condition';

describe('flux-helmrelease fires', () => {
  it('with what Released says before what Ready says', () => {
    const [finding] = one({
      conditions: ['Ready=False RetriesExceeded: terminal error', released],
      status: { lastAttemptedRevision: '1.0.0' },
    });
    expect(finding).toMatchObject({ object: 'HelmRelease/shop/web', reason: 'NotReleased' });
    expect(finding?.message).toContain('is not released at 1.0.0: it took longer than it may');
  });

  it('while the upgrade is tried again', () => {
    expect(one({ conditions: ['Ready=Unknown Progressing: Fulfilling prerequisites', released] })).toHaveLength(1);
  });

  it('where the retries are used up', () => {
    expect(one({ conditions: ['Stalled=True RetriesExceeded: Failed to upgrade after 3 attempts'] })).toHaveLength(1);
  });
});

describe('flux-helmrelease at its boundaries', () => {
  it('fires 15 minutes after the failure, and as info after 7 days of suspension or as many as are set', () => {
    const suspended = { spec: { suspend: true }, conditions: ready };
    expect(one({ conditions: [released], since: 15 })).toHaveLength(1);
    const days = (suspendedDays: string) =>
      findingsOf(fluxHelmRelease, { helmreleases: [release('web', suspended)] }, { parameters: { suspendedDays } }, withFlux);
    expect(days('30').map(({ severity, reason }) => [severity, reason])).toEqual([['info', 'Suspended']]);
    expect(days('31')).toEqual([]);
  });
});

describe('flux-helmrelease is silent', () => {
  it.each([
    ['one that is released', { conditions: [...ready, 'Released=True UpgradeSucceeded'] }],
    ['one that is being installed', { conditions: ['Ready=Unknown Progressing: Running install'] }],
    ['one whose failed tests are to be ignored', { conditions: [...ready, 'TestSuccess=False TestFailed: 1 test failed'] }],
    ['one that no controller has looked at', {}],
  ])('about %s', (_, options: FluxFixture) => {
    expect(one(options)).toEqual([]);
  });

  it('about one that waits for its repository, which is told of itself', () => {
    const waits = ["Ready=False SourceNotReady: HelmChart 'flux-system/shop-web' is not ready"];
    expect(one({ conditions: waits })).toHaveLength(1);
    expect(one({ conditions: waits }, { helmrepositories: [fluxObject('charts', { conditions: refused })] })).toEqual([]);
  });
});

it('flux-helmrelease is unknown, not healthy, where releases may not be read', () => {
  const denied = { state: 'NotPermitted', message: 'the operator may not list and watch helmreleases' } as const;
  expect(verdictOf(fluxHelmRelease, { knowledge: { helmreleases: denied } }, withFlux)).toBe(`Unknown: ${denied.message}`);
});
