import { type ClusterFixture, clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { type FluxFixture, fluxObject, ready, refused } from '../../../test/fixtures/flux.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { fluxSource } from './flux-source.ts';

const withFlux = { deliveryTooling: ['Flux' as const] };
const found = (cluster: ClusterFixture) => findingsOf(fluxSource, cluster, {}, withFlux);
const git = (options: FluxFixture) => found({ gitrepositories: [fluxObject('shop', options)] });

describe('flux-source fires', () => {
  it('on a source that its server refuses, with what to look at and no word of the controller’s', () => {
    expect(git({ conditions: refused, spec: { secretRef: { name: 'shop-git' } } })).toEqual([
      {
        object: 'GitRepository/flux-system/shop',
        severity: 'warning',
        reason: 'NotFetched',
        message:
          'GitRepository/flux-system/shop is not fetched: its credentials are refused, or do not allow this (repository git.example.com/shop, Secret flux-system/shop-git). Its conditions say more: kubectl -n flux-system describe gitrepositories.source.toolkit.fluxcd.io shop.',
      },
    ]);
  });

  it('on one that names no Secret and is refused in the same words: credentials are missing, unless a cloud knows the controller', () => {
    const [anonymous] = git({ conditions: refused });
    expect(anonymous?.message).toContain('credentials that it needs are not there (repository git.example.com/shop)');
    const [cloud] = git({ conditions: refused, spec: { provider: 'azure' } });
    expect(cloud?.message).toContain('its credentials are refused, or do not allow this');
  });

  it('while it is tried again, when Ready is Unknown and FetchFailed has stayed', () => {
    expect(git({ conditions: ['Ready=Unknown Progressing: building artifact', ...refused.slice(1)] })).toHaveLength(1);
  });

  it('on every kind of source, and on a signature that does not verify', () => {
    const bad = (name: string) => fluxObject(name, { conditions: ['Ready=False Failed: it did not work'] });
    const unsigned = fluxObject('unsigned', {
      conditions: ['SourceVerified=False VerificationError: signature of commit is not valid', 'Ready=Unknown Progressing: in progress'],
    });
    expect(
      found({ helmrepositories: [bad('a')], ocirepositories: [bad('b')], buckets: [bad('c')], gitrepositories: [unsigned] })
        .map(({ object }) => object)
        .sort(),
    ).toEqual([
      'Bucket/flux-system/c',
      'GitRepository/flux-system/unsigned',
      'HelmRepository/flux-system/a',
      'OCIRepository/flux-system/b',
    ]);
  });

  it('with the reason alone where nothing is known of its words, however long or foreign they are', () => {
    const [finding] = git({ conditions: [`Ready=False Kaputt: ${'geht nicht '.repeat(10_000)}https://me:hunter2@git.example.com`] });
    expect(finding?.message).toContain('is not fetched: its controller says Kaputt.');
    expect(finding?.message).not.toContain('hunter2');
  });
});

describe('flux-source at its boundaries', () => {
  it('at 15 minutes and not a second before', () => {
    expect(git({ conditions: refused, since: 15 })).toHaveLength(1);
    const young = clusterOf({ gitrepositories: [fluxObject('shop', { conditions: refused, since: 14 })] });
    const [check] = configureChecks([fluxSource], []).checks;
    const [observation] = runCheck(check!, young, now, createAgreement(withFlux)).observations;
    expect(observation?.since?.toString()).toBe('2026-11-23T11:46:00Z');
  });
});

describe('flux-source is silent', () => {
  it.each([
    ['a source that is as it should be', { conditions: ready }],
    ['one that has not been fetched for the first time', { conditions: ['Ready=Unknown Progressing: building artifact'] }],
    ['one that no controller has looked at', {}],
    ['one without conditions', { status: {} }],
    ['one whose condition types nobody knows', { conditions: ['Sparkling=False NoIdea: oh'] }],
    ['one that is suspended', { conditions: refused, spec: { suspend: true } }],
    ['one that is being deleted', { conditions: refused, metadata: { deletionTimestamp: '2026-11-23T11:00:00Z' } }],
  ])('about %s', (_, options: FluxFixture) => {
    expect(git(options)).toEqual([]);
  });

  it('about a HelmRepository that is only the address of a registry', () => {
    expect(found({ helmrepositories: [fluxObject('charts', { spec: { type: 'oci', url: 'oci://registry.example.com' } })] })).toEqual([]);
  });

  it('about a namespace that is not covered', () => {
    const cluster = { gitrepositories: [fluxObject('shop', { namespace: 'sandbox-1', conditions: refused })] };
    expect(findingsOf(fluxSource, cluster, {}, { ...withFlux, namespaces: { exclude: ['sandbox-*'] } })).toEqual([]);
  });
});

describe('flux-source says that it cannot judge', () => {
  const absent = { state: 'NotInstalled', message: 'the cluster does not serve it' } as const;
  const denied = { state: 'NotPermitted', message: 'the operator may not list and watch buckets' } as const;
  const all = (known: typeof absent) => ({ gitrepositories: known, helmrepositories: known, ocirepositories: known, buckets: known });

  it('where the coverage does not name Flux', () => {
    expect(verdictOf(fluxSource, {})).toBe('NotApplicable: scope.deliveryTooling does not name Flux');
  });

  it('where no source is served', () => {
    expect(verdictOf(fluxSource, { knowledge: all(absent) }, withFlux)).toBe('NotApplicable: the cluster does not serve it');
  });

  it('is unknown, not healthy, where one may not be read, and tells of the others all the same', () => {
    const cluster = { knowledge: { buckets: denied }, gitrepositories: [fluxObject('shop', { conditions: refused })] };
    expect(verdictOf(fluxSource, cluster, withFlux)).toBe(`Unknown: ${denied.message}`);
    expect(found(cluster)).toHaveLength(1);
  });

  it('never where one is not served', () => {
    expect(verdictOf(fluxSource, { knowledge: { buckets: absent } }, withFlux)).toBeUndefined();
  });
});
