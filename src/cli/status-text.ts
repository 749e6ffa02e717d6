import type { Drift, Finding, Scope } from '../api/v1alpha1/coveragereport.ts';
import type { InCluster, StatusPicture, Verdict } from './status-picture.ts';
import { counted, listed, localTime, roughly, whenAt } from './words.ts';

/** Findings and differences that are shown unless all are asked for. */
const shown = 20;

/** The picture as somebody reads it who was woken by it: the worst first, what to do beside it. */
export function statusText(picture: StatusPicture, now: Temporal.Instant, all: boolean): string {
  const several = picture.clusters.length > 1;
  return [
    headline(picture, now),
    ...paragraph(picture.stale && `Careful: ${picture.stale}.`),
    ...paragraph(picture.ready.status !== 'True' && `It is not ready (${picture.ready.reason}): ${sentence(picture.ready.message)}`),
    ...findings(picture, now, several, all),
    ...drift(picture, now, several, all),
    ...unknown(picture, several, all),
    ...paragraph(apart(picture)),
    ...paragraph(picture.missing && `Missing for onboarding: ${sentence(picture.missing)}`),
    ...clusters(picture, now),
    '',
    ...windows(picture, now),
    ...escalation(picture),
    checked(picture, now),
  ].join('\n');
}

function headline({ coverage, namespace, tier, healthy }: StatusPicture, now: Temporal.Instant): string {
  const who = `${coverage} (${tier}, namespace ${namespace})`;
  const since = healthy.since ? `, since ${whenAt(healthy.since, now)}` : '';
  return `${who} ${health(healthy)}${since}: ${sentence(healthy.message)}`;
}

function health({ status }: Verdict): string {
  if (status === 'True') return 'is healthy';
  return status === 'False' ? 'is NOT healthy' : 'is not known to be healthy';
}

function findings({ findings: open, drift }: StatusPicture, now: Temporal.Instant, several: boolean, all: boolean): string[] {
  if (open.length === 0) return ['', 'No finding is open.'];
  const bySeverity = (['critical', 'warning', 'info'] as const).flatMap((severity) => {
    const count = open.filter((finding) => finding.severity === severity).length;
    return count > 0 ? [`${count} ${severity}`] : [];
  });
  const told = new Set([...open, ...drift].map(keyOf));
  const linked = open.filter((finding) => finding.rootCause !== undefined && told.has(keyOf({ ...finding, id: finding.rootCause })));
  const alone = open.filter((finding) => !linked.includes(finding));
  const lines = part(alone, all).flatMap((finding) => [
    ...findingLines(finding, now, several),
    ...consequences(finding, linked, several, all),
  ]);
  const along = linked.length > 0 ? `, ${counted(linked.length, 'consequence')} of others among them` : '';
  return ['', `${counted(open.length, 'open finding')}: ${listed(bySeverity)}${along}`, ...lines, ...more(alone.length, all)];
}

/** Of one finding or difference, each in a line: what is to be done is said of that one. */
function consequences(cause: InCluster<Pick<Finding, 'id'>>, linked: StatusPicture['findings'], several: boolean, all: boolean): string[] {
  const own = linked.filter((finding) => keyOf({ ...finding, id: finding.rootCause ?? '' }) === keyOf(cause));
  if (own.length === 0) return [];
  const lines = part(own, all).map(
    (finding) =>
      `      ${finding.severity.toUpperCase()} ${finding.object}${place(finding, several)}, ${finding.check}: ${finding.message}`,
  );
  return [`    ${counted(own.length, 'consequence')}, told with it:`, ...lines, ...more(own.length, all).map((line) => `    ${line}`)];
}

/** An id is one in its cluster. */
function keyOf({ cluster, id }: InCluster<Pick<Finding, 'id'>>): string {
  return `${cluster}/${id}`;
}

function findingLines(finding: StatusPicture['findings'][number], now: Temporal.Instant, several: boolean): string[] {
  const { severity, object, firstSeen, check, message, remediation, correction } = finding;
  return [
    `  ${severity.toUpperCase()} ${object}${place(finding, several)}, since ${whenAt(firstSeen, now)}, ${work(finding.scope)}, ${acknowledged(finding)}`,
    `    ${check}: ${message}`,
    `    What to do: ${remediation}`,
    ...(correction ? [`    Or run: ${correction}`] : []),
    `    Id ${finding.id}${told(finding)}`,
  ];
}

function drift({ drift: open, findings: linked }: StatusPicture, now: Temporal.Instant, several: boolean, all: boolean): string[] {
  if (open.length === 0) return [];
  const lines = part(open, all).flatMap((entry) => [...driftLines(entry, now, several), ...consequences(entry, linked, several, all)]);
  return ['', `${counted(open.length, 'difference')} from the approved baseline`, ...lines, ...more(open.length, all)];
}

function driftLines(entry: InCluster<Drift>, now: Temporal.Instant, several: boolean): string[] {
  const writer = entry.manager ? `, written by ${entry.manager}${entry.changedAt ? ` at ${entry.changedAt}` : ''}` : '';
  return [
    `  DRIFT ${entry.object}${place(entry, several)}, since ${whenAt(entry.firstSeen, now)}, ${work(entry.scope)}, ${acknowledged(entry)}`,
    `    ${entry.fact}: ${changeOf(entry)}${writer}`,
    `    Id ${entry.id}${told(entry)}`,
  ];
}

/** What differs, in words. */
export function changeOf({ path, expected, actual }: Pick<Drift, 'path' | 'expected' | 'actual'>): string {
  const what = path === '' ? 'it' : path;
  if (expected === '') return `${what} is new${actual === '' ? '' : `: ${actual}`}`;
  return actual === '' ? `${what} is gone; agreed was ${expected}` : `${what} is ${actual}; agreed was ${expected}`;
}

function unknown({ unknown: checks }: StatusPicture, several: boolean, all: boolean): string[] {
  if (checks.length === 0) return [];
  const lines = part(checks, all).map((entry) => `  ${entry.check}${place(entry, several)}: ${entry.message}`);
  return ['', `${counted(checks.length, 'check')} cannot tell`, ...lines, ...more(checks.length, all)];
}

function apart({ apart: { notCovered, projectScope, accepted, leftOut } }: StatusPicture): string | undefined {
  const parts = [
    ...(notCovered > 0 ? [`${notCovered} not covered`] : []),
    ...(projectScope > 0 ? [`${projectScope} of separate project scope`] : []),
    ...(accepted > 0 ? [`${accepted} accepted by an exception`] : []),
    ...(leftOut > 0 ? [`${leftOut} left out of the reports because of their size`] : []),
  ];
  return parts.length > 0 ? `Apart from these: ${listed(parts)}.` : undefined;
}

function clusters({ clusters: known }: StatusPicture, now: Temporal.Instant): string[] {
  const lines = known.map((cluster) => {
    const facts = [cluster.environment, cluster.version, cluster.nodes === undefined ? undefined : counted(cluster.nodes, 'node')];
    const about = facts.filter((fact) => fact !== undefined).join(', ');
    const counts = `${cluster.critical} critical, ${cluster.warning} warning, ${cluster.drift} drift`;
    const state = cluster.reachable
      ? counts
      : `${cluster.problem ? `is not read: ${cluster.problem}` : 'cannot be reached'}; last known ${counts}`;
    return `  ${cluster.name}${about ? ` (${about})` : ''}: ${state}; ${baseline(cluster.baseline, now)}`;
  });
  return lines.length > 0 ? ['', counted(known.length, 'cluster'), ...lines] : [];
}

function baseline(known: StatusPicture['clusters'][number]['baseline'], now: Temporal.Instant): string {
  if (!known) return 'no baseline';
  const at = known.approvedAt ? ` ${roughly(now.epochMilliseconds - Temporal.Instant.from(known.approvedAt).epochMilliseconds)} ago` : '';
  return `baseline ${known.name} ${known.approvedBy ? `approved by ${known.approvedBy}${at}` : 'is not approved'}`;
}

function windows({ windows: state }: StatusPicture, now: Temporal.Instant): string[] {
  const line = (name: string, open: string | undefined, next: string | undefined, zone: string) => {
    if (open === undefined) return [];
    const change = next ? `, ${open === 'Open' ? 'until' : 'opens'} ${localTime(next, zone, now)}` : '';
    return [`${name}: ${open.toLowerCase()}${change}.`];
  };
  if (!state) return ['Working hours: always. Maintenance windows: none agreed.'];
  return [
    ...(state.workingHours === undefined ? ['Working hours: always.'] : []),
    ...line('Working hours', state.workingHours, state.workingHoursNext, state.workingHoursZone),
    ...(state.maintenance === undefined ? ['Maintenance windows: none agreed.'] : []),
    ...line('Maintenance window', state.maintenance, state.maintenanceNext, state.maintenanceZone),
  ];
}

function escalation({ coverage, namespace, clusters, escalation: state, contacts }: StatusPicture): string[] {
  const failing = contacts.flatMap(({ name, problem }) =>
    problem ? [`Contact ${name} is not told everything: ${sentence(problem)}`] : [],
  );
  if (!state) return failing;
  const { open, acknowledged, highestStep, steps, toldElsewhere = 0 } = state;
  const before = new Set(clusters.flatMap(({ sharedWith = [] }) => sharedWith).filter((other) => other < `${namespace}/${coverage}`));
  const nobody = toldElsewhere > 0 ? 'nobody was told of the others yet' : 'nobody was told yet';
  const parts = [
    `Escalation: ${open} open, ${acknowledged} acknowledged`,
    ...(toldElsewhere > 0 ? [`${toldElsewhere} told by another coverage of the same cluster (${[...before].join(', ')})`] : []),
    ...(open > acknowledged + toldElsewhere ? [highestStep > 0 ? `the furthest is at step ${highestStep} of ${steps}` : nobody] : []),
  ];
  return [`${parts.join(', ')}.`, ...failing];
}

function checked({ lastCheckTime, lastCheckDuration, nextCheckTime }: StatusPicture, now: Temporal.Instant): string {
  if (!lastCheckTime) return 'Not checked yet.';
  const took = lastCheckDuration ? `, in ${lastCheckDuration}` : '';
  return `Checked ${whenAt(lastCheckTime, now)}${took}; ${nextCheckTime ? `next ${whenAt(nextCheckTime, now)}` : 'no check is due'}.`;
}

function place({ cluster }: { cluster: string }, several: boolean): string {
  return several ? ` in ${cluster}` : '';
}

function work(scope: Scope): string {
  return `${scope.toLowerCase()}'s work`;
}

function acknowledged({ acknowledgedBy }: Pick<Finding, 'acknowledgedBy'>): string {
  return acknowledgedBy ? `acknowledged by ${acknowledgedBy}` : 'not acknowledged';
}

function told({ notified }: Pick<Finding, 'notified'>): string {
  return notified && notified.length > 0 ? `; told ${notified.join(', ')}` : '';
}

function part<T>(list: readonly T[], all: boolean): readonly T[] {
  return all ? list : list.slice(0, shown);
}

function more(length: number, all: boolean): string[] {
  return all || length <= shown ? [] : [`  and ${length - shown} more: --all`];
}

function paragraph(text: string | false | undefined): string[] {
  return text ? ['', text] : [];
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
