import { namespace, podIn } from '../../../test/fixtures/defaults.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { nsResourceQuota } from './ns-resourcequota.ts';

const quota = (own: string) => ({ metadata: { name: 'team', namespace: own }, spec: { hard: { pods: '50' } } });
const shop = { namespaces: [namespace('shop')], pods: podIn('shop') };

describe('ns-resourcequota fires', () => {
  it('once for all application namespaces without one', () => {
    const names = ['shop', 'cart', 'search'];
    const cluster = { namespaces: names.map((name) => namespace(name)), pods: podIn(...names), resourcequotas: [quota('search')] };
    expect(findingsOf(nsResourceQuota, cluster)).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'NoResourceQuota',
        message:
          '2 application namespaces have no ResourceQuota: cart, shop. Each can reserve all that the cluster has left. Give each a ResourceQuota.',
      },
    ]);
  });
});

describe('ns-resourcequota at its boundaries', () => {
  it('leaves a namespace an hour to be set up', () => {
    const aged = (age: number) => findingsOf(nsResourceQuota, { ...shop, namespaces: [namespace('shop', { age })] });
    expect(aged(60)).toHaveLength(1);
    expect(aged(60 - 1 / 60)).toEqual([]);
  });

  it('fires an hour after the first sight and not a second before', () => {
    expect(findingsAfter(60, nsResourceQuota, shop)).toBe(1);
    expect(findingsAfter(60 - 1 / 60, nsResourceQuota, shop)).toBe(0);
  });
});

describe('ns-resourcequota is silent', () => {
  it.each<[string, object, object[]]>([
    ['about the platform’s namespaces', namespace('kube-system'), podIn('kube-system')],
    ['about a namespace without pods', namespace('kube-public-copy'), []],
    ['about a namespace that is being deleted', namespace('shop', { deleting: 1 }), podIn('shop')],
  ])('%s', (_, own, pods) => {
    expect(findingsOf(nsResourceQuota, { namespaces: [own], pods })).toEqual([]);
  });

  it('about namespaces that are not covered', () => {
    expect(findingsOf(nsResourceQuota, shop, {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });

  it('where every namespace has one, however full', () => {
    expect(findingsOf(nsResourceQuota, { ...shop, resourcequotas: [quota('shop')] })).toEqual([]);
  });
});

it('ns-resourcequota is unknown, not healthy, where ResourceQuotas cannot be read', () => {
  const message = 'the operator may not list and watch resourcequotas: forbidden';
  expect(verdictOf(nsResourceQuota, { ...shop, knowledge: { resourcequotas: { state: 'NotPermitted', message } } })).toBe(
    `Unknown: ${message}`,
  );
});
