import type { CorrectionReport, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { apiVersion, supportCoverageKind } from '../api/v1alpha1/kinds.ts';
import type { SupportCoverage, SupportCoverageStatus, WindowStatus } from '../api/v1alpha1/supportcoverage.ts';
import { counts, type Judgement } from '../findings/judge.ts';
import { isConsequence, type Transition } from '../findings/lifecycle.ts';
import type { Pass } from '../findings/pass.ts';
import { eventTargetOf } from '../observe/event-targets.ts';
import type { EventInput, EventRecorder, ObjectReference } from '../runtime/event-recorder.ts';

/** Every reason of our Events: what happened, and the `action` that goes with it. docs/events.md explains each; a test compares. */
export const eventActions = {
  FindingOpened: 'Open',
  FindingSeverityChanged: 'ChangeSeverity',
  FindingResolved: 'Resolve',
  DriftDetected: 'Compare',
  DriftResolved: 'Compare',
  FindingsChanged: 'Check',
  FirstCheck: 'Check',
  BaselineCaptured: 'Capture',
  BaselineNotCaptured: 'Capture',
  SpecNotAccepted: 'Accept',
  ClusterProblem: 'Connect',
  ClusterRecovered: 'Connect',
  ContactProblem: 'Notify',
  ContactRecovered: 'Notify',
  CorrectionApplied: 'Correct',
  CorrectionNotApplied: 'Correct',
  MaintenanceWindowOpened: 'Maintain',
  MaintenanceWindowClosed: 'Maintain',
} as const;
export type EventReason = keyof typeof eventActions;

/** The reference of an object and how its uid is read; undefined where it can have no Events of its own. */
export type FindReference = (object: string) => Pick<EventInput, 'regarding' | 'findUid'> | undefined;

/** The SupportCoverage itself as the object of an Event. */
export function coverageReference({ metadata }: SupportCoverage): ObjectReference {
  const { name, namespace, uid } = metadata;
  return { apiVersion, kind: supportCoverageKind.kind, name, namespace, ...(uid ? { uid } : {}) };
}

/** An Event about the coverage itself. */
export function coverageEvent(coverage: SupportCoverage, type: EventInput['type'], reason: EventReason, note: string): EventInput {
  return { regarding: coverageReference(coverage), type, reason, action: eventActions[reason], note };
}

/** The operator tried to make a small change. */
export function correctionEvent(coverage: SupportCoverage, { check, object, command, result, message }: CorrectionReport): EventInput {
  return result === 'Applied'
    ? coverageEvent(coverage, 'Normal', 'CorrectionApplied', `${check}: corrected ${object}, as by: ${command}`)
    : coverageEvent(
        coverage,
        'Warning',
        'CorrectionNotApplied',
        `${check}: ${object} was not corrected. ${message ?? ''} By hand: ${command}`,
      );
}

/** A maintenance window opened or closed while work was due. */
export function windowEvent(
  coverage: SupportCoverage,
  change: 'Opened' | 'Closed',
  due: readonly Finding[],
  status: WindowStatus,
): EventInput {
  const work = `${due.length} due: ${due.map(({ message }) => message).join(' ')}`;
  const next = status.maintenanceNext;
  return change === 'Opened'
    ? coverageEvent(coverage, 'Normal', 'MaintenanceWindowOpened', `The maintenance window is open${next ? ` until ${next}` : ''}. ${work}`)
    : coverageEvent(
        coverage,
        'Warning',
        'MaintenanceWindowClosed',
        `The maintenance window closed with work still due${next ? `; the next opens at ${next}` : ''}. ${work}`,
      );
}

/**
 * What the status says for the first time, or no more: a cluster cannot be read, a contact line takes no messages. While it lasts its words
 * may change, which is in the status alone.
 */
export function problemEvents(
  coverage: SupportCoverage,
  before: SupportCoverageStatus | undefined,
  { clusters, contacts }: SupportCoverageStatus,
): EventInput[] {
  const event = (reason: EventReason, note: string) =>
    coverageEvent(coverage, reason.endsWith('Problem') ? 'Warning' : 'Normal', reason, note);
  return [
    ...changes(before?.clusters, clusters).map(({ name, problem }) =>
      problem
        ? event('ClusterProblem', `The cluster ${name} is not read: ${problem}`)
        : event('ClusterRecovered', `The cluster ${name} is read again`),
    ),
    ...changes(before?.contacts, contacts).map(({ name, problem }) =>
      problem
        ? event('ContactProblem', `The contact line ${name} is not told everything: ${problem}. It is tried again, and nothing is lost`)
        : event('ContactRecovered', `The contact line ${name} takes messages again`),
    ),
  ];
}

type Troubled = { name: string; problem?: string | undefined };

/** Entries that have a problem and had none, or the other way round. */
function changes(before: readonly Troubled[] = [], after: readonly Troubled[] = []): Troubled[] {
  const had = new Set(before.flatMap(({ name, problem }) => (problem === undefined ? [] : [name])));
  return after.filter(({ name, problem }) => had.has(name) !== (problem !== undefined));
}

/**
 * Says what one pass changed: an Event on each object concerned and a summary on the coverage. Info, what is not covered and what is
 * accepted for a time are quiet. What the first pass finds was there before us: it is one summary, not an Event an object. `cluster`: which of
 * several; what is told on the coverage begins with it.
 */
export function recordPass(
  recorder: EventRecorder,
  coverage: SupportCoverage,
  pass: Pass,
  first: boolean,
  findReference: FindReference,
  cluster?: string,
): void {
  const related = coverageReference(coverage);
  const told = toldOf(pass);
  const summary = summaryOf(pass, told, first);
  const placed = (event: Words): Words => (cluster === undefined ? event : { ...event, note: `${cluster}: ${event.note}` });
  if (summary) recorder.recordEvent({ regarding: related, action: eventActions[summary.reason], ...placed(summary) });
  if (first) return;
  const single = [
    ...told.transitions.map((transition) => ({ object: transition.finding.object, event: eventOfTransition(transition, coverage) })),
    ...told.driftOpened.map((drift) => ({ object: drift.object, event: eventOfDrift(drift, 'DriftDetected') })),
    ...told.driftResolved.map((drift) => ({ object: drift.object, event: eventOfDrift(drift, 'DriftResolved') })),
  ];
  for (const { object, event } of single) {
    const reference = findReference(object);
    // What has no Events of its own, such as Cluster/local or NodePool/general, is told on the coverage.
    const about = reference ? { ...reference, related, ...event } : { regarding: related, ...placed(event) };
    recorder.recordEvent({ action: eventActions[event.reason], ...about });
  }
}

type Told = Pick<Pass, 'transitions' | 'driftOpened' | 'driftResolved'>;

/** What of a pass is told at all; a consequence is told with its cause, and on its own once it has outlived it. */
function toldOf({ transitions, driftOpened, driftResolved }: Pass): Told {
  return {
    transitions: transitions.filter(({ finding }) => finding.severity !== 'info' && isTold(finding) && !isConsequence(finding)),
    driftOpened: driftOpened.filter(isTold),
    driftResolved: driftResolved.filter(isTold),
  };
}

function isTold({ coverage, exception }: Pick<Judgement, 'coverage' | 'exception'>): boolean {
  return coverage !== 'NotCovered' && exception === undefined;
}

/** Whose work it is, where it is not support's own, and which rule says so. */
function ownerOf({ scope, rule }: Pick<Judgement, 'scope' | 'rule'>): string {
  return scope === 'Support' ? '' : ` Scope: ${scope} (${rule}).`;
}

type Words = Pick<EventInput, 'type' | 'note'> & { reason: EventReason };

function eventOfTransition(transition: Transition, { spec }: SupportCoverage): Words {
  const { finding } = transition;
  if (transition.type === 'Resolved') {
    const isOff = spec.checks?.settings?.some(({ check, enabled }) => check === finding.check && enabled === false);
    const why = isOff ? 'the check is switched off; until then' : 'no longer so';
    return { type: 'Normal', reason: 'FindingResolved', note: `${finding.check}: ${why}: ${finding.message}` };
  }
  if (transition.type === 'SeverityChanged')
    return {
      type: warns(finding),
      reason: 'FindingSeverityChanged',
      note: `${finding.check}: ${transition.from} became ${finding.severity}: ${finding.message}${ownerOf(finding)}`,
    };
  const still = transition.type === 'OutlivedCause' ? ' Its cause is over, and it is not.' : '';
  return {
    type: warns(finding),
    reason: 'FindingOpened',
    note: `${finding.check} (${finding.severity}${placeIn(finding)}): ${finding.message}${still}${ownerOf(finding)} ${finding.remediation}`,
  };
}

/** Of a failed delivery: where and by what it is broken. */
function placeIn({ stage, cause }: Finding): string {
  return stage && cause ? `, stage ${stage}, cause ${cause}` : '';
}

function eventOfDrift(drift: Drift, reason: 'DriftDetected' | 'DriftResolved'): Words {
  if (reason === 'DriftResolved') return { type: 'Normal', reason, note: `${placeOf(drift)} is as agreed again` };
  return {
    type: 'Warning',
    reason,
    note: `${describeDrift(drift)}.${drift.manager ? ` Written by ${drift.manager}${drift.changedAt ? ` at ${drift.changedAt}` : ''}.` : ''}${ownerOf(drift)}`,
  };
}

/** What is different, and what was agreed. */
export function describeDrift(drift: Drift): string {
  const change =
    drift.expected === ''
      ? `is new: ${drift.actual}`
      : drift.actual === ''
        ? `is gone; agreed was ${drift.expected}`
        : `is ${drift.actual}; agreed was ${drift.expected}`;
  return `${placeOf(drift)} ${change}`;
}

function placeOf({ object, path }: Drift): string {
  return path === '' ? object : `${object} ${path}`;
}

function summaryOf(pass: Pass, told: Told, first: boolean): Words | undefined {
  const counting = pass.findings.filter((finding) => finding.severity !== 'info' && counts(finding));
  const urgent = counting.filter((finding) => !isConsequence(finding));
  const consequences = counting.length - urgent.length;
  const along = consequences > 0 ? ` with ${consequences} ${consequences === 1 ? 'consequence' : 'consequences'}` : '';
  if (first) {
    const examples = urgent.slice(0, 3).map(({ message }) => message);
    const found =
      urgent.length === 0
        ? 'nothing to act on'
        : `${urgent.length} to act on${along}: ${examples.join(' ')}${urgent.length > 3 ? ` and ${urgent.length - 3} more` : ''}`;
    return {
      type: urgent.length === 0 ? 'Normal' : 'Warning',
      reason: 'FirstCheck',
      note: `First check of ${pass.checks.length} checks: ${found}`,
    };
  }
  const count = (type: Transition['type']) => told.transitions.filter((transition) => transition.type === type).length;
  const parts = [
    [count('Opened'), 'opened'],
    [count('OutlivedCause'), 'outlived their cause'],
    [count('SeverityChanged'), 'changed severity'],
    [count('Resolved'), 'resolved'],
    [told.driftOpened.length, 'drift found'],
    [told.driftResolved.length, 'drift gone'],
  ] as const;
  const said = parts.filter(([amount]) => amount > 0).map(([amount, what]) => `${amount} ${what}`);
  if (said.length === 0) return undefined;
  const open = [...pass.findings.filter(({ severity }) => severity !== 'info'), ...pass.drift];
  const others = open.filter((entry) => isTold(entry) && !counts(entry)).length;
  const worse = count('Opened') + count('OutlivedCause') + told.driftOpened.length > 0;
  return {
    type: worse ? 'Warning' : 'Normal',
    reason: 'FindingsChanged',
    note: `${said.join(', ')}; ${urgent.length} to act on now${along}, ${pass.drift.filter(counts).length} drift${others > 0 ? `, ${others} not support’s work` : ''}`,
  };
}

function warns({ severity }: Finding): 'Normal' | 'Warning' {
  return severity === 'info' ? 'Normal' : 'Warning';
}

/** Makes references with a function that reads an object's uid; what cannot be read goes without one. */
export function createFindReference(
  uidOf: (
    target: NonNullable<ReturnType<typeof eventTargetOf>>,
    limits: Parameters<NonNullable<EventInput['findUid']>>[0],
  ) => Promise<string | undefined>,
): FindReference {
  return (object) => {
    const target = eventTargetOf(object);
    if (!target) return undefined;
    const { type, name, namespace } = target;
    const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
    const regarding = { apiVersion, kind: type.kind, name, ...(namespace ? { namespace } : {}) };
    return { regarding, findUid: (limits) => uidOf(target, limits) };
  };
}
