import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Drift, Finding, Notification, ResolvedSubject, Subject } from '../api/v1alpha1/coveragereport.ts';
import { severities } from '../api/v1alpha1/fields.ts';
import { isConsequence, stamp } from '../findings/lifecycle.ts';
import { type Case, casesOf, consequencesOf, openSince, resolvedOf, severityOf, subjectOf } from './cases.ts';
import { contactOf, furthest, reaches, type Step, tellsAtAnyTime } from './escalation-path.ts';
import type { Hours } from './hours.ts';

export interface EscalateInput {
  /** uid of the coverage. */
  uid: string;
  cluster: string;
  path: readonly Step[];
  /** Names of the contact lines that there are; what waits for another is dropped. */
  contacts: readonly string[];
  hours: Hours;
  now: Temporal.Instant;
  /** When the first pass over this cluster was; what was open by then was there before us. */
  firstPassAt: Temporal.Instant;
  findings: readonly Finding[];
  drift: readonly Drift[];
  /** What has resolved since the last call. */
  resolvedNow: readonly Case[];
  /** What had resolved before, and contacts are yet to be told of. */
  resolved: readonly ResolvedSubject[];
  /** What is not delivered yet. */
  notifications: readonly Notification[];
}

export interface Escalated {
  findings: Finding[];
  drift: Drift[];
  notifications: Notification[];
  resolved: ResolvedSubject[];
  /** When something is due next though nothing happens, or may be sent that waits for working hours; after now. */
  nextAt: Temporal.Instant | undefined;
  /** Something is not as it was given, and must be stored before anything is sent. */
  changed: boolean;
}

/** So many are named in a message; it says how many there are. The schema allows no more. */
const maxNamed = 20;
/** So many wait to be told as resolved; the oldest fall out. */
const maxResolved = 500;
/** So many steps are remembered, as many as a path has. */
const maxNotified = 16;
/** Nothing counts as open for longer, whatever a clock that was wrong has written: working time is counted day by day. */
const longestMs = 10 * 365 * 86_400_000;

/**
 * What is to be told, to whom, now. A step is due once something has been open for its time: of working hours with Hold, which is told while
 * they are open, and of all hours with Notify. Time that was acknowledged counts; while it is acknowledged it goes no further. All that is due
 * for a contact is one message, and until that is delivered there is no other, unless it waits for hours and something else does not. Remembers nothing: what it returns is its memory, so that a
 * crash before that is stored tells nobody, and one after it tells the same under the same key.
 */
export function escalate(input: EscalateInput): Escalated {
  const { path, hours, now } = input;
  const { open, next: opening } = hours.at(now);
  const at = stamp(now);
  const known = new Set(input.contacts);
  const waiting = input.notifications.filter(({ contact }) => known.has(contact));
  // What waits for hours keeps nobody from being woken for what does not.
  const busy = contactsOf(waiting, (each, others) => maySend(each, path, open) || others.length > 0);
  // Yet nothing is over for those who are still to hear that it began.
  const unheard = contactsOf(waiting, ({ contact, openedTotal }) => busy.has(contact) || openedTotal > 0);
  const steps = path.filter(({ contact }) => known.has(contact) && !busy.has(contact));

  const due = dueOf(input, steps, open);
  const over = [...input.resolved, ...input.resolvedNow.flatMap((each) => resolvedOf(each, at))];
  const ending = endingOf(over, known, unheard, (entry) => open || tellsAtAnyTime(path, entry));
  const isOnboarding = due.going.size > 0 ? onboardingBy(input, over) : () => false;
  const made = input.contacts.flatMap((contact) => {
    const notification = notificationOf(input, contact, due.going.get(contact) ?? [], ending.now.get(contact) ?? [], isOnboarding);
    return notification ? [notification] : [];
  });

  const went = <T extends Case>(each: T): T => {
    const ids = due.gone.get(each);
    return ids ? { ...each, notified: extended(each.notified ?? [], ids, path) } : each;
  };
  // Until it is delivered, whoever has a message now gets no other, and nothing is due for them.
  for (const { contact } of made) busy.add(contact);
  const times = [...due.left].flatMap(([step, ms]) => (busy.has(step.contact) ? [] : [dueIn(step, ms, hours, now)]));
  const holds = [...due.held, ...ending.held].some((contact) => !busy.has(contact)) || waiting.some((each) => !maySend(each, path, open));
  const resolved = ending.later.slice(-maxResolved);
  return {
    findings: input.findings.map(went),
    drift: input.drift.map(went),
    notifications: [...waiting, ...made],
    resolved,
    nextAt: earliest([...times, holds ? opening : undefined]),
    changed: made.length > 0 || waiting.length < input.notifications.length || !isDeepStrictEqual(resolved, input.resolved),
  };
}

function contactsOf(
  notifications: readonly Notification[],
  holds: (each: Notification, othersOfContact: readonly Notification[]) => boolean,
): Set<string> {
  const found = notifications.filter((each) =>
    holds(
      each,
      notifications.filter((other) => other !== each && other.contact === each.contact),
    ),
  );
  return new Set(found.map(({ contact }) => contact));
}

/** What is left after these were delivered. */
export function delivered(notifications: readonly Notification[], keys: readonly string[]): Notification[] {
  return notifications.filter(({ key }) => !keys.includes(key));
}

/**
 * Whether a message may be sent: while working hours are open, or where it tells of something by a step that does not wait for them. What was
 * due within hours and could not be delivered until they closed waits with them.
 */
export function maySend({ opened, resolved }: Notification, path: readonly Step[], open: boolean): boolean {
  return open || [...opened, ...resolved].some((subject) => tellsAtAnyTime(path, subject));
}

/** Something that goes one or more steps of a contact. */
interface Going {
  each: Case;
  steps: string[];
}

interface Due {
  /** By contact, most urgent first. */
  going: Map<string, Going[]>;
  /** The same by what goes them. */
  gone: Map<Case, string[]>;
  /** Contacts that wait for nothing but working hours. */
  held: Set<string>;
  /** For how long what has been open longest is to be open still for each step, milliseconds of the time that the step counts. */
  left: Map<Step, number>;
}

function dueOf({ findings, drift, hours, now }: EscalateInput, steps: readonly Step[], open: boolean): Due {
  const going: Due['going'] = new Map();
  const gone: Due['gone'] = new Map();
  const held: Due['held'] = new Set();
  const left: Due['left'] = new Map();
  const waited = waitedIn(hours, now);
  for (const each of steps.length > 0 ? casesOf(findings, drift) : []) {
    if (each.acknowledgedBy !== undefined || isConsequence(each)) continue;
    const past = new Set(each.notified);
    const time = waited(openSince(each));
    const ahead = steps.filter((step) => !past.has(step.id) && reaches(step, severityOf(each)));
    for (const step of ahead) {
      if (past.has(step.id) || !isDue(step, time, open)) continue;
      past.add(step.id);
      listOf(gone, each).push(step.id);
      go(going, step, each);
    }
    for (const step of ahead) {
      if (past.has(step.id)) continue;
      const ms = step.afterMs - time[step.outsideHours];
      if (ms <= 0) held.add(step.contact);
      else left.set(step, Math.min(ms, left.get(step) ?? ms));
    }
  }
  return { going, gone, held, left };
}

function go(going: Map<string, Going[]>, { id, contact }: Step, each: Case): void {
  const list = listOf(going, contact);
  const last = list.at(-1);
  if (last?.each === each) last.steps.push(id);
  else list.push({ each, steps: [id] });
}

/** For how long something has been open, as each kind of step counts it, milliseconds. */
type Waited = Record<Step['outsideHours'], number>;

/** Whether a step tells now of what has been open for so long; `open`: working hours are. */
export function isDue({ afterMs, outsideHours }: Step, waited: Waited, open: boolean): boolean {
  return afterMs <= waited[outsideHours] && (open || outsideHours === 'Notify');
}

/** What opened together is counted once. */
export function waitedIn(hours: Hours, now: Temporal.Instant): (since: string) => Waited {
  const known = new Map<string, Waited>();
  const earliestMs = now.epochMilliseconds - longestMs;
  return (since) => {
    const before = known.get(since);
    if (before) return before;
    const from = Temporal.Instant.fromEpochMilliseconds(Math.max(Temporal.Instant.from(since).epochMilliseconds, earliestMs));
    const waited = { Hold: hours.elapsed(from, now), Notify: Math.max(0, now.epochMilliseconds - from.epochMilliseconds) };
    known.set(since, waited);
    return waited;
  };
}

function dueIn({ outsideHours }: Step, ms: number, hours: Hours, now: Temporal.Instant): Temporal.Instant | undefined {
  if (outsideHours === 'Notify') return Temporal.Instant.fromEpochMilliseconds(now.epochMilliseconds + ms);
  const reached = hours.after(now, ms);
  // It may be reached at the very moment at which hours close.
  return reached && hours.after(reached, 0);
}

/** What is told as resolved now, by contact, and what stays for later; `held`: who waits for nothing but working hours. */
function endingOf(
  over: readonly ResolvedSubject[],
  known: ReadonlySet<string>,
  busy: ReadonlySet<string>,
  allowed: (entry: ResolvedSubject) => boolean,
): { now: Map<string, ResolvedSubject[]>; later: ResolvedSubject[]; held: Set<string> } {
  const now = new Map<string, ResolvedSubject[]>();
  const later: ResolvedSubject[] = [];
  const held = new Set<string>();
  for (const entry of over) {
    const contacts = entry.contacts.filter((contact) => known.has(contact));
    const free = contacts.filter((contact) => !busy.has(contact));
    const staying = allowed(entry) ? contacts.filter((contact) => busy.has(contact)) : contacts;
    if (staying.length > 0) later.push({ ...entry, contacts: staying });
    for (const contact of free) {
      if (allowed(entry)) listOf(now, contact).push(entry);
      else held.add(contact);
    }
  }
  return { now, later, held };
}

function notificationOf(
  { uid, cluster, now, findings }: EscalateInput,
  contact: string,
  going: readonly Going[],
  ended: readonly ResolvedSubject[],
  isOnboarding: (contact: string, going: readonly Going[]) => boolean,
): Notification | undefined {
  const again = new Set(going.map(({ each }) => each.id));
  // What is open again is not told as over in the same breath.
  const ending = ended.filter(({ id }) => !again.has(id)).sort(bySeverity);
  if (going.length === 0 && ending.length === 0) return undefined;
  const at = stamp(now);
  const consequences = consequencesOf(findings);
  const content = [
    ...going.map(({ each, steps }) => `opened ${each.id} ${steps.join(' ')}`),
    ...ending.map(({ id, step }) => `resolved ${id} ${step}`),
  ];
  return {
    key: createHash('sha256')
      .update([uid, cluster, contact, at, ...content].join('\n'))
      .digest('hex')
      .slice(0, 32),
    contact,
    kind: isOnboarding(contact, going) ? 'Onboarding' : 'Findings',
    at,
    opened: going.slice(0, maxNamed).map(({ each, steps }) => subjectOf(each, furthest(steps), consequences.get(each.id))),
    openedTotal: going.length,
    resolved: ending.slice(0, maxNamed).map(({ at: _at, contacts: _contacts, ...subject }): Subject => subject),
    resolvedTotal: ending.length,
  };
}

/** The first message to a contact, as far as is known, where it tells of nothing but what was there before us. */
function onboardingBy({ findings, drift, firstPassAt }: EscalateInput, over: readonly ResolvedSubject[]) {
  const told = new Set([...findings, ...drift].flatMap(({ notified }) => notified ?? []).map(contactOf));
  for (const { contacts } of over) for (const contact of contacts) told.add(contact);
  const later = new Set(
    [...new Set([...findings, ...drift].map(openSince))].filter((since) => isAfter(Temporal.Instant.from(since), firstPassAt)),
  );
  return (contact: string, going: readonly Going[]) => !told.has(contact) && !going.some(({ each }) => later.has(openSince(each)));
}

function isAfter(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) > 0;
}

/** What has waited longer stays before what has not. */
function bySeverity(a: Subject, b: Subject): number {
  return severities.indexOf(a.severity) - severities.indexOf(b.severity);
}

/** Steps of a path that was changed since are forgotten first, the oldest of them first. */
function extended(notified: readonly string[], ids: readonly string[], path: readonly Step[]): string[] {
  const current = new Set(path.map(({ id }) => id));
  let excess = notified.length + ids.length - maxNotified;
  return [...notified, ...ids].filter((step) => {
    const forgotten = excess > 0 && !current.has(step);
    if (forgotten) excess -= 1;
    return !forgotten;
  });
}

function listOf<K, T>(lists: Map<K, T[]>, key: K): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** The first of those that there are. */
export function earliest(times: readonly (Temporal.Instant | undefined)[]): Temporal.Instant | undefined {
  return times.filter((time) => time !== undefined).sort(Temporal.Instant.compare)[0];
}
