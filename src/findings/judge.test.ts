import type { Scope } from '../api/v1alpha1/coveragereport.ts';
import { scopes } from '../api/v1alpha1/supportcoverage.ts';
import { counts, namespaceOf } from './judge.ts';

it.each([
  ['Deployment/shop/web', 'shop'],
  ['Namespace/shop', 'shop'],
  ['HelmRelease/monitoring/loki', 'monitoring'],
  ['Release/shop/web', 'shop'],
  ['PlatformModule/workloads/kafka/strimzi', 'kafka'],
  ['PlatformModule/crd-group/kafka.strimzi.io', undefined],
  ['PlatformModule/storage-class/fast', undefined],
  ['Exception/ns-terminating/Namespace/shop', undefined],
  ['Exception/node-cordoned/*', undefined],
  ['Node/worker-1', undefined],
  ['Cluster/local', undefined],
  ['CustomResourceDefinition/kafkas.kafka.strimzi.io', undefined],
])('the namespace of %s is %s', (object, namespace) => {
  expect(namespaceOf(object)).toBe(namespace);
});

describe('what counts', () => {
  const counting = (of: Parameters<typeof counts>[0]) => counts(of);

  it('is covered and the work of support or the provider', () => {
    expect(scopes.filter((scope: Scope) => counting({ scope, coverage: 'Covered' }))).toEqual(['Support', 'Provider']);
  });

  it('is never what is not covered or accepted', () => {
    expect(counting({ scope: 'Support', coverage: 'NotCovered' })).toBe(false);
    expect(counting({ scope: 'Support', coverage: 'Covered', exception: 'CHG-1 (jane, until 2027-01-31)' })).toBe(false);
  });
});
