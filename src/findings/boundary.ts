import type { Scope } from '../api/v1alpha1/coveragereport.ts';
import type { Tier } from '../api/v1alpha1/fields.ts';
import type { BoundaryRule, Exception, SupportCoverageSpec } from '../api/v1alpha1/supportcoverage.ts';
import type { Agreement } from '../checks/agreement.ts';
import { covers } from '../checks/areas.ts';
import type { SettingProblem } from '../checks/run.ts';
import { readImage } from '../checks/versions/image.ts';
import { matchesGlob } from '../kube/glob.ts';
import { acceptedBy } from './exceptions.ts';
import { type Judge, type Judged, namespaceOf } from './judge.ts';
import { type Change, everythingElse, type ShippedRule, shippedRules } from './shipped-boundary.ts';

export interface BoundaryInput {
  tier: Tier;
  agreement: Pick<Agreement, 'isCovered' | 'isPlatform'>;
  /** The coverage's own; they come before the shipped ones. */
  rules: readonly BoundaryRule[];
  exceptions: readonly Exception[];
  /** In the zone in which exceptions expire. */
  today: Temporal.PlainDate;
  /** Somebody else runs the control plane. */
  managedControlPlane: boolean;
}

type Decision = { scope: Scope; rule: string };

/** Whose work something is, by the coverage's scope and tier, its own rules and the shipped ones, in this order. */
export function createJudge(input: BoundaryInput): Judge {
  return (judged) => {
    const { scope, rule } = ownDecision(input.rules, judged) ?? shippedDecision(input, judged);
    const outside = outsideOf(input, judged);
    if (outside) return { scope, rule: outside, coverage: 'NotCovered' };
    // Differences from the baseline are accepted in baseline.ignore.
    const exception = judged.kind === 'Finding' ? acceptedBy(input.exceptions, judged, input.today) : undefined;
    return { scope, rule, coverage: 'Covered', ...(exception ? { exception } : {}) };
  };
}

/** Why it is not covered; undefined where it is. */
function outsideOf({ tier, agreement }: BoundaryInput, judged: Judged): string | undefined {
  if (!covers(tier, judged.tier)) return `tier: what ${judged.tier} covers is beyond ${tier}`;
  const namespace = namespaceOf(judged.object);
  return namespace === undefined || agreement.isCovered(namespace) ? undefined : `scope: namespace ${namespace} is not covered`;
}

function ownDecision(rules: readonly BoundaryRule[], judged: Judged): Decision | undefined {
  const index = rules.findIndex(({ match }) => {
    const { checks, objects, namespaces } = match;
    return anyOf(checks, judged.check) && anyOf(objects, judged.object) && anyOf(namespaces, namespaceOf(judged.object));
  });
  const rule = rules[index];
  return rule && { scope: rule.assign, rule: `boundary.rules[${index}]: ${rule.reason}` };
}

function shippedDecision(input: BoundaryInput, judged: Judged): Decision {
  const { assign, reason } = shippedRules.find((rule) => matches(rule, input, judged)) ?? everythingElse;
  return { scope: assign, rule: `shipped: ${reason}` };
}

function matches(rule: ShippedRule, input: BoundaryInput, judged: Judged): boolean {
  return (
    rule.about === judged.kind &&
    anyOf(rule.checks, judged.check) &&
    anyOf(rule.objects, judged.object) &&
    anyOf(rule.reasons, judged.reason) &&
    anyOf(rule.paths, judged.difference?.path) &&
    (rule.tiers === undefined || rule.tiers.includes(input.tier)) &&
    (rule.change === undefined || hasChanged(rule.change, judged)) &&
    (rule.place === undefined || isThere(rule.place, input, judged))
  );
}

function isThere(place: NonNullable<ShippedRule['place']>, { agreement, managedControlPlane }: BoundaryInput, judged: Judged): boolean {
  if (place === 'ManagedControlPlane') return managedControlPlane;
  if (place === 'NewModule') return judged.partOfNewModule === true;
  const namespace = namespaceOf(judged.object);
  return namespace !== undefined && !agreement.isPlatform(namespace);
}

function hasChanged(change: Change, { difference }: Judged): boolean {
  if (!difference) return false;
  const { path, expected, actual } = difference;
  if (change === 'Added') return path === '' && expected === '';
  if (path === '' || expected === '' || actual === '') return false;
  if (change === 'Changed') return expected !== actual;
  return change === 'OtherProgram' ? programs(expected) !== programs(actual) : minorsBetween(expected, actual) > 1;
}

/** The last part of each image's name, which stays when a registry or a version changes. */
function programs(images: string): string {
  const names = images.split(', ').map((image) => readImage(image).repository.split('/').at(-1) ?? '');
  return names.sort().join();
}

/** Between the newest versions of two lists; Infinity for another major, 0 where one has none. */
function minorsBetween(expected: string, actual: string): number {
  const [before, after] = [newest(expected), newest(actual)];
  if (!before || !after) return 0;
  return before.major === after.major ? Math.abs(after.minor - before.minor) : Number.POSITIVE_INFINITY;
}

function newest(versions: string): { major: number; minor: number } | undefined {
  return versions
    .split(', ')
    .flatMap((version) => {
      const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
      return major && minor ? [{ major: Number(major), minor: Number(minor) }] : [];
    })
    .sort((a, b) => b.major - a.major || b.minor - a.minor)[0];
}

/** True where nothing is asked, or one of the globs matches what is there. */
function anyOf(globs: readonly string[] | undefined, text: string | undefined): boolean {
  return globs === undefined || (text !== undefined && globs.some((glob) => matchesGlob(glob, text)));
}

/** Ids that a rule or an exception can name. */
export interface KnownIds {
  checks: readonly string[];
  facts: readonly string[];
}

/** What in the coverage's own rules and exceptions can never match, or cannot be read. */
export function boundaryProblems(
  { boundary, exceptions = [] }: Pick<SupportCoverageSpec, 'boundary' | 'exceptions'>,
  { checks, facts }: KnownIds,
): SettingProblem[] {
  const all = [...checks, ...facts];
  const ofRules = (boundary?.rules ?? []).flatMap(({ match }, rule) =>
    (match.checks ?? []).flatMap((id, index) => problemOf(id, all, 'check or fact', `spec.boundary.rules[${rule}].match.checks[${index}]`)),
  );
  const ofExceptions = exceptions.flatMap(({ check, expires }, index) => [
    ...(facts.includes(check)
      ? [
          {
            path: `spec.exceptions[${index}].check`,
            message: `${JSON.stringify(check)} is a fact, not a check; differences from the baseline are accepted in spec.baseline.ignore`,
          },
        ]
      : problemOf(check, checks, 'check', `spec.exceptions[${index}].check`)),
    ...(isDay(expires)
      ? []
      : [{ path: `spec.exceptions[${index}].expires`, message: `${JSON.stringify(expires)} is no day; write for example 2027-01-31` }]),
  ]);
  return [...ofRules, ...ofExceptions];
}

/** Why an id, or a glob over ids, is of nothing that is known. */
export function problemOf(id: string, known: readonly string[], what: string, path: string): SettingProblem[] {
  if (known.some((candidate) => matchesGlob(id, candidate))) return [];
  const message = id.includes('*')
    ? `${JSON.stringify(id)} matches no ${what}`
    : `there is no ${what} ${JSON.stringify(id)}; known are ${[...known].sort().join(', ')}`;
  return [{ path, message }];
}

function isDay(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text) !== undefined;
  } catch {
    return false;
  }
}
