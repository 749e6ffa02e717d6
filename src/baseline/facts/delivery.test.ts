import { type ClusterFixture, clusterOf } from '../../../test/fixtures/cluster.ts';
import { type FluxFixture, fluxObject } from '../../../test/fixtures/flux.ts';
import { createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { delivery } from './delivery.ts';

const agreement = createAgreement({ deliveryTooling: ['Flux'] });
const found = (cluster: ClusterFixture) => collect([delivery], clusterOf(cluster), agreement).entries;
const git = (options: FluxFixture = {}) =>
  fluxObject('shop', { ...options, spec: { url: 'https://git.example.com/shop', ...options.spec } });
const drift = (agreed: ClusterFixture, actual: ClusterFixture) =>
  compare([delivery], found(agreed), found(actual)).map(({ object, path, expected, actual: now }) => [object, path, expected, now]);

describe('delivery drifts', () => {
  it('with a source that comes from elsewhere, and never shows its credentials', () => {
    const moved = git({ spec: { url: 'https://bot:hunter2@git.example.com/fork' } });
    expect(drift({ gitrepositories: [git()] }, { gitrepositories: [moved] })).toEqual([
      ['GitRepository/flux-system/shop', 'source', 'https://git.example.com/shop', 'https://git.example.com/fork'],
    ]);
  });

  it('with a Kustomization of another path', () => {
    const of = (path: string) => ({
      kustomizations: [fluxObject('shop', { spec: { path, sourceRef: { kind: 'GitRepository', name: 'shop' } } })],
    });
    expect(drift(of('./live'), of('./test'))).toEqual([
      ['Kustomization/flux-system/shop', 'source', 'GitRepository/flux-system/shop ./live', 'GitRepository/flux-system/shop ./test'],
    ]);
  });

  it('with one that was added in a namespace of the platform, and with one that is gone', () => {
    expect(drift({}, { gitrepositories: [git()] })).toHaveLength(1);
    expect(drift({ gitrepositories: [git()] }, {})).toHaveLength(1);
  });
});

describe('delivery does not drift', () => {
  it.each([
    ['with what was fetched last', git({ status: { artifact: { revision: 'main@sha1:def' } } })],
    ['with a failure', git({ conditions: ['Ready=False GitOperationFailed: no'] })],
    ['with a suspension', git({ spec: { suspend: true } })],
  ])('%s', (_, other) => {
    expect(drift({ gitrepositories: [git()] }, { gitrepositories: [other] })).toEqual([]);
  });

  it('with what another delivery applied, or a controller made', () => {
    const applied = git({ metadata: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'root' } } });
    const made = git({ metadata: { ownerReferences: [{ kind: 'ResourceSet', name: 'all' }] } });
    expect(drift({}, { gitrepositories: [applied] })).toEqual([]);
    expect(drift({}, { gitrepositories: [made] })).toEqual([]);
  });

  it('with what applications keep in their own namespaces', () => {
    expect(drift({}, { gitrepositories: [git({ namespace: 'shop' })] })).toEqual([]);
  });

  it('with tooling that the coverage does not name', () => {
    expect(collect([delivery], clusterOf({ gitrepositories: [git()] }), createAgreement({})).entries).toEqual([]);
  });
});
