import { type WeeklyWindow, weekdays } from '../api/v1alpha1/supportcoverage.ts';
import { parseDuration } from '../kube/duration.ts';
import { createHours } from './hours.ts';
import { maintenanceOf } from './maintenance.ts';

/** The Sundays on which clocks change: an hour in Amsterdam and New York, half an hour on Lord Howe. */
const changes: [timeZone: string, which: string, sunday: string, stepMinutes: number][] = [
  ['Europe/Amsterdam', 'an hour that comes twice, 02:00 to 03:00', '2026-10-25', 60],
  ['Europe/Amsterdam', 'an hour that is skipped, 02:00 to 03:00', '2027-03-28', 60],
  ['America/New_York', 'an hour that comes twice, 01:00 to 02:00', '2026-11-01', 60],
  ['America/New_York', 'an hour that is skipped, 02:00 to 03:00', '2027-03-14', 60],
  ['Australia/Lord_Howe', 'half an hour that is skipped, 02:00 to 02:30', '2026-10-04', 30],
  ['Australia/Lord_Howe', 'half an hour that comes twice, 01:30 to 02:00', '2027-04-04', 30],
];

const window = (days: readonly WeeklyWindow['days'][number][], start: string, duration: string): WeeklyWindow => ({
  days: [...days],
  start,
  duration,
});
const weekly: [what: string, rules: WeeklyWindow[]][] = [
  ['office hours', [window(['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], '09:00', '8h30m')]],
  ['every night across midnight', [window(weekdays, '22:00', '6h')]],
  ['a start that is skipped or comes twice, long and short', [window(['Sun'], '02:15', '3h'), window(weekdays, '01:45', '15m')]],
  ['a start at the very change', [window(['Sun'], '02:00', '30m'), window(['Sun'], '01:00', '30m'), window(['Sun'], '01:30', '30m')]],
  ['a day that is not 24 hours long', [window(['Sun'], '00:00', '24h')]],
  ['windows that overlap', [window(['Sat'], '20:00', '30h'), window(['Sun'], '01:15', '1h'), window(['Sun'], '12:00', '20h')]],
];

const starts = new Map<string, number>();

/** Where clocks skip the time of a start it is as much later; where it comes twice it is the first. */
function startOn(date: Temporal.PlainDate, start: string, timeZone: string): number {
  const key = `${date} ${start} ${timeZone}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  const written = date.toPlainDateTime(start);
  const first = written.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const reads = first.toPlainDateTime().equals(written);
  const begun = (reads ? first : written.toZonedDateTime(timeZone, { disambiguation: 'later' })).epochMilliseconds;
  starts.set(key, begun);
  return begun;
}

/** Walks the wall calendar back from an instant, and asks each window that began on one of those days whether it still lasts. */
function isOpen(rules: readonly WeeklyWindow[], timeZone: string, closedDates: readonly string[], at: Temporal.Instant): boolean {
  const today = at.toZonedDateTimeISO(timeZone).toPlainDate();
  return [0, 1, 2, 3, 4, 5, 6, 7, 8].some((days) => {
    const date = today.subtract({ days });
    return rules.some((rule) => {
      if (closedDates.includes(date.toString()) || !rule.days.includes(weekdays[date.dayOfWeek - 1]!)) return false;
      const age = at.epochMilliseconds - startOn(date, rule.start, timeZone);
      return age >= 0 && age < parseDuration(rule.duration)!;
    });
  });
}

/** From the Monday before the change to the Tuesday after it, by the clock on the wall. */
function weekAround(sunday: string, timeZone: string): { from: Temporal.Instant; to: Temporal.Instant } {
  const date = Temporal.PlainDate.from(sunday);
  const midnight = (days: number) => date.add({ days }).toZonedDateTime(timeZone).toInstant();
  return { from: midnight(-6), to: midnight(2) };
}

function every(minutes: number, { from, to }: { from: Temporal.Instant; to: Temporal.Instant }): Temporal.Instant[] {
  const count = (to.epochMilliseconds - from.epochMilliseconds) / (minutes * 60_000);
  return Array.from({ length: count }, (_, index) => from.add({ minutes: minutes * index }));
}

const listed = (instants: readonly Temporal.Instant[], open: (at: Temporal.Instant) => boolean, timeZone: string) =>
  instants.map((at) => `${at.toZonedDateTimeISO(timeZone).toString()} ${open(at) ? 'open' : 'closed'}`);

describe.each(changes)('in the week in which %s has %s, on %s', (timeZone, _, sunday, stepMinutes) => {
  const week = weekAround(sunday, timeZone);
  const instants = every(stepMinutes, week);

  it.each(weekly)('hours and maintenance windows are open as the clock on the wall says: %s', (_what, rules) => {
    const expected = listed(instants, (at) => isOpen(rules, timeZone, [], at), timeZone);
    const hours = createHours({ timeZone, weekly: rules });
    const windows = rules.map((rule, index) => ({ ...rule, name: `w${index}` }));
    const { maintenance } = maintenanceOf({ timeZone, windows, maxPostponement: '720h' }, week.from);
    expect(listed(instants, (at) => hours.at(at).open, timeZone)).toEqual(expected);
    expect(listed(instants, (at) => maintenance.windows!.at(at).open, timeZone)).toEqual(expected);
    expect(new Set(expected.map((line) => line.split(' ')[1])).size).toBe(2);
  });

  it.each(weekly)('working time is what has passed while hours were open, to the quarter of an hour: %s', (_what, rules) => {
    const open = every(15, week).filter((at) => isOpen(rules, timeZone, [], at));
    expect(createHours({ timeZone, weekly: rules }).elapsed(week.from, week.to)).toBe(open.length * 15 * 60_000);
  });

  it('a closed date keeps the hours shut that start on it, not those that last into it', () => {
    const rules = [window(weekdays, '22:00', '6h'), window(['Sun'], '02:15', '3h')];
    const hours = createHours({ timeZone, weekly: rules, closedDates: [sunday] });
    const expected = listed(instants, (at) => isOpen(rules, timeZone, [sunday], at), timeZone);
    expect(listed(instants, (at) => hours.at(at).open, timeZone)).toEqual(expected);
    expect(expected).not.toEqual(listed(instants, (at) => isOpen(rules, timeZone, [], at), timeZone));
  });
});

describe('known times, not computed', () => {
  const openings = (timeZone: string, rules: WeeklyWindow[], from: string, count: number) => {
    const hours = createHours({ timeZone, weekly: rules });
    let at = Temporal.Instant.from(from);
    return Array.from({ length: count }, () => {
      at = hours.at(at).next!;
      return `${hours.at(at).open ? 'opens' : 'closes'} ${at}`;
    });
  };

  it.each([
    ['Europe/Amsterdam', '02:15', '2027-03-27T12:00:00Z', ['opens 2027-03-28T01:15:00Z', 'closes 2027-03-28T02:15:00Z']],
    ['Europe/Amsterdam', '02:15', '2026-10-24T12:00:00Z', ['opens 2026-10-25T00:15:00Z', 'closes 2026-10-25T01:15:00Z']],
    ['America/New_York', '02:15', '2027-03-13T12:00:00Z', ['opens 2027-03-14T07:15:00Z', 'closes 2027-03-14T08:15:00Z']],
    ['America/New_York', '01:45', '2026-10-31T12:00:00Z', ['opens 2026-11-01T05:45:00Z', 'closes 2026-11-01T06:45:00Z']],
    ['Australia/Lord_Howe', '02:15', '2026-10-03T10:00:00Z', ['opens 2026-10-03T15:45:00Z', 'closes 2026-10-03T16:45:00Z']],
    ['Australia/Lord_Howe', '01:45', '2027-04-03T10:00:00Z', ['opens 2027-04-03T14:45:00Z', 'closes 2027-04-03T15:45:00Z']],
  ])('in %s an hour from %s on the Sunday of the change, seen from %s', (timeZone, start, from, expected) => {
    expect(openings(timeZone, [window(['Sun'], start, '1h')], from, 2)).toEqual(expected);
  });
});
