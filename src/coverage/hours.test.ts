import fc from 'fast-check';
import { type WorkingHours, weekdays } from '../api/v1alpha1/supportcoverage.ts';
import { parseDuration } from '../kube/duration.ts';
import { createHours, hoursProblems } from './hours.ts';
import { createWindows } from './windows.ts';

const timeZone = 'Europe/Amsterdam';
const at = (time: string) => Temporal.Instant.from(time);
const hour = 3_600_000;
const office: WorkingHours = {
  timeZone,
  weekly: [{ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], start: '09:00', duration: '8h30m' }],
  closedDates: ['2026-12-25'],
};
const elapsed = (from: string, to: string, ...spec: [WorkingHours?]) =>
  createHours(spec.length > 0 ? spec[0] : office).elapsed(at(from), at(to)) / hour;
const worked = (from: string, hours: number, ...spec: [WorkingHours?]) =>
  `${createHours(spec.length > 0 ? spec[0] : office).after(at(from), hours * hour)}`;

// Amsterdam is at +01:00: 09:00 to 17:30 is 08:00Z to 16:30Z. The 23rd of December 2026 is a Wednesday, the 25th is closed.
describe('working time', () => {
  it.each([
    ['within a day', '2026-12-23T09:00:00Z', '2026-12-23T11:30:00Z', 2.5],
    ['before they open and after they close', '2026-12-23T02:00:00Z', '2026-12-23T22:00:00Z', 8.5],
    ['over a night', '2026-12-23T15:30:00Z', '2026-12-24T09:00:00Z', 2],
    ['over a closed Friday and a weekend', '2026-12-24T15:30:00Z', '2026-12-28T09:00:00Z', 2],
    ['of a night', '2026-12-23T17:00:00Z', '2026-12-24T07:00:00Z', 0],
    ['of a year with 261 weekdays, one of them closed', '2025-12-31T23:00:00Z', '2026-12-31T23:00:00Z', 260 * 8.5],
    ['backwards', '2026-12-24T15:30:00Z', '2026-12-23T09:00:00Z', 0],
  ])('%s', (_, from, to, expected) => {
    expect(elapsed(from, to)).toBe(expected);
  });

  it('is all time where nobody wrote hours down, also where only their zone is given', () => {
    expect(elapsed('2026-12-25T00:00:00Z', '2026-12-27T12:00:00Z', undefined)).toBe(60);
    expect(elapsed('2026-12-25T00:00:00Z', '2026-12-27T12:00:00Z', { timeZone })).toBe(60);
    expect(createHours({ timeZone }).at(at('2026-12-25T03:00:00Z'))).toEqual({ open: true, next: undefined });
  });

  it('counts what overlaps once', () => {
    const twice: WorkingHours = { timeZone, weekly: [...office.weekly!, { days: ['Wed'], start: '12:00', duration: '8h' }] };
    expect(elapsed('2026-12-23T00:00:00Z', '2026-12-24T00:00:00Z', twice)).toBe(11);
    expect(hoursProblems(twice, at('2026-12-23T00:00:00Z'))).toEqual([]);
  });
});

describe('the time by which so much has been worked', () => {
  it.each([
    ['within a day', '2026-12-23T09:00:00Z', 2, '2026-12-23T11:00:00Z'],
    ['on the next day', '2026-12-23T15:30:00Z', 2, '2026-12-24T09:00:00Z'],
    ['after a closed Friday and a weekend', '2026-12-24T15:30:00Z', 2, '2026-12-28T09:00:00Z'],
    ['at the very end of a day', '2026-12-23T08:00:00Z', 8.5, '2026-12-23T16:30:00Z'],
    ['at the very end of a week', '2027-02-08T08:00:00Z', 42.5, '2027-02-12T16:30:00Z'],
    ['at once, while they are open', '2026-12-23T09:00:00Z', 0, '2026-12-23T09:00:00Z'],
    ['as soon as they open', '2026-12-24T16:30:00Z', 0, '2026-12-28T08:00:00Z'],
    ['months away', '2026-12-23T08:00:00Z', 500, '2027-03-16T15:00:00Z'],
    ['never, as far as can be seen', '2026-12-23T08:00:00Z', 5000, 'undefined'],
  ])('%s', (_, from, hours, expected) => {
    expect(worked(from, hours)).toBe(expected);
  });

  it('is so much later where hours are always open', () => {
    expect(worked('2026-12-25T23:00:00Z', 2, undefined)).toBe('2026-12-26T01:00:00Z');
  });
});

describe('a closed date', () => {
  const nights: WorkingHours = { timeZone, weekly: [{ days: [...weekdays], start: '20:00', duration: '8h' }], closedDates: ['2026-12-25'] };

  it('is the day on which hours start: what began the evening before goes on, what begins on it does not', () => {
    const hours = createHours(nights);
    const state = (time: string) => `${hours.at(at(time)).open ? 'open' : 'closed'} until ${hours.at(at(time)).next}`;
    expect(state('2026-12-25T02:00:00Z')).toBe('open until 2026-12-25T03:00:00Z');
    expect(state('2026-12-25T20:00:00Z')).toBe('closed until 2026-12-26T19:00:00Z');
    expect(state('2026-12-26T02:00:00Z')).toBe('closed until 2026-12-26T19:00:00Z');
  });
});

describe('what cannot be kept as it is written', () => {
  const now = at('2026-12-23T09:00:00Z');

  it('is a time zone that does not exist', () => {
    const message = '"Mars" is not a time zone; write an IANA name such as Europe/Amsterdam';
    expect(hoursProblems({ ...office, timeZone: 'Mars' }, now)).toEqual([{ path: 'spec.workingHours.timeZone', message }]);
    expect(hoursProblems({ timeZone: 'Mars' }, now)).toHaveLength(1);
    expect(() => createHours({ timeZone: 'Mars' })).toThrow(expect.objectContaining({ name: 'RangeError' }));
  });

  it('is hours that never open within 400 days', () => {
    const thursdays = Array.from({ length: 58 }, (_, week) =>
      Temporal.PlainDate.from('2026-12-24')
        .add({ days: 7 * week })
        .toString(),
    );
    const spec: WorkingHours = { timeZone, weekly: [{ days: ['Thu'], start: '09:00', duration: '1h' }], closedDates: thursdays };
    expect(hoursProblems(spec, now)).toEqual([
      { path: 'spec.workingHours.weekly', message: 'no hours open within 400 days; see closedDates' },
    ]);
    expect(hoursProblems({ ...spec, closedDates: thursdays.slice(0, 50) }, now)).toEqual([]);
  });

  it('is nothing where they open, or where nobody wrote them down', () => {
    expect(hoursProblems(office, now)).toEqual([]);
    expect(hoursProblems(undefined, now)).toEqual([]);
  });
});

describe('whatever the hours', () => {
  const time = fc.integer({ min: 0, max: 24 * 60 - 1 }).map(
    (minutes) =>
      `${Math.floor(minutes / 60)
        .toString()
        .padStart(2, '0')}:${(minutes % 60).toString().padStart(2, '0')}`,
  );
  const spec = fc.record({
    timeZone: fc.constantFrom('Europe/Amsterdam', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'),
    weekly: fc.array(
      fc.record({
        days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
        start: time,
        duration: fc.integer({ min: 1, max: 40 * 60 }).map((minutes) => `${minutes}m`),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    closedDates: fc
      .array(fc.integer({ min: 0, max: 365 }), { maxLength: 5 })
      .map((days) => days.map((day) => Temporal.PlainDate.from('2026-09-01').add({ days: day }).toString())),
  });
  const instant = fc
    .integer({ min: 0, max: 365 * 24 * 60 })
    .map((minutes) => Temporal.Instant.from('2026-09-01T00:00:00Z').add({ minutes }));
  const ms = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 * hour }));
  const compare = Temporal.Instant.compare;

  it('open intervals are in order, never overlap or touch, and are what working time is made of', () => {
    fc.assert(
      fc.property(spec, instant, fc.integer({ min: 1, max: 40 }), (written, from, days) => {
        const to = from.add({ hours: 24 * days });
        const spans = createWindows(written.weekly, written.timeZone, written).between(from, to);
        spans.forEach((span, index) => {
          expect(compare(span.from, span.to)).toBe(-1);
          if (index > 0) expect(compare(spans[index - 1]!.to, span.from)).toBe(-1);
        });
        const sum = spans.reduce((total, span) => total + span.to.epochMilliseconds - span.from.epochMilliseconds, 0);
        expect(createHours(written).elapsed(from, to)).toBe(sum);
      }),
      { numRuns: 150 },
    );
  });

  it('a single window is as long as declared, also where the clocks change', () => {
    fc.assert(
      fc.property(spec, instant, (written, from) => {
        const alone = { ...written, weekly: [{ ...written.weekly[0]!, days: [written.weekly[0]!.days[0]!] }] };
        const hours = createHours(alone);
        const opening = hours.after(hours.at(from).open ? hours.at(from).next! : from, 0)!;
        const closing = hours.at(opening).next!;
        expect(closing.epochMilliseconds - opening.epochMilliseconds).toBe(parseDuration(alone.weekly[0]!.duration));
      }),
      { numRuns: 150 },
    );
  });

  it('the next change is after now, and is one', () => {
    fc.assert(
      fc.property(spec, instant, (written, now) => {
        const hours = createHours(written);
        const { open, next } = hours.at(now);
        if (!next) return;
        expect(compare(next, now)).toBe(1);
        expect(hours.at(next).open).toBe(!open);
        expect(hours.elapsed(now, next)).toBe(open ? next.epochMilliseconds - now.epochMilliseconds : 0);
      }),
      { numRuns: 150 },
    );
  });

  it('working time adds up', () => {
    fc.assert(
      fc.property(spec, instant, instant, instant, (written, ...times) => {
        const [a, b, c] = times.sort(compare) as [Temporal.Instant, Temporal.Instant, Temporal.Instant];
        const hours = createHours(written);
        expect(hours.elapsed(a, b) + hours.elapsed(b, c)).toBe(hours.elapsed(a, c));
      }),
      { numRuns: 150 },
    );
  });

  it('so much working time has passed when it should have, and not a millisecond before', () => {
    fc.assert(
      fc.property(spec, instant, ms, (written, from, passed) => {
        const hours = createHours(written);
        const then = hours.after(from, passed);
        if (!then) return;
        expect(hours.elapsed(from, then)).toBe(passed);
        if (passed > 0) expect(hours.elapsed(from, then.subtract({ milliseconds: 1 }))).toBe(passed - 1);
        else expect(hours.at(then).open).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
