import type { CheckReport, Finding } from '../api/v1alpha1/coveragereport.ts';
import type { SupportCoverageSpec, WindowStatus } from '../api/v1alpha1/supportcoverage.ts';
import type { SettingProblem } from '../checks/run.ts';
import { counts } from '../findings/judge.ts';
import type { Pass } from '../findings/pass.ts';
import { formatDuration, parseDuration } from '../kube/duration.ts';
import type { Verdict } from '../report/conditions.ts';
import type { Hours } from './hours.ts';
import { createWindows, noTimeZone, type WindowState, type Windows } from './windows.ts';

/** The checks whose findings are updates that are due. */
export const maintenanceChecks: readonly string[] = ['version-target', 'addon-target'];

/** What was agreed about maintenance. */
export interface Maintenance {
  /** Undefined where no window was agreed. */
  windows: Windows | undefined;
  maxPostponementMs: number;
  /** Something is agreed that can be due. */
  hasTargets: boolean;
}

type MaintenanceSpec = NonNullable<SupportCoverageSpec['maintenance']>;

/** What is agreed, and what of it cannot be kept as it is written. */
export function maintenanceOf(
  spec: MaintenanceSpec | undefined,
  now: Temporal.Instant,
): { maintenance: Maintenance; problems: SettingProblem[] } {
  const hasTargets = spec?.targets?.kubernetes !== undefined || (spec?.targets?.addons ?? []).length > 0;
  const maintenance = { windows: undefined, hasTargets, maxPostponementMs: parseDuration(spec?.maxPostponement ?? '720h') ?? 0 };
  if (!spec?.windows?.length) return { maintenance, problems: [] };
  const exclusions = (spec.exclusions ?? []).map(({ from, to }) => ({ from: Temporal.Instant.from(from), to: Temporal.Instant.from(to) }));
  try {
    const windows = createWindows(spec.windows, spec.timeZone, { exclusions });
    const { open, next } = windows.at(now);
    const problems =
      open || next ? [] : [{ path: 'spec.maintenance.windows', message: 'no window opens within 400 days; see the exclusions' }];
    return { maintenance: { ...maintenance, windows }, problems };
  } catch {
    return { maintenance, problems: [noTimeZone('spec.maintenance.timeZone', spec.timeZone)] };
  }
}

/** The updates that are due and that support answers for, the longest first. */
export function dueWork(findings: readonly Finding[]): Finding[] {
  return findings
    .filter((finding) => maintenanceChecks.includes(finding.check) && counts(finding))
    .sort((a, b) => (a.firstSeen < b.firstSeen ? -1 : 1));
}

/** For how long the oldest update has been overdue, milliseconds; 0 where none is. */
export function overdueMs({ maxPostponementMs }: Maintenance, due: readonly Finding[], now: Temporal.Instant): number {
  const [oldest] = due;
  return oldest ? Math.max(0, now.epochMilliseconds - Temporal.Instant.from(oldest.firstSeen).epochMilliseconds - maxPostponementMs) : 0;
}

/** Whether updates are made in time. Undefined where nothing was agreed that can be due. */
export function maintenanceVerdict(
  maintenance: Maintenance,
  checks: readonly CheckReport[],
  { findings, pending }: Pick<Pass, 'findings' | 'pending'>,
  now: Temporal.Instant,
): Verdict | undefined {
  if (!maintenance.hasTargets) return undefined;
  const type = 'MaintenanceCurrent';
  const due = dueWork(findings);
  const [oldest] = due;
  const more = due.length > 1 ? ` (and ${due.length - 1} more)` : '';
  const postponement = formatDuration(maintenance.maxPostponementMs);
  if (oldest && overdueMs(maintenance, due, now) > 0)
    return {
      type,
      status: 'False',
      reason: 'Overdue',
      message: `Due since ${oldest.firstSeen}, longer than the ${postponement} agreed: ${oldest.message}${more}`,
    };
  const unknown = checks.find(({ check, outcome }) => maintenanceChecks.includes(check) && outcome === 'Unknown');
  if (unknown) return { type, status: 'Unknown', reason: 'NotKnown', message: `${unknown.check}: ${unknown.message}` };
  if (oldest)
    return {
      type,
      status: 'True',
      reason: 'Due',
      message: `Due since ${oldest.firstSeen}, may wait ${postponement}: ${oldest.message}${more}`,
    };
  const [waiting, ...others] = pending.filter(({ check }) => maintenanceChecks.includes(check));
  if (waiting)
    return {
      type,
      status: 'True',
      reason: 'Due',
      message: `${waiting.check}: ${waiting.object} has been outside spec.maintenance.targets since ${waiting.firstSeen}, and is a finding once that has lasted${others.length > 0 ? ` (and ${others.length} more)` : ''}`,
    };
  return { type, status: 'True', reason: 'UpToDate', message: 'What runs is within spec.maintenance.targets' };
}

/** Whether windows are open, as the status says it; undefined where none was agreed. */
export function windowStatus({ windows }: Maintenance, now: Temporal.Instant, hours?: Hours): WindowStatus | undefined {
  const work = hours?.at(now);
  // Hours that never close are none.
  const workingHours = work && (!work.open || work.next) ? { workingHours: stateOf(work), ...nextOf('workingHoursNext', work) } : {};
  const window = windows?.at(now);
  const maintenance = window ? { maintenance: stateOf(window), ...nextOf('maintenanceNext', window) } : {};
  const status = { ...workingHours, ...maintenance };
  return Object.keys(status).length > 0 ? status : undefined;
}

function stateOf({ open }: WindowState): 'Open' | 'Closed' {
  return open ? 'Open' : 'Closed';
}

function nextOf<K extends string>(key: K, { next }: WindowState): { [key in K]?: string } {
  return (next ? { [key]: next.toString({ smallestUnit: 'second' }) } : {}) as { [key in K]?: string };
}

/** What happened to the window between two looks, even where nobody looked while it was open. */
export function windowChange(
  before: WindowStatus | undefined,
  current: WindowStatus,
  now: Temporal.Instant,
): 'Opened' | 'Closed' | undefined {
  if (current.maintenance === 'Open') return before?.maintenance === 'Open' ? undefined : 'Opened';
  if (before?.maintenance === 'Open') return 'Closed';
  const opening = before?.maintenanceNext;
  return opening && Temporal.Instant.compare(Temporal.Instant.from(opening), now) <= 0 ? 'Closed' : undefined;
}
