import { type ClusterFixture, clusterOf, now } from '../../test/fixtures/cluster.ts';
import { fluxObject, ready, refused } from '../../test/fixtures/flux.ts';
import { type AgreementInput, createAgreement } from '../checks/agreement.ts';
import { deliverySummary } from './delivery-summary.ts';

const summary = (cluster: ClusterFixture, agreement: AgreementInput = { deliveryTooling: ['Flux'] }) =>
  deliverySummary({ view: clusterOf(cluster), agreement: createAgreement(agreement), now });
const trying = (name: string, since: number) => fluxObject(name, { conditions: ['Ready=Unknown Progressing: building artifact'], since });

it('says of each tool how many are healthy, failing, suspended, tried and stale, and since when what fails does', () => {
  const gitrepositories = [
    fluxObject('fine', { conditions: ready }),
    fluxObject('away', { conditions: refused, status: { artifact: { lastUpdateTime: '2026-11-20T08:00:00Z' } } }),
    fluxObject('still', { conditions: ready, spec: { suspend: true } }),
    trying('new', 59),
    trying('never', 60),
  ];
  expect(summary({ gitrepositories })).toEqual([
    {
      ...{ tool: 'Flux', healthy: 1, failing: 1, outOfSync: 0, suspended: 1, progressing: 1, stale: 1 },
      pipelines: [
        {
          object: 'GitRepository/flux-system/away',
          state: 'Failing',
          lastSuccess: '2026-11-20T08:00:00Z',
          firstFailure: '2026-11-23T11:00:00Z',
        },
        { object: 'GitRepository/flux-system/never', state: 'Stale' },
        { object: 'GitRepository/flux-system/still', state: 'Suspended' },
      ],
    },
  ]);
});

it.each([
  ['without the sign of an hour', '20261123T110000Z', '2026-11-23T11:00:00Z'],
  ['in a zone that it names', '2026-11-23T12:00:00+01:00[Europe/Amsterdam]', '2026-11-23T11:00:00Z'],
  ['as no time at all', 'yesterday', undefined],
])('a time that a tool writes %s is never one that the API server refuses', (_, since, firstFailure) => {
  const [condition] = fluxObject('away', { conditions: refused }).status?.conditions ?? [];
  const object = fluxObject('away', { status: { artifact: { lastUpdateTime: since } } });
  const gitrepositories = [{ ...object, status: { ...object.status, conditions: [{ ...condition, lastTransitionTime: since }] } }];
  const [pipeline] = summary({ gitrepositories })?.[0]?.pipelines ?? [];
  expect([pipeline?.firstFailure, pipeline?.lastSuccess]).toEqual([firstFailure, firstFailure]);
});

it('names at most 50, however many fail', () => {
  const gitrepositories = Array.from({ length: 2000 }, (_, index) => fluxObject(`shop-${index}`, { conditions: refused }));
  const [flux] = summary({ gitrepositories }) ?? [];
  expect(flux).toMatchObject({ failing: 2000 });
  expect(flux?.pipelines).toHaveLength(50);
});

it('says nothing of tools that are not covered or have nothing, and nothing at all below Level3', () => {
  const cluster = { gitrepositories: [fluxObject('fine', { conditions: ready })] };
  expect(summary(cluster, { deliveryTooling: ['Tekton'] })).toEqual([]);
  expect(summary({})).toEqual([]);
  expect(summary(cluster, { tier: 'Level2' })).toBeUndefined();
});

it('leaves out namespaces that are not covered', () => {
  const cluster = { gitrepositories: [fluxObject('fine', { namespace: 'sandbox-1', conditions: ready })] };
  expect(summary(cluster, { deliveryTooling: ['Flux'], namespaces: { exclude: ['sandbox-*'] } })).toEqual([]);
});
