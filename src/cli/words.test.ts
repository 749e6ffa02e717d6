import { harmless, listed, localTime, oneLine, roughly, whenAt } from './words.ts';

const now = Temporal.Instant.from('2026-11-23T12:00:00Z');

it.each([
  [0, '0s'],
  [999, '0s'],
  [45_000, '45s'],
  [60_000, '1m'],
  [7_830_000, '2h10m'],
  [7_200_000, '2h'],
  [90_061_000, '1d1h'],
  [86_460_000, '1d'],
])('%d milliseconds are said as %s', (ms, text) => {
  expect(roughly(ms)).toBe(text);
});

it('a time is said with how far it is away, on either side', () => {
  expect(whenAt('2026-11-23T09:50:00Z', now)).toBe('2026-11-23T09:50:00Z (2h10m ago)');
  expect(whenAt('2026-11-23T12:05:00Z', now)).toBe('2026-11-23T12:05:00Z (in 5m)');
});

it('a local time is in the zone that was agreed, and in UTC where that is none', () => {
  expect(localTime('2026-07-01T20:00:00Z', 'Europe/Amsterdam', now)).toMatch(/^2026-07-01 22:00 Europe\/Amsterdam/);
  expect(localTime('2026-11-23T14:00:00Z', 'Mars/Phobos', now)).toBe('2026-11-23 14:00 UTC (in 2h)');
});

it('lists read like a sentence', () => {
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c']);
});

it('an error is one line, whatever it was', () => {
  expect(oneLine(new Error(' several\n   lines\n'))).toBe('several lines');
  expect(oneLine(new TypeError())).toBe('TypeError');
  expect(oneLine('text \u0007')).toBe('text \u{FFFD}');
});

it('what would reach into a terminal does not', () => {
  expect(harmless('a\u001b[31m\r\n\u009bb')).toBe('a\u{FFFD}[31m\u{FFFD}\n\u{FFFD}b');
});
