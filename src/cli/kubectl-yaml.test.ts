import { load } from 'js-yaml';
import { kubectlSchema } from './kubectl-yaml.ts';

// What sigs.k8s.io/yaml 1.6 makes of each.
it.each<[string, unknown]>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((text): [string, unknown] => [text, true]),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((text): [string, unknown] => [text, false]),
  ...['yEs', 'oN', '1:30', '2027-01-31', '2027-01-31T12:00:00Z', '0x', '0b12', '0x1p4', '.', '"on"', "'0777'"].map(
    (text): [string, unknown] => [text, text.replace(/["']/g, '')],
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((text): [string, unknown] => [text, null]),
  ['0777', 511],
  ['-0777', -511],
  ['0o17', 15],
  ['0X1f', 31],
  ['+0b11', 3],
  ['08', 8],
  ['0', 0],
  ['+5', 5],
  ['1_000', 1000],
  ['1_0.5', 10.5],
  ['1.', 1],
  ['.5', 0.5],
  ['1e3', 1000],
  ['.inf', Infinity],
])('%s is read as %j', (text, value) => {
  expect(load(`a: ${text}`, { schema: kubectlSchema })).toEqual({ a: value });
});

it('a merge key merges, and a key is text', () => {
  expect(load('<<: {b: 1}\non: 2', { schema: kubectlSchema })).toEqual({ b: 1, true: 2 });
});
