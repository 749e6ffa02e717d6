import type { FactEntry } from '../api/v1alpha1/coveragebaseline.ts';
import type { IgnoreRule } from '../api/v1alpha1/supportcoverage.ts';
import { compare, type Difference, ignoredBy } from './compare.ts';
import type { Fact } from './fact.ts';

const fact = (id: string, more: Partial<Fact> = {}): Fact => ({
  id,
  title: id,
  needs: {},
  collect: () => [],
  source: () => undefined,
  ...more,
});
const entry = (object: string, value: Record<string, string>, id = 'storage-classes'): FactEntry => ({ fact: id, object, value });
const classes = [fact('storage-classes')];

describe('comparing with a baseline', () => {
  const agreed = [entry('StorageClass/fast', { provisioner: 'a', reclaimPolicy: 'Delete' })];

  it('finds nothing where all is as agreed, in whatever order', () => {
    const found = [entry('StorageClass/b', {}), entry('StorageClass/fast', { reclaimPolicy: 'Delete', provisioner: 'a' })];
    expect(compare(classes, [...agreed, entry('StorageClass/b', {})], found)).toEqual([]);
  });

  it('finds an object that is new, with all its values', () => {
    expect(compare(classes, agreed, [...agreed, entry('StorageClass/slow', { provisioner: 'b', reclaimPolicy: 'Retain' })])).toEqual([
      { fact: 'storage-classes', object: 'StorageClass/slow', path: '', expected: '', actual: 'provisioner=b reclaimPolicy=Retain' },
    ]);
  });

  it('finds an object that is gone, with what was agreed about it', () => {
    expect(compare(classes, agreed, [])).toEqual([
      { fact: 'storage-classes', object: 'StorageClass/fast', path: '', expected: 'provisioner=a reclaimPolicy=Delete', actual: '' },
    ]);
  });

  it('finds each value that was changed, added or removed', () => {
    const found = [entry('StorageClass/fast', { provisioner: 'b', 'parameters.type': 'gp3' })];
    expect(compare(classes, agreed, found).map(({ path, expected, actual }) => [path, expected, actual])).toEqual([
      ['parameters.type', '', 'gp3'],
      ['provisioner', 'a', 'b'],
      ['reclaimPolicy', 'Delete', ''],
    ]);
  });

  it('leaves out facts that could not be read: what is not known has not drifted', () => {
    expect(compare([fact('cluster-admins')], agreed, [])).toEqual([]);
  });

  it('tells apart objects of the same name in different facts', () => {
    const both = [fact('a'), fact('b')];
    expect(compare(both, [entry('Node/x', { v: '1' }, 'a')], [entry('Node/x', { v: '1' }, 'b')])).toHaveLength(2);
  });

  it('leaves to the fact what is no difference', () => {
    const tolerant = fact('storage-classes', {
      tolerates: (path, expected, actual) => path === 'size' && Number(actual) > Number(expected),
    });
    const sized = (size: string) => [entry('StorageClass/fast', { size })];
    expect(compare([tolerant], sized('9'), sized('10'))).toEqual([]);
    expect(compare([tolerant], sized('10'), sized('9'))).toHaveLength(1);
  });

  it('leaves to the fact which objects may be gone, but never which may be new', () => {
    const fleeting = fact('storage-classes', { mayBeGone: ({ provisioner }) => provisioner === 'a' });
    expect(compare([fleeting], agreed, [])).toEqual([]);
    expect(compare([fleeting], [], agreed)).toHaveLength(1);
    expect(compare([fleeting], [entry('StorageClass/fast', { provisioner: 'b' })], [])).toHaveLength(1);
  });

  it('gives the differences in the same order every time', () => {
    const found = ['c', 'a', 'b'].map((name) => entry(`StorageClass/${name}`, {}));
    expect(compare(classes, [], found)).toEqual(compare(classes, [], found.toReversed()));
  });

  it('shows at most 512 characters of a value, and that there are more', () => {
    const [difference] = compare(classes, agreed, [entry('StorageClass/fast', { provisioner: 'x'.repeat(4096), reclaimPolicy: 'Delete' })]);
    expect(difference?.actual).toHaveLength(512);
    expect(difference?.actual).toMatch(/x…$/);
  });
});

describe('an ignore rule', () => {
  const difference: Difference = {
    fact: 'storage-classes',
    object: 'StorageClass/fast-eu',
    path: 'parameters.type',
    expected: 'gp2',
    actual: 'gp3',
  };
  const rule = (values: Partial<IgnoreRule> = {}): IgnoreRule => ({
    fact: 'storage-classes',
    object: '*',
    path: '*',
    reason: 'CHG-1',
    ...values,
  });
  const day = Temporal.PlainDate.from('2026-11-23');
  const ignored = (values: Partial<IgnoreRule>, on = day, what = difference) => ignoredBy([rule(values)], what, on) !== undefined;

  it.each<[string, Partial<IgnoreRule>]>([
    ['every object and path of its fact', {}],
    ['the object it names', { object: 'StorageClass/fast-eu' }],
    ['objects by glob', { object: 'StorageClass/fast-*' }],
    ['paths by glob', { path: 'parameters.*' }],
  ])('covers %s', (_, values) => {
    expect(ignored(values)).toBe(true);
  });

  it.each<[string, Partial<IgnoreRule>]>([
    ['another fact', { fact: 'cluster-admins' }],
    ['another object', { object: 'StorageClass/slow-*' }],
    ['an object whose name only begins like it', { object: 'StorageClass/fast' }],
    ['another path', { path: 'provisioner' }],
  ])('does not cover %s', (_, values) => {
    expect(ignored(values)).toBe(false);
  });

  it('of a single path does not cover an object that is new or gone as a whole', () => {
    expect(ignored({ path: 'parameters.*' }, day, { ...difference, path: '' })).toBe(false);
    expect(ignored({}, day, { ...difference, path: '' })).toBe(true);
  });

  it('counts on the day it expires, and not on the next', () => {
    expect(ignored({ expires: '2026-11-23' })).toBe(true);
    expect(ignored({ expires: '2026-11-23' }, day.add({ days: 1 }))).toBe(false);
  });

  it('without a day counts for ever', () => {
    expect(ignored({}, day.add({ years: 20 }))).toBe(true);
  });

  it('is named: the first of those that cover the difference', () => {
    const rules = [rule({ object: 'StorageClass/slow-*' }), rule({ reason: 'first' }), rule({ reason: 'second' })];
    expect(ignoredBy(rules, difference, day)?.reason).toBe('first');
  });
});
