import * as z from 'zod';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { SupportProvider } from '../../observe/platform.ts';
import { supportCalendarData } from './support-calendar-data.ts';

const day = z.iso.date();
const distribution = z.enum(['upstream', 'eks', 'aks', 'gke', 'openshift']);
const schema = z.object({
  validUntil: day,
  newest: z.partialRecord(distribution, z.string().regex(/^1\.\d+$/)).default({}),
  distributions: z.partialRecord(distribution, z.record(z.string(), z.object({ endOfLife: day }))),
});

export interface Calendar {
  /** For messages: "bundled support calendar", or the ConfigMap's. */
  name: string;
  /** The last day on which it may be believed. */
  validUntil: Temporal.PlainDate;
  /** The day on which support for a minor (`1.36`) ends. */
  endOfLife(distribution: SupportProvider, minor: string): Temporal.PlainDate | undefined;
  /** The newest minor that is generally available (`1.37`): the one named, else the highest that has a date. */
  newest(distribution: SupportProvider): string | undefined;
}

/** The calendar in the text of the ConfigMap where there is one, else the bundled one. A ConfigMap that cannot be read is a problem, never a reason to fall back. */
export function readCalendar(replacement: string | undefined): Calendar | { problem: string } {
  const name = replacement === undefined ? 'bundled support calendar' : 'support calendar in the ConfigMap support-calendar';
  let data: unknown = supportCalendarData;
  try {
    if (replacement !== undefined) data = JSON.parse(replacement);
  } catch {
    return { problem: `The ${name} is not JSON under the key calendar.json.` };
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
    return { problem: `The ${name} is not valid: ${where}${issue?.message}.` };
  }
  const { validUntil, newest, distributions } = parsed.data;
  return {
    name,
    validUntil: Temporal.PlainDate.from(validUntil),
    endOfLife: (distribution, minor) => {
      const entry = distributions[distribution]?.[minor];
      return entry && Temporal.PlainDate.from(entry.endOfLife);
    },
    newest: (distribution) => newest[distribution] ?? highest(Object.keys(distributions[distribution] ?? {})),
  };
}

/** The calendar of a cluster, where it may still be believed. */
export function calendarOfToday(view: ClusterView, now: Temporal.Instant): Calendar | { problem: string } {
  const calendar = readCalendar(view.list('support-calendar')[0]?.calendar);
  if ('problem' in calendar) return calendar;
  const today = now.toZonedDateTimeISO('UTC').toPlainDate();
  if (Temporal.PlainDate.compare(today, calendar.validUntil) <= 0) return calendar;
  return {
    problem: `The ${calendar.name} was valid until ${calendar.validUntil}. Upgrade the operator, or give a newer calendar in the ConfigMap support-calendar.`,
  };
}

/** `1.37` of `1.9` and `1.37`. */
function highest(minors: readonly string[]): string | undefined {
  return minors.filter((minor) => /^1\.\d+$/.test(minor)).sort((a, b) => minorOf(b) - minorOf(a))[0];
}

/** 37 of `1.37`. */
export function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}
