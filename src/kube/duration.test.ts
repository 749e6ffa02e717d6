import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';

it.each([
  ['0s', 0],
  ['250ms', 250],
  ['90s', 90_000],
  ['15m', 900_000],
  ['8h30m', 30_600_000],
  ['1h1m1s1ms', 3_661_001],
  ['24h', 86_400_000],
])('reads %s as %i ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

it.each(['', '5', 's', '-5m', '+5m', '1.5h', '5 m', ' 5m', '5m ', '1d', '5M', '1h30', 'h1', '5µs', '5m\n'])(
  'does not take %j for a duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

it.each([
  [0, '0s'],
  [-5, '0s'],
  [0.4, '0s'],
  [249.6, '250ms'],
  [1_000, '1s'],
  [90_000, '1m30s'],
  [900_000, '15m'],
  [5_400_000, '1h30m'],
  [3_600_001, '1h1ms'],
  [864_000_000, '240h'],
])('writes %d ms as %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});

it('reads back every duration that it writes', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ms) => expect(parseDuration(formatDuration(ms))).toBe(ms)));
});
