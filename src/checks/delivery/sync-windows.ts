import { Cron } from 'croner';
import { parseDuration } from '../../kube/duration.ts';
import { matchesGlob } from '../../kube/glob.ts';
import type { ApplicationView, SyncWindow } from '../../observe/resources/argocd.ts';

/** Whether an application could be synced by itself all the time; Unreadable where a window that may concern it is in no form that is known. */
export type Permission = 'Allowed' | 'Denied' | 'Unreadable';

/**
 * The rule of Argo CD, over a time instead of one moment: nothing is synced while a deny window is open, nor, where there are allow windows,
 * outside all of them. Only windows that match the application count. An allow window counts where it has been open for all that time.
 */
export function permissionOver(
  windows: readonly SyncWindow[],
  application: ApplicationView,
  from: Temporal.Instant,
  to: Temporal.Instant,
): Permission {
  const own = windows.filter((window) => matches(window, application));
  const open = own.map((window) => isOpen(window, from, to));
  if (own.some(({ kind }, index) => kind === 'deny' && open[index])) return 'Denied';
  if (own.some((window, index) => open[index] === undefined || !isPlain(window))) return 'Unreadable';
  const allows = own.flatMap(({ kind }, index) => (kind === 'allow' ? [open[index]] : []));
  return allows.length === 0 || allows.includes(true) ? 'Allowed' : 'Denied';
}

/** One of the three, or where it asks for that all that are given. A window that gives none matches nothing. */
function matches({ applications, namespaces, clusters, matchesAll }: SyncWindow, { name, destination }: ApplicationView): boolean {
  const answers = [
    ...(applications.length > 0 ? [fits(applications, name)] : []),
    ...(clusters.length > 0 ? [[destination.name, destination.server].some((cluster) => cluster !== '' && fits(clusters, cluster))] : []),
    ...(namespaces.length > 0 ? [fits(namespaces, destination.namespace)] : []),
  ];
  return matchesAll ? answers.length > 0 && answers.every(Boolean) : answers.includes(true);
}

/** What a glob of another form than with * stands for is not known, so that it may be this one. */
function fits(globs: readonly string[], text: string): boolean {
  return globs.some((glob) => isOther(glob) || matchesGlob(glob, text));
}

function isOther(glob: string): boolean {
  return /[?[\]{}\\]/.test(glob);
}

function isPlain({ applications, namespaces, clusters }: SyncWindow): boolean {
  return ![...applications, ...namespaces, ...clusters].some(isOther);
}

/** Of a deny window: at any time from the one to the other; of an allow window: all the time. Undefined where it cannot be told. */
function isOpen({ kind, schedule, duration, timeZone }: SyncWindow, from: Temporal.Instant, to: Temporal.Instant): boolean | undefined {
  const length = parseDuration(duration);
  // Other than five fields Argo CD does not take.
  if (length === undefined || schedule.trim().split(/\s+/).length !== 5) return undefined;
  const [end, begin] = kind === 'allow' ? [to, from] : [from, to];
  try {
    const cron = new Cron(schedule, { timezone: timeZone || 'UTC', paused: true });
    const start = cron.nextRun(new Date(end.epochMilliseconds - length));
    return start !== null && start.getTime() <= begin.epochMilliseconds;
  } catch {
    return undefined;
  }
}
