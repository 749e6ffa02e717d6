import * as fc from 'fast-check';
import { createSchedule, defaultSchedules, type Schedule } from './schedule.ts';

const at = (text: string) => Temporal.Instant.from(text);
const minuteMs = 60_000;
const seeds = fc.uuid();
const moments = fc.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2027-12-31T00:00:00Z') });

/** The runs after a time, each reached from the one before, as the operator does. */
function runs(schedule: Schedule, from: string, count: number): Temporal.Instant[] {
  const found: Temporal.Instant[] = [];
  for (let last = at(from); found.length < count; ) {
    const next = schedule.nextAfter(last);
    if (!next) break;
    found.push(next);
    last = next;
  }
  return found;
}

describe('the jitter of a schedule', () => {
  it.each([
    ['* * * * *', 1],
    ['*/15 * * * *', 15],
    ['0 * * * *', 60],
    ['0 */6 * * *', 360],
    ['0 0 * * *', 1440],
  ])('of %s puts a run off by at most a tenth of %i minutes and at most 5 minutes, and never before its time', (line, minutes) => {
    const gap = minutes * minuteMs;
    fc.assert(
      fc.property(seeds, moments, (seed, moment) => {
        const next = createSchedule(line, 'UTC', seed).nextAfter(Temporal.Instant.fromEpochMilliseconds(moment))!.epochMilliseconds;
        expect(next).toBeGreaterThan(moment);
        expect(next % gap).toBeLessThanOrEqual(Math.min(gap / 10, 5 * minuteMs));
        expect(next - moment).toBeLessThanOrEqual(gap + Math.min(gap / 10, 5 * minuteMs));
      }),
      { numRuns: 50 },
    );
  });

  it('is the same after a restart, from whatever moment the next run is asked for', () => {
    fc.assert(
      fc.property(seeds, moments, fc.integer({ min: 0, max: 15 * minuteMs }), (seed, moment, passed) => {
        const first = createSchedule('*/15 * * * *', 'Europe/Amsterdam', seed).nextAfter(Temporal.Instant.fromEpochMilliseconds(moment))!;
        const later = Math.min(moment + passed, first.epochMilliseconds - 1);
        const again = createSchedule('*/15 * * * *', 'Europe/Amsterdam', seed).nextAfter(Temporal.Instant.fromEpochMilliseconds(later));
        expect(again?.toString()).toBe(first.toString());
      }),
      { numRuns: 50 },
    );
  });

  it('spreads many coverages of one schedule over its five minutes', () => {
    const offsets = Array.from({ length: 100 }, (_, index) => {
      const next = createSchedule('0 * * * *', 'UTC', `coverage-${index}`).nextAfter(at('2026-11-23T12:30:00Z'))!;
      return (next.epochMilliseconds % (60 * minuteMs)) / 1000;
    });
    expect(new Set(offsets).size).toBeGreaterThan(80);
    expect(Math.max(...offsets) - Math.min(...offsets)).toBeGreaterThan(240);
  });

  it('is of whole seconds, as the times in a status are', () => {
    const times = runs(createSchedule('*/7 * * * *', 'UTC', 'seed'), '2026-11-23T12:00:00Z', 20);
    expect(times.filter((time) => time.epochMilliseconds % 1000 !== 0)).toEqual([]);
  });

  it('leaves out no run and repeats none', () => {
    const hours = runs(createSchedule('0 * * * *', 'UTC', 'seed'), '2026-11-23T11:30:00Z', 48).map((time) =>
      Math.floor(time.epochMilliseconds / 3_600_000),
    );
    expect(hours).toEqual(hours.map((_, index) => hours[0]! + index));
  });
});

describe('a daily check at 02:30 in Amsterdam', () => {
  const daily = createSchedule('30 2 * * *', 'Europe/Amsterdam', 'seed');
  const days = (from: string, count: number) =>
    runs(daily, from, count).map((time) => time.toZonedDateTimeISO('Europe/Amsterdam').toPlainDate().toString());

  it('runs exactly once on the day on which 02:30 does not exist', () => {
    expect(days('2026-03-28T00:00:00Z', 4)).toEqual(['2026-03-28', '2026-03-29', '2026-03-30', '2026-03-31']);
  });

  it('runs exactly once on the day on which 02:30 comes twice', () => {
    expect(days('2026-10-24T00:00:00Z', 4)).toEqual(['2026-10-24', '2026-10-25', '2026-10-26', '2026-10-27']);
  });

  it.each([
    ['2026-03-29', '2026-03-28T23:00:00Z', 23],
    ['2026-10-25', '2026-10-24T22:00:00Z', 25],
  ])('comes at the same time whenever it is asked for on %s', (_, midnight, hours) => {
    const seen = new Set<string>();
    for (let minute = 0; minute < hours * 60; minute += 7) {
      const next = daily.nextAfter(at(midnight).add({ minutes: minute }))!;
      if (Temporal.Instant.compare(next, at(midnight).add({ hours })) < 0) seen.add(next.toString());
    }
    expect(seen.size).toBe(1);
  });

  it('follows the clock of the zone through the year', () => {
    const wall = (from: string) => daily.nextAfter(at(from))!.toZonedDateTimeISO('Europe/Amsterdam').toPlainTime();
    for (const from of ['2026-01-15T12:00:00Z', '2026-07-15T12:00:00Z']) {
      expect([wall(from).hour, wall(from).minute >= 30 && wall(from).minute <= 35]).toEqual([2, true]);
    }
  });
});

describe('a schedule', () => {
  it('of the 29th of February comes in leap years', () => {
    const dates = runs(createSchedule('0 0 29 2 *', 'UTC', 'seed'), '2026-11-23T12:00:00Z', 3).map((time) => time.toString().slice(0, 10));
    expect(dates).toEqual(['2028-02-29', '2032-02-29', '2036-02-29']);
  });

  it('of a day that no month has never comes', () => {
    expect(createSchedule('0 0 30 2 *', 'UTC', 'seed').nextAfter(at('2026-11-23T12:00:00Z'))).toBeUndefined();
  });

  it.each(['61 * * * *', '* * * *', '0 * * * * *', 'often'])('that says %j is refused', (line) => {
    expect(() => createSchedule(line, 'UTC', 'seed')).toThrow();
  });

  it('of a tier is hourly for Level1, and every 15 minutes from Level2 on', () => {
    const gap = (line: string) => {
      const [first, second] = runs(createSchedule(line, 'UTC', 'seed'), '2026-11-23T12:00:00Z', 2);
      return (second!.epochMilliseconds - first!.epochMilliseconds) / minuteMs;
    };
    expect(Object.entries(defaultSchedules).map(([tier, line]) => [tier, gap(line)])).toEqual([
      ['Level1', 60],
      ['Level2', 15],
      ['Level3', 15],
    ]);
  });
});
