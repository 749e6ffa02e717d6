import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { priorityClasses } from './priority-classes.ts';

const priorityClass = (name: string, fields: object = {}) => ({ metadata: { name }, value: 1000, ...fields });
const found = (...priorityclasses: object[]) => collect([priorityClasses], clusterOf({ priorityclasses })).entries;
const drift = (agreed: object[], actual: object[]) =>
  compare([priorityClasses], found(...agreed), found(...actual)).map(({ object, path, expected, actual: now }) => [
    object,
    path,
    expected,
    now,
  ]);

describe('priority classes drift', () => {
  it.each([
    ['value', '1000', '2000', { value: 2000 }],
    ['globalDefault', 'false', 'true', { globalDefault: true }],
    ['preemptionPolicy', 'PreemptLowerPriority', 'Never', { preemptionPolicy: 'Never' }],
  ])('with another %s', (path, expected, actual, fields) => {
    expect(drift([priorityClass('platform')], [priorityClass('platform', fields)])).toEqual([
      ['PriorityClass/platform', path, expected, actual],
    ]);
  });

  it('with a class that is new and one that is gone', () => {
    expect(drift([priorityClass('old')], [priorityClass('new')]).map(([object, path]) => [object, path])).toEqual([
      ['PriorityClass/new', ''],
      ['PriorityClass/old', ''],
    ]);
  });
});

describe('priority classes do not drift', () => {
  it('when a default is spelled out', () => {
    const spelledOut = priorityClass('platform', { globalDefault: false, preemptionPolicy: 'PreemptLowerPriority' });
    expect(drift([priorityClass('platform')], [spelledOut])).toEqual([]);
  });

  it('with the order in which they were seen', () => {
    const [a, b] = [priorityClass('a'), priorityClass('b')];
    expect(drift([a, b], [b, a])).toEqual([]);
  });

  it('with a description, labels, annotations and managedFields', () => {
    const described = {
      ...priorityClass('platform', { description: 'for the platform' }),
      metadata: { name: 'platform', labels: { a: 'b' }, annotations: { a: 'b' }, managedFields: [{ manager: 'helm' }], generation: 2 },
    };
    expect(drift([priorityClass('platform')], [described])).toEqual([]);
  });

  it('with those that Kubernetes or the provider makes, whose words an upgrade can change', () => {
    const kept = {
      ...priorityClass('gmp-critical'),
      metadata: { name: 'gmp-critical', labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } },
    };
    expect(drift([], [priorityClass('system-node-critical', { value: 2000001000 }), kept])).toEqual([]);
  });
});

it('knows where a value is written', () => {
  const source = (path: string) => priorityClasses.source('PriorityClass/platform', path, '', clusterOf());
  expect(source('value')).toMatchObject({ type: { resource: 'priorityclasses' }, name: 'platform', fields: ['value'] });
  expect(source('')).toMatchObject({ name: 'platform', fields: [] });
});
