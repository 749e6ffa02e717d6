import { median, percentile } from './statistics.ts';

it('the 95th percentile of twenty values is the nineteenth', () => {
  const values = Array.from({ length: 20 }, (_, index) => 20 - index);
  expect(percentile(values, 95)).toBe(19);
});

it('the median of three is the one in the middle, whatever their order', () => {
  expect(median([9, 1, 4])).toBe(4);
});

it('of a single value every percentile is that value', () => {
  expect([percentile([7], 0), percentile([7], 99), percentile([7], 100)]).toEqual([7, 7, 7]);
});

it('of nothing there is none', () => {
  expect(() => median([])).toThrow('no percentile of nothing');
});
