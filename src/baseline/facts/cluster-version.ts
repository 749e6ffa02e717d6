import type { Fact } from '../fact.ts';

export const clusterVersion: Fact = {
  id: 'cluster-version',
  title: 'Version of the API server, without the vendor suffix',
  needs: { probes: ['version'] },
  collect: (view) => {
    const version = view.probe('version');
    return version ? [{ object: `Cluster/${view.cluster}`, value: { version: `${version.major}.${version.minor}.${version.patch}` } }] : [];
  },
  source: () => undefined,
};
