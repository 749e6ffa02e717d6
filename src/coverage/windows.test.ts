import fc from 'fast-check';
import { weekdays } from '../api/v1alpha1/supportcoverage.ts';
import { createWindows, type Span, type WindowRule } from './windows.ts';

const zone = 'Europe/Amsterdam';
const at = (time: string) => Temporal.Instant.from(time);
const span = (from: string, to: string): Span => ({ from: at(from), to: at(to) });
const tuesdays: WindowRule = { days: ['Tue'], start: '22:00', duration: '4h' };
const state = (rules: WindowRule[], time: string, exclusions: Span[] = [], timeZone = zone) => {
  const { open, next } = createWindows(rules, timeZone, { exclusions }).at(at(time));
  return `${open ? 'open until' : 'closed until'} ${next}`;
};

// In November Amsterdam is at +01:00; the 24th of November 2026 is a Tuesday.
describe('a window belongs to the day on which it starts, in its own time zone', () => {
  it.each([
    ['before it', '2026-11-24T20:59:59Z', 'closed until 2026-11-24T21:00:00Z'],
    ['at its start, inclusive', '2026-11-24T21:00:00Z', 'open until 2026-11-25T01:00:00Z'],
    ['past midnight, on Wednesday', '2026-11-25T00:30:00Z', 'open until 2026-11-25T01:00:00Z'],
    ['at its end, exclusive', '2026-11-25T01:00:00Z', 'closed until 2026-12-01T21:00:00Z'],
    ['on another day at the same hour', '2026-11-26T22:00:00Z', 'closed until 2026-12-01T21:00:00Z'],
  ])('%s', (_, time, expected) => {
    expect(state([tuesdays], time)).toBe(expected);
  });

  it('where the day differs between the zone and UTC', () => {
    const monday: WindowRule = { days: ['Mon'], start: '00:30', duration: '1h' };
    expect(state([monday], '2026-11-22T23:45:00Z')).toBe('open until 2026-11-23T00:30:00Z');
    expect(state([monday], '2026-11-22T14:00:00Z', [], 'Pacific/Auckland')).toBe('closed until 2026-11-29T11:30:00Z');
  });
});

describe('a change of the clocks', () => {
  const sundays = (start: string, duration: string): WindowRule => ({ days: ['Sun'], start, duration });

  it('moves a start that is skipped in spring to as much later, and keeps the window’s length', () => {
    // 2027-03-28: 02:00 becomes 03:00.
    expect(state([sundays('02:30', '1h')], '2027-03-28T01:15:00Z')).toBe('closed until 2027-03-28T01:30:00Z');
    expect(state([sundays('02:30', '1h')], '2027-03-28T01:30:00Z')).toBe('open until 2027-03-28T02:30:00Z');
  });

  it('does not shorten a window that lies over it in spring, nor lengthen one in autumn', () => {
    expect(state([sundays('01:00', '4h')], '2027-03-28T00:00:00Z')).toBe('open until 2027-03-28T04:00:00Z');
    // 2026-10-25: 03:00 becomes 02:00.
    expect(state([sundays('01:00', '4h')], '2026-10-24T23:00:00Z')).toBe('open until 2026-10-25T03:00:00Z');
  });

  it('begins once, with the first, where a start comes twice in autumn', () => {
    expect(state([sundays('02:30', '30m')], '2026-10-25T00:29:59Z')).toBe('closed until 2026-10-25T00:30:00Z');
    expect(state([sundays('02:30', '30m')], '2026-10-25T01:30:00Z')).toBe('closed until 2026-11-01T01:30:00Z');
  });

  it('moves the start in UTC by the hour', () => {
    expect(state([tuesdays], '2026-10-24T12:00:00Z')).toBe('closed until 2026-10-27T21:00:00Z');
    expect(state([tuesdays], '2026-10-17T12:00:00Z')).toBe('closed until 2026-10-20T20:00:00Z');
  });
});

describe('several windows', () => {
  it('that touch or overlap are one', () => {
    const evening: WindowRule = { days: ['Tue'], start: '20:00', duration: '3h' };
    expect(state([tuesdays, evening], '2026-11-24T20:00:00Z')).toBe('open until 2026-11-25T01:00:00Z');
  });

  it('apart from each other stay apart', () => {
    const morning: WindowRule = { days: ['Wed'], start: '06:00', duration: '1h' };
    expect(state([tuesdays, morning], '2026-11-25T02:00:00Z')).toBe('closed until 2026-11-25T05:00:00Z');
  });
});

describe('an exclusion', () => {
  it('closes what lies within it', () => {
    const freeze = span('2026-11-20T00:00:00Z', '2026-12-02T00:00:00Z');
    expect(state([tuesdays], '2026-11-24T22:00:00Z', [freeze])).toBe('closed until 2026-12-02T00:00:00Z');
  });

  it('ends a window early, begins it late, or cuts it in two', () => {
    expect(state([tuesdays], '2026-11-24T21:30:00Z', [span('2026-11-24T22:00:00Z', '2026-11-25T06:00:00Z')])).toBe(
      'open until 2026-11-24T22:00:00Z',
    );
    const middle = [span('2026-11-24T22:00:00Z', '2026-11-24T23:00:00Z')];
    expect(state([tuesdays], '2026-11-24T22:30:00Z', middle)).toBe('closed until 2026-11-24T23:00:00Z');
    expect(state([tuesdays], '2026-11-24T23:00:00Z', middle)).toBe('open until 2026-11-25T01:00:00Z');
  });

  it('of months is seen beyond, and one of years means that it never opens', () => {
    expect(state([tuesdays], '2026-11-25T12:00:00Z', [span('2026-11-25T00:00:00Z', '2027-06-01T00:00:00Z')])).toBe(
      'closed until 2027-06-01T20:00:00Z',
    );
    expect(state([tuesdays], '2026-11-25T12:00:00Z', [span('2026-11-25T00:00:00Z', '2030-01-01T00:00:00Z')])).toBe(
      'closed until undefined',
    );
  });
});

it('windows that cover the whole week are always open', () => {
  expect(state([{ days: weekdays, start: '00:00', duration: '24h' }], '2026-11-24T22:00:00Z', [], 'UTC')).toBe('open until undefined');
});

it('without a rule nothing ever opens', () => {
  expect(state([], '2026-11-24T22:00:00Z')).toBe('closed until undefined');
});

it('a zone or a start that does not exist is refused', () => {
  expect(() => createWindows([tuesdays], 'Mars')).toThrow(expect.objectContaining({ name: 'RangeError' }));
  expect(() => createWindows([{ ...tuesdays, start: '25:00' }], zone)).toThrow(expect.objectContaining({ name: 'RangeError' }));
});

it('whatever the rules: the state stays as it is until the announced change, and changes then', () => {
  const rule = fc.record({
    days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
    start: fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`),
    duration: fc.integer({ min: 1, max: 36 }).map((hours) => `${hours}h`),
  });
  const begin = at('2026-10-20T00:00:00Z').epochMilliseconds;
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 0, max: 200 * 24 * 60 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (rules, minutes, share) => {
        const windows = createWindows(rules, zone);
        const now = Temporal.Instant.fromEpochMilliseconds(begin + minutes * 60_000);
        const { open, next } = windows.at(now);
        // Windows that cover the whole week never change.
        if (!next) return;
        const between = now.epochMilliseconds + Math.floor((next.epochMilliseconds - now.epochMilliseconds) * share);
        const meanwhile = windows.at(Temporal.Instant.fromEpochMilliseconds(between));
        // As text: Jest takes any instant for equal to any other.
        expect([meanwhile.open, `${meanwhile.next}`]).toEqual([open, `${next}`]);
        expect(windows.at(next).open).toBe(!open);
      },
    ),
    { numRuns: 200 },
  );
});

it('days are laid out once, however often somebody asks about the same one', () => {
  const { toZonedDateTime } = Temporal.PlainDate.prototype;
  let laidOut = 0;
  Temporal.PlainDate.prototype.toZonedDateTime = function (...item: unknown[]) {
    laidOut += 1;
    return Reflect.apply(toZonedDateTime, this, item);
  };
  try {
    const windows = createWindows([{ days: ['Mon'], start: '22:00', duration: '2h' }], 'UTC');
    const ask = (time: string) => {
      const before = laidOut;
      windows.at(Temporal.Instant.from(time));
      return laidOut - before;
    };
    const first = ask('2026-11-23T08:00:00Z');
    expect([first > 1, ask('2026-11-23T23:00:00Z'), ask('2026-11-24T08:00:00Z') > 1]).toEqual([true, 1, true]);
  } finally {
    Temporal.PlainDate.prototype.toZonedDateTime = toZonedDateTime;
  }
});
