import type { FactEntry } from '../api/v1alpha1/coveragebaseline.ts';
import type { Drift } from '../api/v1alpha1/coveragereport.ts';
import type { IgnoreRule } from '../api/v1alpha1/supportcoverage.ts';
import { matchesGlob } from '../kube/glob.ts';
import type { Fact } from './fact.ts';

/** A difference, before it is dated and its writer is known. */
export type Difference = Pick<Drift, 'fact' | 'object' | 'path' | 'expected' | 'actual'>;

/** Longest value shown; more is cut and marked, since a report is read by people. */
const maxValue = 512;

/** What differs between the agreed facts and the ones found, for the facts given, in a fixed order. */
export function compare(facts: readonly Fact[], agreed: readonly FactEntry[], found: readonly FactEntry[]): Difference[] {
  return facts.flatMap((fact) => {
    const expected = byObject(agreed, fact.id);
    const actual = byObject(found, fact.id);
    const objects = [...new Set([...expected.keys(), ...actual.keys()])].sort();
    return objects.flatMap((object) => compareObject(fact, object, expected.get(object), actual.get(object)));
  });
}

function compareObject(
  fact: Fact,
  object: string,
  expected: FactEntry['value'] | undefined,
  actual: FactEntry['value'] | undefined,
): Difference[] {
  if (expected && !actual && fact.mayBeGone?.(expected, object)) return [];
  if (!expected || !actual) return [{ fact: fact.id, object, path: '', expected: summary(expected), actual: summary(actual) }];
  const paths = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort();
  return paths
    .filter(
      (path) =>
        expected[path] !== actual[path] && !fact.tolerates?.(path, expected[path], actual[path], { agreed: expected, found: actual }),
    )
    .map((path) => ({ fact: fact.id, object, path, expected: cut(expected[path] ?? ''), actual: cut(actual[path] ?? '') }));
}

/** The rule that says a difference is none, on the given day; rules end at the end of the day they expire on. */
export function ignoredBy(rules: readonly IgnoreRule[], difference: Difference, today: Temporal.PlainDate): IgnoreRule | undefined {
  return rules.find(
    (rule) =>
      rule.fact === difference.fact &&
      matchesGlob(rule.object, difference.object) &&
      matchesGlob(rule.path, difference.path) &&
      (rule.expires === undefined || Temporal.PlainDate.compare(today, Temporal.PlainDate.from(rule.expires)) <= 0),
  );
}

function byObject(entries: readonly FactEntry[], fact: string): Map<string, FactEntry['value']> {
  return new Map(entries.filter((entry) => entry.fact === fact).map(({ object, value }) => [object, value]));
}

function summary(value: FactEntry['value'] | undefined): string {
  if (!value) return '';
  return cut(
    Object.entries(value)
      .map(([path, text]) => `${path}=${text}`)
      .join(' '),
  );
}

function cut(text: string): string {
  return text.length <= maxValue ? text : `${text.slice(0, maxValue - 1)}…`;
}
