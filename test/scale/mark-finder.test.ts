import { markFinder } from './mark-finder.ts';

const text = 'before-the-MARK-after';

it.each([1, 2, 3, 5, 7, text.length])('finds the mark once it is complete, in chunks of %p bytes', (size) => {
  const find = markFinder('MARK');
  const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));
  const at = chunks.findIndex((chunk) => find(Buffer.from(chunk)));
  expect(at).toBe(Math.floor((text.indexOf('MARK') + 3) / size));
});

it('finds nothing where the mark does not come', () => {
  const find = markFinder('MARK');
  expect(['MAR', 'mark', 'K', 'AMRK'].map((chunk) => find(Buffer.from(chunk)))).toEqual([false, false, false, false]);
});
