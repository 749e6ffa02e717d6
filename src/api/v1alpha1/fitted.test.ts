import * as z from 'zod';
import { fitted } from './fitted.ts';

const bounded = fitted(
  z.object({
    text: z.string().max(4).optional(),
    list: z
      .array(z.object({ name: z.string().max(2) }))
      .max(2)
      .optional(),
    counts: z.record(z.string(), z.int()).optional(),
    free: z.string().optional(),
  }),
);

it.each([
  ['a text', { text: 'abcdef' }, { text: 'abcd' }],
  ['a list and what is in it', { list: [{ name: 'abc' }, { name: 'b' }, { name: 'c' }] }, { list: [{ name: 'ab' }, { name: 'b' }] }],
  ['no character in two', { text: 'abc😀' }, { text: 'abc\ufffd' }],
  ['nothing that has no bound', { free: 'a'.repeat(1_000), counts: { a: 1 } }, { free: 'a'.repeat(1_000), counts: { a: 1 } }],
  ['nothing that is absent', {}, {}],
])('is cut to its schema: %s', (_, value, expected) => {
  expect(bounded(value)).toEqual(expected);
});

it('is the same object where there is nothing to cut, and what is cut leaves the original as it was', () => {
  const fits = { text: 'abcd', list: [{ name: 'ab' }], free: 'x' };
  expect(bounded(fits)).toBe(fits);
  const long = { text: 'abcd', list: [{ name: 'ab' }, { name: 'cde' }] };
  expect(bounded(long)).toEqual({ text: 'abcd', list: [{ name: 'ab' }, { name: 'cd' }] });
  expect(long.list[1]).toEqual({ name: 'cde' });
});
