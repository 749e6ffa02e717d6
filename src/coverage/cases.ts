import type { Drift, Finding, ResolvedSubject, Subject } from '../api/v1alpha1/coveragereport.ts';
import type { Severity } from '../api/v1alpha1/fields.ts';
import type { SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { counts } from '../findings/judge.ts';
import { bySeverity, isConsequence } from '../findings/lifecycle.ts';
import { describeDrift } from '../report/events.ts';
import { contactOf, furthest, reaches, type Step } from './escalation-path.ts';

/** Something that contacts are told of: a finding, or a difference from the baseline. */
export type Case = Finding | Drift;

/** As much of a message as a notification keeps; the schema allows no more. */
const maxMessage = 256;

/** Drift counts as a warning. */
export function severityOf(each: Case): Severity {
  return 'fact' in each ? 'warning' : each.severity;
}

/** Since when somebody could have acknowledged it. */
export function openSince(each: Case): string {
  return 'fact' in each ? each.firstSeen : each.openedAt;
}

/** What is told, most urgent first. */
export function casesOf(findings: readonly Finding[], drift: readonly Drift[]): Case[] {
  return [...findings, ...drift]
    .filter(counts)
    .map((each) => ({ each, id: each.id, severity: severityOf(each), firstSeen: each.firstSeen }))
    .sort(bySeverity)
    .map(({ each }) => each);
}

/** How many are told with each finding or difference that others are consequences of, by its id; info is not told. */
export function consequencesOf(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const told = findings.filter((finding) => counts(finding) && finding.severity !== 'info');
  return new Map(
    [...Map.groupBy(told, ({ rootCause }) => rootCause)].flatMap(([id, linked]) =>
      id === undefined ? [] : [[id, linked.length] as const],
    ),
  );
}

/** What a message says of it. */
export function subjectOf(each: Case, step: string, consequences = 0): Subject {
  const message = 'fact' in each ? describeDrift(each) : each.message;
  return {
    id: each.id,
    check: 'fact' in each ? each.fact : each.check,
    object: each.object,
    severity: severityOf(each),
    message: message.length <= maxMessage ? message : `${message.slice(0, maxMessage - 1).toWellFormed()}…`,
    step,
    ...(consequences > 0 ? { consequences } : {}),
  };
}

/** One entry for each contact that was told, with the furthest step that it was told by. */
export function resolvedOf(each: Case, at: string): ResolvedSubject[] {
  const told = toldBy(each);
  if (told.size === 0) return [];
  const subject = subjectOf(each, '');
  return [...told].map(([contact, steps]) => ({ ...subject, step: furthest(steps), at, contacts: [contact] }));
}

/** Something open that a contact was told of. */
export interface OpenAlert {
  /** With the furthest step that this contact was told by. */
  subject: Subject;
  of: Case;
}

/** What a contact was told of and is still open, most urgent first. What nobody is told of any more, such as what was accepted, is not. */
export function openAlertsOf(contact: string, findings: readonly Finding[], drift: readonly Drift[]): OpenAlert[] {
  return casesOf(findings, drift).flatMap((each) => {
    const steps = toldBy(each).get(contact);
    return steps ? [{ subject: subjectOf(each, furthest(steps)), of: each }] : [];
  });
}

/** How far the path was gone, as the status says it. `isToldElsewhere`: another coverage of the cluster tells it. */
export function escalationStatus(
  findings: readonly Finding[],
  drift: readonly Drift[],
  path: readonly Step[],
  isToldElsewhere: (each: Case) => boolean = () => false,
): NonNullable<SupportCoverageStatus['escalation']> {
  const ids = new Set(path.map(({ id }) => id));
  const cases = casesOf(findings, drift).filter(
    (each) => (each.notified ?? []).length > 0 || (!isConsequence(each) && path.some((step) => reaches(step, severityOf(each)))),
  );
  const unacknowledged = cases.filter(({ acknowledgedBy }) => acknowledgedBy === undefined);
  const elsewhere = unacknowledged.filter((each) => (each.notified ?? []).length === 0 && isToldElsewhere(each)).length;
  const gone = unacknowledged.map(({ notified }) => (notified ?? []).filter((step) => ids.has(step)).length);
  return {
    open: cases.length,
    acknowledged: cases.length - unacknowledged.length,
    highestStep: gone.reduce((most, steps) => Math.max(most, steps), 0),
    ...(elsewhere > 0 ? { toldElsewhere: elsewhere } : {}),
  };
}

/** The steps that it has gone, by contact. */
function toldBy({ notified }: Case): Map<string, string[]> {
  return Map.groupBy(notified ?? [], contactOf);
}
