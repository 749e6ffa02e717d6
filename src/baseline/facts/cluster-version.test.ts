import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { clusterVersion } from './cluster-version.ts';

const found = (version: string) => collect([clusterVersion], clusterOf({ version })).entries;
const drift = (agreed: string, actual: string) => compare([clusterVersion], found(agreed), found(actual));

describe('the version of the API server', () => {
  it('drifts with a patch, a minor and a major', () => {
    const values = (agreed: string, actual: string) =>
      drift(agreed, actual).map(({ object, path, expected, actual: now }) => [object, path, expected, now]);
    expect(values('v1.36.3', 'v1.36.4')).toEqual([['Cluster/local', 'version', '1.36.3', '1.36.4']]);
    expect(values('v1.36.3', 'v1.37.3')).toHaveLength(1);
    expect(values('v1.36.3', 'v2.36.3')).toHaveLength(1);
  });

  it.each([
    ['of EKS, which changes with the provider’s own patches', 'v1.36.3-eks-3025e55', 'v1.36.3-eks-113cf36'],
    ['of GKE', 'v1.36.3-gke.1001000', 'v1.36.3-gke.1100000'],
    ['of k3s', 'v1.36.3+k3s1', 'v1.36.3+k3s2'],
    ['that was not there before', 'v1.36.3', 'v1.36.3-eks-3025e55'],
  ])('does not drift with a vendor suffix %s', (_, agreed, actual) => {
    expect(drift(agreed, actual)).toEqual([]);
  });

  it('is missing from a baseline, not empty in it, where it cannot be read', () => {
    const knowledge = { version: { state: 'Stale', message: 'the probe version failed: timeout' } } as const;
    expect(collect([clusterVersion], clusterOf({ knowledge }))).toEqual({
      entries: [],
      missing: [{ fact: 'cluster-version', message: 'the probe version failed: timeout' }],
      switchedOff: [],
    });
  });

  it('has no writer: nobody writes it into an object', () => {
    expect(clusterVersion.source('Cluster/local', 'version', '1.36.3', clusterOf())).toBeUndefined();
  });
});
