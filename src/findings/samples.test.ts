import { addSample, maxSamples, median } from './samples.ts';

const sampleOf = (values: readonly number[]) => {
  const samples: number[] = [];
  for (const [seen, value] of values.entries()) addSample(samples, seen, value, `finding-${value % 7}`);
  return samples;
};
const all = (values: readonly number[]) => ({ values, of: values.length });

describe('the median', () => {
  it.each<[string, readonly number[], number | undefined]>([
    ['of nothing is not known', [], undefined],
    ['of one is that one', [7], 7],
    ['of an odd number is the one in the middle', [9, 1, 5], 5],
    ['of an even number is the lower of the two in the middle, which occurred', [1, 2, 10, 20], 2],
    ['is not moved by one that took forever', [60, 61, 62, 63, 1_000_000], 62],
  ])('%s', (_, values, expected) => {
    expect(median([all(values)])).toBe(expected);
  });

  it('of several lists is that of all in one', () => {
    expect(median([all([1, 2, 3]), all([]), all([4, 100, 200, 300])])).toBe(4);
  });

  it('lets each list count as much as there was to measure, not as much as was kept', () => {
    expect(median([{ values: [1, 2, 3], of: 3000 }, all([50, 60, 70, 80, 90])])).toBe(2);
  });
});

describe('the samples of a month', () => {
  it('are all that came, up to the bound', () => {
    const values = Array.from({ length: maxSamples }, (_, index) => index);
    expect(sampleOf(values)).toEqual(values);
  });

  it('beyond the bound are a fair part of all, from beginning to end', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => index);
    const samples = sampleOf(values);
    expect(samples).toHaveLength(maxSamples);
    for (const quarter of [0, 1, 2, 3]) {
      const share = samples.filter((value) => Math.floor(value / 2500) === quarter).length;
      expect(share).toBeGreaterThan(200);
      expect(share).toBeLessThan(300);
    }
    expect(Math.abs(median([{ values: samples, of: values.length }])! - 5000)).toBeLessThan(500);
  });

  it('beyond the bound are the same when a pass is made again', () => {
    const values = Array.from({ length: 3000 }, (_, index) => index * 3);
    expect(sampleOf(values)).toEqual(sampleOf(values));
  });
});
