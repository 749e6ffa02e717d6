import { inBrief } from './in-brief.ts';

it.each([
  [[], ''],
  [['b', 'a'], 'a, b'],
  [['5', '4', '3', '2', '1'], '1, 2, 3, 4, 5'],
  [['6', '5', '4', '3', '2', '1'], '1, 2, 3, 4, 5 and 1 more'],
  [['9', '8', '7', '1', '6', '3', '5', '2'], '1, 2, 3, 5, 6 and 3 more'],
])('%j is %j', (objects, text) => {
  expect(inBrief(objects)).toBe(text);
});
