import { type ClusterFixture, clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { type FluxFixture, fluxObject, ready, refused } from '../../../test/fixtures/flux.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { fluxKustomization } from './flux-kustomization.ts';

const withFlux = { deliveryTooling: ['Flux' as const] };
const found = (cluster: ClusterFixture) => findingsOf(fluxKustomization, cluster, {}, withFlux);
const sourceRef = { kind: 'GitRepository', name: 'shop' };
const kustomization = (name: string, { spec, ...options }: FluxFixture) => fluxObject(name, { spec: { sourceRef, ...spec }, ...options });
const one = (options: FluxFixture, others: ClusterFixture = {}) => found({ ...others, kustomizations: [kustomization('shop', options)] });

const rejected = [
  "Ready=False ReconciliationFailed: Deployment/shop/web dry-run failed (Forbidden): deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'no-latest' denied request: tags only",
];
const waits = ["Ready=False DependencyNotReady: dependency 'flux-system/base' is not ready"];
const noArtifact = ['Ready=False ArtifactFailed: Source artifact not found, retrying in 30s'];

describe('flux-kustomization fires', () => {
  it('on what an admission policy refuses, with the policy and the revision', () => {
    expect(one({ conditions: rejected, status: { lastAttemptedRevision: 'main@sha1:0123456789abcdef0123456789abcdef01234567' } })).toEqual([
      {
        object: 'Kustomization/flux-system/shop',
        severity: 'warning',
        reason: 'NotApplied',
        message:
          'Kustomization/flux-system/shop is not applied at main@sha1:0123456789ab: the cluster does not let it (ValidatingAdmissionPolicy no-latest). Its conditions say more: kubectl -n flux-system describe kustomizations.kustomize.toolkit.fluxcd.io shop.',
      },
    ]);
  });

  it('on one that waits for another that nobody tells of: suspended, or not there', () => {
    const base = kustomization('base', { spec: { suspend: true }, conditions: ready });
    const waiting = kustomization('shop', { spec: { dependsOn: [{ name: 'base' }] }, conditions: waits });
    const notApplied = (...kustomizations: object[]) => found({ kustomizations }).filter(({ reason }) => reason === 'NotApplied');
    expect(notApplied(base, waiting)).toHaveLength(1);
    expect(notApplied(waiting)).toHaveLength(1);
  });

  it('as info on one that has been suspended for 7 days, counted from when that was first seen', () => {
    const [finding] = one({ spec: { suspend: true }, conditions: ready });
    expect(finding).toMatchObject({ severity: 'info', reason: 'Suspended' });
    expect(finding?.message).toContain('has been suspended for 7 days or more');
    const [check] = configureChecks([fluxKustomization], []).checks;
    const view = clusterOf({ kustomizations: [kustomization('shop', { spec: { suspend: true } })] });
    const [observation] = runCheck(check!, view, now, createAgreement(withFlux)).observations;
    expect(observation).toMatchObject({ reason: 'Suspended', holdMs: 7 * 24 * 3_600_000 });
  });
});

describe('flux-kustomization is silent', () => {
  it.each([
    ['one that is applied', { conditions: ready }],
    [
      'one that is being applied',
      { conditions: ['Ready=Unknown Progressing: Reconciliation in progress', 'Reconciling=True Progressing'] },
    ],
    ['one that was suspended when it was made, before the 7 days', { spec: { suspend: true } }],
    ['one that no controller has looked at', {}],
    ['one of which a new revision ended the wait for the last', { conditions: ['Ready=False HealthCheckCanceled: new reconciliation'] }],
  ])('about %s', (_, options: FluxFixture) => {
    expect(one(options).filter(({ reason }) => reason !== 'Suspended')).toEqual([]);
  });

  it('about one that waits for a source or another Kustomization that is told of itself', () => {
    expect(one({ conditions: noArtifact }, { gitrepositories: [fluxObject('shop', { conditions: refused })] })).toEqual([]);
    const base = kustomization('base', { conditions: rejected });
    const waiting = kustomization('shop', { spec: { dependsOn: [{ name: 'base' }] }, conditions: waits });
    expect(found({ kustomizations: [base, waiting] }).map(({ object }) => object)).toEqual(['Kustomization/flux-system/base']);
  });
});

describe('flux-kustomization at its boundaries', () => {
  it('keeps what it knows of one that waits for another which is tried again', () => {
    const base = kustomization('base', { conditions: ['Ready=Unknown Progressing: Running health checks'] });
    const waiting = kustomization('shop', { spec: { dependsOn: [{ name: 'base' }] }, conditions: waits });
    const [check] = configureChecks([fluxKustomization], []).checks;
    const { observations } = runCheck(check!, clusterOf({ kustomizations: [base, waiting] }), now, createAgreement(withFlux));
    expect(observations.map(({ object, uncertain }) => [object, uncertain])).toEqual([
      ['Kustomization/flux-system/base', true],
      ['Kustomization/flux-system/shop', true],
    ]);
  });

  it('counts a failure anew that came before, was mended, and is there again with the same manifests', () => {
    const history = [
      { lastReconciledStatus: 'ReconciliationFailed', firstReconciled: '2026-11-20T08:00:00Z', lastReconciled: '2026-11-23T11:59:00Z' },
      { lastReconciledStatus: 'ReconciliationSucceeded', firstReconciled: '2026-11-20T09:00:00Z', lastReconciled: '2026-11-23T11:50:00Z' },
    ];
    expect(one({ conditions: rejected, since: 1, status: { history } })).toEqual([]);
  });

  it('counts the wait for another from when that one is well again, which it does not know until it looks', () => {
    const base = kustomization('base', { conditions: ready, since: 1 });
    const waiting = kustomization('shop', { spec: { dependsOn: [{ name: 'base' }] }, conditions: waits, since: 60 });
    expect(found({ kustomizations: [base, waiting] })).toEqual([]);
    const long = kustomization('base', { conditions: ready, since: 20 });
    expect(found({ kustomizations: [long, waiting] })).toHaveLength(1);
  });

  it('dates a failure by when it first came, not by the last attempt', () => {
    const history = [{ lastReconciledStatus: 'ReconciliationFailed', firstReconciled: '2026-11-20T08:00:00Z' }];
    const view = clusterOf({ kustomizations: [kustomization('shop', { conditions: rejected, since: 1, status: { history } })] });
    const [check] = configureChecks([fluxKustomization], []).checks;
    const [observation] = runCheck(check!, view, now, createAgreement(withFlux)).observations;
    expect(observation?.since?.toString()).toBe('2026-11-20T08:00:00Z');
  });

  it('fires on one with a fault of its own beside a source that fails', () => {
    expect(one({ conditions: rejected }, { gitrepositories: [fluxObject('shop', { conditions: refused })] })).toHaveLength(1);
  });
});

it('flux-kustomization is NotApplicable where Flux is not installed', () => {
  const absent = { state: 'NotInstalled', message: 'the cluster does not serve kustomizations' } as const;
  expect(verdictOf(fluxKustomization, { knowledge: { kustomizations: absent } }, withFlux)).toBe(`NotApplicable: ${absent.message}`);
});

it('flux-kustomization is unknown, not healthy, where Kustomizations may not be read', () => {
  const denied = { state: 'NotPermitted', message: 'the operator may not list and watch kustomizations' } as const;
  expect(verdictOf(fluxKustomization, { knowledge: { kustomizations: denied } }, withFlux)).toBe(`Unknown: ${denied.message}`);
});
