import { z } from 'zod';
import type { SupportProvider } from '../../observe/platform.ts';
import { supportCalendarData } from './support-calendar-data.ts';

const day = z.iso.date();
const schema = z.object({
  validUntil: day,
  distributions: z.partialRecord(
    z.enum(['upstream', 'eks', 'aks', 'gke', 'openshift']),
    z.record(z.string(), z.object({ endOfLife: day })),
  ),
});

export interface Calendar {
  /** For messages: "bundled support calendar", or the ConfigMap's. */
  name: string;
  /** The last day on which it may be believed. */
  validUntil: Temporal.PlainDate;
  /** The day on which support for a minor (`1.36`) ends. */
  endOfLife(distribution: SupportProvider, minor: string): Temporal.PlainDate | undefined;
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
  const { validUntil, distributions } = parsed.data;
  return {
    name,
    validUntil: Temporal.PlainDate.from(validUntil),
    endOfLife: (distribution, minor) => {
      const entry = distributions[distribution]?.[minor];
      return entry && Temporal.PlainDate.from(entry.endOfLife);
    },
  };
}
