import * as fc from 'fast-check';
import { supported } from '../../test/fixtures/judgement.ts';
import { type Acknowledgement, acknowledgementSpec } from '../api/v1alpha1/acknowledgement.ts';
import type { Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { type AcknowledgementInput, acknowledge } from './acknowledgements.ts';

const now = Temporal.Instant.from('2026-11-23T12:00:00Z');
const ack = (name: string, spec: object, created = '2026-11-23T11:00:00Z'): Acknowledgement => ({
  metadata: { name, namespace: 'support', creationTimestamp: created },
  spec: acknowledgementSpec.parse({ coverage: 'production', by: 'jane', reason: 'INC-12', ...spec }),
});
const finding = (extra: Partial<Finding> = {}): Finding => ({
  ...supported,
  ...{ id: 'f1', check: 'node-not-ready', severity: 'warning', object: 'Node/a', reason: 'NodeNotReady', message: 'a', remediation: 'b' },
  ...{ firstSeen: '2026-11-23T10:00:00Z', openedAt: '2026-11-23T10:15:00Z' },
  ...extra,
});
const drift = (extra: Partial<Drift> = {}): Drift => ({
  ...supported,
  ...{ id: 'd1', fact: 'storage-classes', object: 'StorageClass/fast', path: 'reclaimPolicy', expected: 'Delete', actual: 'Retain' },
  firstSeen: '2026-11-23T10:00:00Z',
  ...extra,
});
const of = (acknowledgements: Acknowledgement[], extra: Partial<AcknowledgementInput> = {}) =>
  acknowledge({ findings: [finding()], drift: [drift()], acknowledgements, coverage: 'production', cluster: 'local', now, ...extra });
/** Who takes care of the finding and of the drift. */
const by = (...input: Parameters<typeof of>) => {
  const { findings, drift: differences } = of(...input);
  return [findings[0]?.acknowledgedBy, differences[0]?.acknowledgedBy];
};

describe('an acknowledgement', () => {
  it('marks the findings and drift whose ids it names, since when it was first seen, and leaves the rest', () => {
    const { findings, drift: differences } = of([ack('a', { findings: ['f1', 'd1'] })], {
      findings: [finding(), finding({ id: 'f2' })],
    });
    const mark = { acknowledgedBy: 'jane: INC-12', acknowledgedAt: '2026-11-23T12:00:00Z' };
    expect(findings).toEqual([finding(mark), finding({ id: 'f2' })]);
    expect(differences).toEqual([drift(mark)]);
  });

  it('marks what its globs match: the check or fact, the object, the cluster', () => {
    const match = (fields: object) => by([ack('a', { match: fields, expires: '2026-11-24T00:00:00Z' })]).map(Boolean);
    expect(match({})).toEqual([true, true]);
    expect(match({ check: 'node-*' })).toEqual([true, false]);
    expect(match({ check: 'storage-classes' })).toEqual([false, true]);
    expect(match({ object: 'StorageClass/*' })).toEqual([false, true]);
    expect(match({ cluster: 'local' })).toEqual([true, true]);
    expect(match({ cluster: 'prod-us' })).toEqual([false, false]);
  });

  it('of another coverage is none, and is not counted', () => {
    const { findings, matched } = of([ack('a', { coverage: 'staging', findings: ['f1'] })]);
    expect([findings[0]?.acknowledgedBy, matched.size]).toEqual([undefined, 0]);
  });

  it('counts until the moment at which it expires', () => {
    const until = (expires: string) => by([ack('a', { findings: ['f1'], expires })])[0];
    expect([until('2026-11-23T12:00:01Z'), until('2026-11-23T12:00:00Z')]).toEqual(['jane: INC-12', undefined]);
  });

  it('whose end cannot be read holds nothing back', () => {
    expect(by([ack('a', { findings: ['f1'], expires: 'tomorrow' })])[0]).toBeUndefined();
  });

  it('of ids is not about the same state when that comes back, while a match is', () => {
    const again = [finding({ firstSeen: '2026-11-23T11:30:00Z' })];
    expect(by([ack('a', { findings: ['f1'] })], { findings: again })[0]).toBeUndefined();
    expect(by([ack('a', { match: {}, expires: '2026-11-24T00:00:00Z' })], { findings: again })[0]).toBe('jane: INC-12');
  });

  it('of ids counts though the clock of the API server is some minutes behind', () => {
    expect(by([ack('a', { findings: ['f1'] }, '2026-11-23T09:56:00Z')])[0]).toBe('jane: INC-12');
  });

  it('that ends takes its name away and leaves when the finding was first acknowledged', () => {
    const before = of([ack('a', { findings: ['f1'] })]).findings;
    const later = of([], { findings: before, now: now.add({ hours: 1 }) }).findings;
    expect(later).toEqual([finding({ acknowledgedAt: '2026-11-23T12:00:00Z' })]);
    const again = of([ack('b', { findings: ['f1'] })], { findings: later, now: now.add({ hours: 2 }) }).findings;
    expect(again[0]).toMatchObject({ acknowledgedBy: 'jane: INC-12', acknowledgedAt: '2026-11-23T12:00:00Z' });
  });

  it('keeps who it is by within what a report holds, and no half of a character', () => {
    const [text] = by([ack('a', { findings: ['f1'], reason: '😀'.repeat(1024) })]);
    expect([...text!].length).toBe(253);
    expect(text).toMatch(/^jane: 😀+…$/u);
  });
});

describe('several acknowledgements', () => {
  const early = ack('z', { findings: ['f1'], by: 'early' }, '2026-11-23T10:30:00Z');
  const late = ack('a', { match: {}, by: 'late', expires: '2026-11-24T00:00:00Z' }, '2026-11-23T10:45:00Z');

  it('of one finding: the one created first is shown, and each says what it matches', () => {
    for (const order of [
      [early, late],
      [late, early],
    ]) {
      const { findings, matched } = of(order);
      expect(findings[0]?.acknowledgedBy).toBe('early: INC-12');
      expect(Object.fromEntries(matched)).toEqual({ 'support/z': 1, 'support/a': 2 });
    }
  });

  it('say when the next one ends, and nothing of those that have ended', () => {
    const ended = ack('e', { findings: ['f1'], expires: '2026-11-23T11:30:00Z' });
    const next = ack('n', { findings: ['nothing'], expires: '2026-11-23T13:00:00Z' });
    const { matched, nextAt } = of([late, ended, next, early]);
    expect(nextAt?.toString()).toBe('2026-11-23T13:00:00Z');
    expect([matched.get('support/e'), matched.get('support/n')]).toEqual([0, 0]);
    expect(of([early])).not.toHaveProperty('nextAt');
  });
});

it('whatever is acknowledged, nothing else changes, and looking twice changes nothing', () => {
  const spec = fc.oneof(
    fc.record({ findings: fc.array(fc.constantFrom('f1', 'f2', 'd1'), { minLength: 1 }) }),
    fc.record({
      match: fc.record({ check: fc.constantFrom('*', 'node-*', 'other'), object: fc.constantFrom('*', 'Node/a', 'x*') }),
      expires: fc.constantFrom('2026-11-23T11:00:00Z', '2026-11-23T13:00:00Z'),
    }),
  );
  const list = fc.array(fc.tuple(spec, fc.integer({ min: 0, max: 59 })), { maxLength: 4 });
  fc.assert(
    fc.property(list, (drawn) => {
      const acknowledgements = drawn.map(([each, minute], index) =>
        ack(`a${index}`, each, `2026-11-23T11:${String(minute).padStart(2, '0')}:00Z`),
      );
      const findings = [finding(), finding({ id: 'f2', object: 'Node/b' })];
      const once = of(acknowledgements, { findings });
      const unmarked = once.findings.map(({ acknowledgedBy: _, acknowledgedAt: __, ...rest }) => rest);
      expect(unmarked).toEqual(findings);
      const twice = of(acknowledgements.toReversed(), { findings: once.findings, drift: once.drift, now: now.add({ minutes: 1 }) });
      expect([twice.findings, twice.drift]).toEqual([once.findings, once.drift]);
      const marked = [...once.findings, ...once.drift].filter(({ acknowledgedBy }) => acknowledgedBy).length;
      expect([...once.matched.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(marked);
    }),
  );
});
