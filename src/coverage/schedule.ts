import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import type { Tier } from '../api/v1alpha1/fields.ts';

/** When the checks of one coverage run. */
export interface Schedule {
  /** The first run after the given time; the same for the same schedule, coverage and time, so a restart changes nothing. Undefined: never. */
  nextAfter(time: Temporal.Instant): Temporal.Instant | undefined;
}

/** Fixed checks by tier: Level 1 is maintenance, from Level 2 on signals are looked at. */
export const defaultSchedules: Record<Tier, string> = { Level1: '0 * * * *', Level2: '*/15 * * * *', Level3: '*/15 * * * *' };

/** Runs are put off by up to a tenth of the time to the next one, and at most 5 minutes, so that many coverages do not run at once. */
const jitterShare = 0.1;
const maxJitterMs = 300_000;

/** Throws an Error, whose message says what is wrong with the line or the zone. `seed` (the coverage's uid) decides how far runs are put off. */
export function createSchedule(line: string, timeZone: string, seed: string): Schedule {
  // Of UTC, which most are in, nothing has to be looked up; the tables of time zones take 30 ms to load.
  const zone = timeZone === 'UTC' ? { utcOffset: 0 } : { timezone: timeZone };
  const cron = new Cron(line, { ...zone, paused: true, mode: '5-part' });
  const fraction = createHash('sha256').update(seed).digest().readUInt32BE(0) / 2 ** 32;
  return {
    nextAfter: (time) => {
      const after = time.epochMilliseconds;
      let slot = cron.nextRun(new Date(after - maxJitterMs - 1000));
      while (slot) {
        const next = cron.nextRun(slot);
        const gap = next ? next.getTime() - slot.getTime() : maxJitterMs / jitterShare;
        const at = slot.getTime() + Math.floor((fraction * Math.min(gap * jitterShare, maxJitterMs)) / 1000) * 1000;
        if (at > after) return Temporal.Instant.fromEpochMilliseconds(at);
        slot = next;
      }
      return undefined;
    },
  };
}
