import { minutesAgo, pod } from '../../../test/fixtures/cluster.ts';
import { namespace, podIn } from '../../../test/fixtures/defaults.ts';
import { correctionsOf, findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { nsLimitRange } from './ns-limitrange.ts';

const limitRange = (own: string) => ({ metadata: { name: 'defaults', namespace: own } });
const shop = { namespaces: [namespace('shop')], pods: podIn('shop') };

describe('ns-limitrange fires', () => {
  it('once for all application namespaces without one', () => {
    const names = ['shop', 'cart', 'search'];
    const cluster = { namespaces: names.map((name) => namespace(name)), pods: podIn(...names), limitranges: [limitRange('cart')] };
    expect(findingsOf(nsLimitRange, cluster)).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'NoLimitRange',
        message:
          '2 application namespaces have no LimitRange: search, shop. A container there that says nothing gets no requests and no limits: it may take the whole node. Give each a LimitRange.',
      },
    ]);
  });

  it('with a message that a person can read in a cluster of 200 bare namespaces', () => {
    const names = Array.from({ length: 200 }, (_, index) => `team-${String(index).padStart(3, '0')}`);
    const findings = findingsOf(nsLimitRange, { namespaces: names.map((name) => namespace(name)), pods: podIn(...names) });
    expect(findings.map(({ message }) => message.split('. ')[0])).toEqual([
      '200 application namespaces have no LimitRange: team-000, team-001, team-002, team-003, team-004 and 195 more',
    ]);
  });
});

describe('ns-limitrange at its boundaries', () => {
  it('leaves a namespace an hour to be set up', () => {
    const aged = (age: number) => findingsOf(nsLimitRange, { ...shop, namespaces: [namespace('shop', { age })] });
    expect(aged(60)[0]?.message).toMatch(/^1 application namespace has no LimitRange: shop\./);
    expect(aged(60 - 1 / 60)).toEqual([]);
  });

  it('fires an hour after the first sight and not a second before', () => {
    expect(findingsAfter(60, nsLimitRange, shop)).toBe(1);
    expect(findingsAfter(60 - 1 / 60, nsLimitRange, shop)).toBe(0);
  });
});

describe('ns-limitrange is silent', () => {
  it.each<[string, object, object[]]>([
    ['about the platform’s namespaces', namespace('monitoring'), podIn('monitoring')],
    ['about a namespace without pods, as kube-public and default are', namespace('default'), []],
    ['about a namespace whose pods have all ended', namespace('jobs'), [pod('done', { namespace: 'jobs', phase: 'Succeeded' })]],
    ['about a namespace that is being deleted', namespace('shop', { deleting: 1 }), podIn('shop')],
  ])('%s', (_, own, pods) => {
    expect(findingsOf(nsLimitRange, { namespaces: [own], pods })).toEqual([]);
  });

  it('about namespaces that are not covered', () => {
    expect(findingsOf(nsLimitRange, shop, {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
    expect(findingsOf(nsLimitRange, shop, {}, { namespaces: { include: ['shop'] } })).toHaveLength(1);
  });

  it('about namespaces that the coverage calls the platform’s', () => {
    expect(findingsOf(nsLimitRange, shop, {}, { platformNamespaces: ['shop'] })).toEqual([]);
  });

  it('where every namespace has one', () => {
    const limitranges = [{ ...limitRange('shop'), spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } }];
    expect(findingsOf(nsLimitRange, { ...shop, limitranges })).toEqual([]);
  });
});

it('ns-limitrange judges a namespace that does not say when it was made', () => {
  expect(findingsOf(nsLimitRange, { ...shop, namespaces: [{ metadata: { name: 'shop' } }] })).toHaveLength(1);
  expect(findingsOf(nsLimitRange, { ...shop, namespaces: [{ metadata: { name: 'shop', creationTimestamp: minutesAgo(1) } }] })).toEqual([]);
});

it.each(['namespaces', 'pods', 'limitranges'] as const)('ns-limitrange is unknown, not healthy, where %s cannot be read', (name) => {
  const message = `the operator may not list and watch ${name}: forbidden`;
  expect(verdictOf(nsLimitRange, { ...shop, knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});

describe('ns-limitrange corrects', () => {
  const templates = { limitRange: { namespace: 'platform-templates', name: 'defaults' } };
  const bare = { namespaces: [namespace('shop'), namespace('cart')], pods: podIn('shop', 'cart') };
  const limitranges = [limitRange('platform-templates')];

  it('by a copy of the template in each namespace without one, with a command that reads the template and creates the copy', () => {
    const command = (own: string) =>
      `kubectl patch limitranges defaults -n platform-templates --type json -p '[{"op":"replace","path":"/metadata","value":{"name":"defaults","namespace":"${own}"}}]' --dry-run=client -o json | kubectl create -f -`;
    expect(correctionsOf(nsLimitRange, { ...bare, limitranges }, { templates })).toEqual([command('cart'), command('shop')]);
    expect(correctionsOf(nsLimitRange, { ...bare, limitranges: [...limitranges, limitRange('cart')] }, { templates })).toEqual([
      command('shop'),
    ]);
  });

  it('nothing without a template, or without the object that it names, and says so', () => {
    expect(correctionsOf(nsLimitRange, { ...bare, limitranges })).toEqual([]);
    expect(correctionsOf(nsLimitRange, bare, { templates })).toEqual([]);
    expect(findingsOf(nsLimitRange, bare, {}, { templates })[0]?.message).toContain(
      'Give each a LimitRange. The template LimitRange/platform-templates/defaults does not exist, so nothing is suggested: mend it, or name another in corrections.templates.',
    );
  });
});
