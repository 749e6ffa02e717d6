import type { Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { severities } from '../api/v1alpha1/fields.ts';
import type { Context } from '../checks/check.ts';
import { type Cause, type Known, type Rule, reasons, rules } from './causes.ts';
import { counts } from './judge.ts';
import { type Advanced, bySeverity, byUrgency } from './lifecycle.ts';

export interface CorrelateInput extends Context, Pick<Advanced, 'findings' | 'transitions'> {
  /** Those that the last pass ended with. */
  before: readonly Finding[];
  drift: readonly Drift[];
}

/**
 * Links what is open to what it comes of, where the cluster as it is seen proves that. A cause is open itself, is told of itself, and is no
 * less severe than what comes of it, so that nobody misses what they would have been told. The cause of a cause is the cause. Where it cannot
 * be seen whether a link still holds, it does, for as long as its cause is open.
 */
export function correlate(input: CorrelateInput): Pick<Advanced, 'findings' | 'transitions'> {
  const { before, transitions } = input;
  const links = directLinks(input);
  const roots = new Map(input.findings.map(({ id }) => [id, rootOf(id, links)]));
  const linked = (finding: Finding): Finding => {
    const { rootCause: _, ...alone } = finding;
    const rootCause = roots.get(finding.id);
    return rootCause ? { ...alone, rootCause } : alone;
  };
  const findings = input.findings.map(linked).sort(byUrgency);
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  const wereLinked = new Set(before.filter(({ rootCause }) => rootCause !== undefined).map(({ id }) => id));
  const outlived = findings.filter(({ id, rootCause }) => rootCause === undefined && wereLinked.has(id));
  return {
    findings,
    transitions: [
      // What has resolved keeps the link that it had.
      ...transitions.map((transition) => ({ ...transition, finding: byId.get(transition.finding.id) ?? transition.finding })),
      ...outlived.map((finding) => ({ type: 'OutlivedCause' as const, finding })),
    ],
  };
}

/** By the id of a consequence, that of what it comes of. */
function directLinks({ findings, drift, before, view, agreement, now }: CorrelateInput): ReadonlyMap<string, string> {
  const causes = causesIn(findings, drift);
  const byCheck = Map.groupBy(causes, ({ check }) => check);
  const byId = new Map(causes.map((cause) => [cause.id, cause]));
  const beforeById = new Map(before.map(({ id, rootCause }) => [id, rootCause]));
  const links = new Map<string, string>();
  for (const rule of rules) {
    const own = rule.roots.flatMap((check) => byCheck.get(check) ?? []).sort(bySeverity);
    if (own.length === 0) continue;
    const roots = firstByObject(own);
    const known: Known = { view, agreement, now, roots, drift, linked: linkedBefore(before, rule) };
    const isSeen = rule.needs.every((name) => view.knowledge(name).state === 'Current');
    for (const finding of findings) {
      if (links.has(finding.id) || !rule.consequences.includes(finding.check)) continue;
      const cause = isSeen ? proven(rule, finding, known) : byId.get(beforeById.get(finding.id) ?? '');
      if (cause && cause.id !== finding.id && !isMoreSevere(finding, cause)) links.set(finding.id, cause.id);
    }
  }
  return links;
}

function proven({ causeOf }: Rule, finding: Finding, known: Known): Cause | undefined {
  const object = causeOf(finding, known);
  return object === undefined ? undefined : known.roots.get(object);
}

function linkedBefore(before: readonly Finding[], { consequences }: Rule): ReadonlyMap<string, string> {
  return new Map(
    before.flatMap(({ id, check, rootCause }) =>
      rootCause !== undefined && consequences.includes(check) ? [[id, rootCause] as const] : [],
    ),
  );
}

/** What may be a cause at all. Of what nobody is told nothing else may be kept silent for. */
function causesIn(findings: readonly Finding[], drift: readonly Drift[]): Cause[] {
  const gone = drift.filter((entry) => counts(entry) && entry.path === '' && entry.actual === '');
  return [
    ...findings.filter(
      (finding) => counts(finding) && finding.severity !== 'info' && [undefined, finding.reason].includes(reasons[finding.check]),
    ),
    ...gone.map(({ id, fact, object, firstSeen }) => ({
      id,
      check: fact,
      object,
      firstSeen,
      reason: 'Gone',
      severity: 'warning' as const,
    })),
  ];
}

function firstByObject(causes: readonly Cause[]): ReadonlyMap<string, Cause> {
  const first = new Map<string, Cause>();
  for (const cause of causes) if (!first.has(cause.object)) first.set(cause.object, cause);
  return first;
}

function isMoreSevere(finding: Finding, cause: Cause): boolean {
  return severities.indexOf(finding.severity) < severities.indexOf(cause.severity);
}

/** Undefined for what stands alone, and for what would be its own cause. */
function rootOf(id: string, links: ReadonlyMap<string, string>): string | undefined {
  const seen = new Set([id]);
  let root = links.get(id);
  while (root !== undefined && links.has(root)) {
    if (seen.has(root)) return undefined;
    seen.add(root);
    root = links.get(root);
  }
  return root;
}
