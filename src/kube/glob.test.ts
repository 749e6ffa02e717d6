import fc from 'fast-check';
import { matchesGlob } from './glob.ts';

it.each([
  ['kube-system', 'kube-system', true],
  ['kube-system', 'kube-system-2', false],
  ['kube-*', 'kube-system', true],
  ['kube-*', 'kube-', true],
  ['kube-*', 'my-kube-system', false],
  ['*-system', 'kube-system', true],
  ['*-system', 'kube-systems', false],
  ['team-*-prod', 'team-shop-prod', true],
  ['team-*-prod', 'team-prod', false],
  ['a*a', 'a', false],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a.c', 'abc', false],
  ['[ab]', 'a', false],
  ['Kube', 'kube', false],
])('the pattern %j against %j is %p', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected);
});

it('agrees with the regular expression that puts .* for every *', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (glob, name) => {
      const expression = new RegExp(`^${glob.split('*').map(RegExp.escape).join('.*')}$`);
      expect(matchesGlob(glob, name)).toBe(expression.test(name));
    }),
    { numRuns: 2000 },
  );
});

it('answers at once on a pattern that keeps a backtracking matcher busy for years', () => {
  expect(matchesGlob(`${'a*'.repeat(100)}b`, 'a'.repeat(10_000))).toBe(false);
});
