import { Cron } from 'croner';
import type { CronJobView } from '../../observe/resources/cronjobs.ts';

const hour = 60 * 60_000;
/** Between the times of day of any two places, and zones that differ by half an hour. */
const anyZone = 26 * hour;
const anyMinute = hour;

/**
 * From when on it is certain that a run is missing, whatever the zone where none is given; undefined where that cannot be told: a schedule in
 * another form, or one that never comes again.
 */
export function missingFrom({ schedule, timeZone }: CronJobView, last: Temporal.Instant): Temporal.Instant | undefined {
  const slack = timeZone !== '' ? 0 : /^\S+ \* \* \* \*$/.test(schedule.trim()) ? anyMinute : anyZone;
  try {
    const cron = new Cron(schedule, { timezone: timeZone || 'UTC', paused: true });
    const due = cron.nextRun(new Date(last.epochMilliseconds + slack));
    return due ? Temporal.Instant.fromEpochMilliseconds(due.getTime() + slack) : undefined;
  } catch {
    return undefined;
  }
}
