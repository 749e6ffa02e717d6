import { isWithin, problemOfRange } from './running-version.ts';

describe('a version', () => {
  it.each<[string, string, boolean | undefined]>([
    ['v1.36.2', '>=1.36.2 <1.38.0', true],
    ['v1.36.1', '>=1.36.2 <1.38.0', false],
    ['v1.38.0', '>=1.36.2 <1.38.0', false],
    ['v1.36.3-eks-3025e55', '>=1.36.2 <1.38.0', true],
    ['v1.36.3-gke.1001000', '>=1.36.2', true],
    ['v1.36.3+k3s1', '>=1.36.2', true],
    ['1.12.0-debian-12-r3', '>=1.12.0', true],
    ['1.27.4-alpine3.22', '>=1.27.0', true],
    ['v3.28.0.1', '~3.28.0', true],
    ['2026.04.01', '>=2026.3.0', true],
    ['v1.37.0-rc.1', '>=1.36.0', false],
    ['v1.37.0-rc.1', '>=1.37.0-rc.0', true],
    ['1.13.0-beta2', '>=1.12.0', false],
    ['2.0.0rc1', '>=1.0.0', false],
    ['1.12.0-alpha', '*', false],
    ['1.12', '>=1.12.0', true],
    ['1.12-alpine', '>=1.11.0 <2.0.0', true],
    ['1.12', '>=1.12.3', undefined],
    ['1.11', '>=1.12.0', false],
    ['12', '>=1.0.0', undefined],
    ['20260401', '>=1.0.0', undefined],
    ['latest', '*', undefined],
    ['1.2abc', '*', undefined],
    ['3f2c1d9', '*', undefined],
    ['', '*', undefined],
  ])('%s in %s: %p', (version, range, expected) => {
    expect(isWithin(version, range)).toBe(expected);
  });
});

it('a range that is none is a problem, with its text', () => {
  expect(problemOfRange('>=1.36 or so')).toBe('">=1.36 or so" is not a range of versions');
  expect(problemOfRange('1.36.x || ^1.37.1')).toBeUndefined();
});
