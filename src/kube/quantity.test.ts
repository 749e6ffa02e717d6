import fc from 'fast-check';
import { formatBytes, formatCores, parseQuantity } from './quantity.ts';

describe('parseQuantity', () => {
  it.each([
    ['250m', 0.25],
    ['2', 2],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['1Ki', 1024],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['1e3', 1000],
    ['12E', 12e18],
    ['1E2', 100],
    ['100n', 1e-7],
    ['-3k', -3000],
    ['+1M', 1e6],
    [4, 4],
  ])('reads %p as %p', (text, value) => {
    expect(parseQuantity(text)).toBeCloseTo(value, 12);
  });

  it.each(['', 'abc', '1 Gi', '1KiB', 'Ki', '--1', '1e', '1.2.3', 'NaN', 'Infinity', '9'.repeat(80), undefined, null, {}, Number.NaN])(
    'refuses %p',
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const result = parseQuantity(value);
        return result === undefined || typeof result === 'number';
      }),
    );
  });
});

it('writes bytes and cores as people read them', () => {
  expect([formatBytes(1.5 * 2 ** 30), formatBytes(512), formatCores(0.25), formatCores(12.5), formatCores(0)]).toEqual([
    '1.5Gi',
    '512',
    '250m',
    '12.5',
    '0',
  ]);
});
