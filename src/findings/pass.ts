import type { CheckReport, DeliveryToolReport, Drift, Finding, Outcome, PendingFinding } from '../api/v1alpha1/coveragereport.ts';
import type { Tier } from '../api/v1alpha1/fields.ts';
import type { Exception, IgnoreRule } from '../api/v1alpha1/supportcoverage.ts';
import { collect } from '../baseline/capture.ts';
import { compare, type Difference, ignoredBy } from '../baseline/compare.ts';
import type { Fact, Source } from '../baseline/fact.ts';
import { modulesOf } from '../baseline/facts/platform-modules.ts';
import { type BaselineState, baselineAltered } from '../baseline/integrity.ts';
import type { Writer } from '../baseline/last-writer.ts';
import { type Agreement, type AgreementInput, createAgreement } from '../checks/agreement.ts';
import { covers } from '../checks/areas.ts';
import type { Correction } from '../checks/check.ts';
import { type CheckResult, type ConfiguredCheck, runCheck } from '../checks/run.ts';
import { formatDuration } from '../kube/duration.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import { correlate } from './correlate.ts';
import { brokenDeliveries, defaultChangeBroke } from './default-change.ts';
import { deliverySummary } from './delivery-summary.ts';
import { exceptionExpired, expiredExceptions } from './exceptions.ts';
import { counts, type Judge, namespaceOf } from './judge.ts';
import { type Advanced, advance, byIdentity, byUrgency, fingerprint, kept, type Memory, stamp, type Transition } from './lifecycle.ts';
import { withoutTold } from './told-alerts.ts';

export interface PassInput {
  checks: readonly ConfiguredCheck[];
  facts: readonly Fact[];
  ignore: readonly IgnoreRule[];
  agreement: AgreementInput;
  view: ClusterView;
  memory: Memory & { drift: readonly Drift[] };
  baseline: BaselineState;
  now: Temporal.Instant;
  judge: Judge;
  /** Of the coverage: checks of a higher tier are recorded only. Absent: all are in the tier. */
  tier?: Tier;
  /** Those that have expired are reported while what they accepted is there. Absent: none. */
  exceptions?: readonly Exception[];
  /** In which the days of exceptions end. Absent: UTC. */
  timeZone?: string;
  /** Absent: everything is looked at. */
  partial?: Selection;
  /** Who wrote a value last; asked once for each new difference. */
  writerOf: (source: Source) => Promise<Writer | undefined>;
  /** Monotonic milliseconds, to time each check with. */
  monotonic: () => number;
}

/** What a pass looks at that does not look at everything. What the other checks, and the comparison with the baseline, said stays so. */
export interface Selection {
  checks: ReadonlySet<string>;
  before: Pick<Pass, 'checks' | 'driftUnknown'>;
}

/** All that one pass found out; reports are made from it and from nothing else. */
export interface Pass {
  checks: CheckReport[];
  findings: Finding[];
  pending: PendingFinding[];
  transitions: Transition[];
  drift: Drift[];
  driftOpened: Drift[];
  driftResolved: Drift[];
  /** Facts that could not be compared, with why. */
  driftUnknown: { fact: string; message: string }[];
  baseline: BaselineState;
  /** What would mend open findings, with the check that asks for it; of what this pass looked at. */
  corrections: (Correction & { check: string })[];
  /** As `advance` says; of what this pass looked at. */
  opensAt: ReadonlyMap<string, Temporal.Instant>;
  /** How delivery is, by tool; absent below Level3 and in a pass that does not look at everything. */
  delivery?: DeliveryToolReport[];
  /** How long each check took, milliseconds. */
  durations: ReadonlyMap<string, number>;
}

/** Evaluates every check and fact against one cluster, or those that it is told to. Gives the event loop a turn between two checks. */
export async function runPass(input: PassInput): Promise<Pass> {
  const { view, now, baseline, partial } = input;
  const agreement = createAgreement({
    ...input.agreement,
    ...(baseline.state === 'Approved' ? { approved: baseline.baseline.spec.facts } : {}),
  });
  const ran: CheckResult[] = [];
  const durations = new Map<string, number>();
  for (const configured of input.checks.filter(({ check }) => isLookedAt(check.id, partial))) {
    const startedAt = input.monotonic();
    ran.push(runCheck(configured, view, now, agreement));
    durations.set(configured.check.id, input.monotonic() - startedAt);
    await new Promise(setImmediate);
  }
  const results = withoutTold({ checks: input.checks, results: ran, before: input.memory.findings, view, now, agreement });
  if (!partial)
    results.push({ check: baselineAltered, holdMs: 0, observations: baseline.state === 'Altered' ? [baseline.observation] : [] });
  const { waiting, ...drifting } = partial ? asBefore(input, partial) : await compareWithBaseline(input, agreement);
  const { derived, pending, opensAt, ...advanced } = advanceAll(input, results, drifting.drift);
  results.push(...derived);
  const { findings, transitions } = correlate({ ...advanced, before: input.memory.findings, drift: drifting.drift, view, agreement, now });
  const fresh = results.map((result) => describe(result, findings, pending, input.tier));
  const described = partial ? partial.before.checks.map((old) => fresh.find(({ check }) => check === old.check) ?? old) : fresh;
  const delivery = partial ? undefined : deliverySummary({ view, agreement, now });
  const corrections = [...ofFindings(results, findings, input.judge), ...ofDrift(drifting.drift, input.facts, agreement)];
  return {
    ...{ checks: described, findings, pending: [...pending, ...waiting], transitions, opensAt },
    ...{ ...drifting, baseline, corrections, durations },
    ...(delivery ? { delivery } : {}),
  };
}

function isLookedAt(check: string, partial: Selection | undefined): boolean {
  return partial === undefined || partial.checks.has(check);
}

/** Checks that are about what is open, and are looked at last and every time. */
const aboutOthers: readonly string[] = [exceptionExpired.id, defaultChangeBroke.id];

/** As `advance`. */
function advanceAll(
  input: PassInput,
  results: readonly CheckResult[],
  drift: readonly Drift[],
): Advanced & { derived: readonly CheckResult[] } {
  const { checks, memory, view, now, judge, partial } = input;
  const isAboutOthers = ({ check }: Finding) => aboutOthers.includes(check);
  const others = memory.findings.filter((finding) => !isAboutOthers(finding));
  const looked = others.filter(({ check }) => isLookedAt(check, partial));
  const first = advance({ ...memory, findings: looked }, results, view.cluster, now, judge);
  const open = partial ? [...first.findings, ...others.filter(({ check }) => !partial.checks.has(check))] : first.findings;
  const derived = aboutOpen(input, open, drift);
  const known = new Set(checks.map(({ check }) => check.id));
  const waitingElsewhere = memory.pending.filter(({ check }) => known.has(check) && !isLookedAt(check, partial));
  const own = { ...memory, findings: memory.findings.filter(isAboutOthers), pending: [] };
  const second = advance(own, derived, view.cluster, now, judge);
  return {
    derived,
    findings: [...open, ...second.findings].sort(byUrgency),
    pending: partial ? [...first.pending, ...waitingElsewhere].sort(byIdentity) : first.pending,
    transitions: [...first.transitions, ...second.transitions],
    opensAt: first.opensAt,
  };
}

/** What is found in what others found. */
function aboutOpen(input: PassInput, open: readonly Finding[], drift: readonly Drift[]): CheckResult[] {
  const { checks, view, now, exceptions = [], timeZone = 'UTC', baseline } = input;
  const expired = { check: exceptionExpired, holdMs: 0, observations: expiredExceptions(exceptions, open, timeZone, now) };
  if (!checks.some(({ check }) => check.area === 'Delivery')) return [expired];
  const broke = { check: defaultChangeBroke, holdMs: 0, observations: brokenDeliveries(open, drift, view) };
  if (baseline.state === 'Approved' || baseline.state === 'Altered') return [expired, broke];
  return [expired, { ...broke, notApplicable: 'no baseline is approved that a change would differ from' }];
}

/** What would mend open findings. What is accepted, or nobody's but the customer's, is left as it is. */
function ofFindings(results: readonly CheckResult[], findings: readonly Finding[], judge: Judge): Pass['corrections'] {
  const open = findings.filter(counts);
  return results.flatMap(({ check, corrections = [] }) => {
    const reasons = new Set(open.filter((finding) => finding.check === check.id).map(({ reason }) => reason));
    const isSupports = (object: string) =>
      counts(judge({ kind: 'Finding', check: check.id, tier: check.tier, object, severity: check.severity }));
    return (
      corrections
        .filter(({ reason }) => (reason === undefined ? reasons.size > 0 : reasons.has(reason)))
        // One finding may stand for many objects, of which some are accepted; so may be the namespace of what would be made.
        .filter(({ object, knownAs }) => isSupports(object) && isSupports(knownAs))
        .map((correction) => ({ ...correction, check: check.id }))
    );
  });
}

/** What would bring drift back to what was agreed, under the id of its fact. */
function ofDrift(drift: readonly Drift[], facts: readonly Fact[], agreement: Agreement): Pass['corrections'] {
  const byId = new Map(facts.map((fact) => [fact.id, fact]));
  return drift.filter(counts).flatMap((entry) => {
    const correction = byId.get(entry.fact)?.correct?.(entry, agreement);
    return correction ? [{ ...correction, check: entry.fact }] : [];
  });
}

interface Drifting extends Pick<Pass, 'drift' | 'driftOpened' | 'driftResolved' | 'driftUnknown'> {
  /** Differences that have not held for as long as their fact asks. */
  waiting: PendingFinding[];
}

/** Drift that is not compared with the baseline now. */
function asBefore({ facts, memory }: PassInput, { before }: Selection): Drifting {
  const ids = new Set(facts.map(({ id }) => id));
  const waiting = memory.pending.filter(({ check }) => ids.has(check));
  return { ...nothing, drift: [...memory.drift], driftUnknown: before.driftUnknown, waiting };
}

const nothing: Drifting = { drift: [], driftOpened: [], driftResolved: [], driftUnknown: [], waiting: [] };

async function compareWithBaseline(
  { facts, ignore, view, memory, baseline, now, writerOf, judge }: PassInput,
  agreement: Agreement,
): Promise<Drifting> {
  // Without an approved baseline there is nothing to differ from; one that was altered says so itself, and what drifted before stays.
  if (baseline.state === 'Altered') return { ...nothing, drift: [...memory.drift] };
  if (baseline.state !== 'Approved') return nothing;
  const { entries, missing, switchedOff } = collect(facts, view, agreement);
  const unreadable = new Set(missing.map(({ fact }) => fact));
  const { collected, facts: approved } = baseline.baseline.spec;
  // What a later release collects was never agreed.
  const agreed = new Set(collected ?? approved.map(({ fact }) => fact));
  const readable = facts.filter(({ id }) => agreed.has(id) && !unreadable.has(id) && !switchedOff.includes(id));
  const today = now.toZonedDateTimeISO('UTC').toPlainDate();
  const all = compare(readable, baseline.baseline.spec.facts, entries);
  const isPartOfNewModule = newModules(all, view);
  const differences = all.filter((difference) => !ignoredBy(ignore, difference, today));
  const before = new Map(memory.drift.map((entry) => [identity(entry), entry]));
  // As it was, and whose work it was: what it is a part of cannot be seen.
  const drift: Drift[] = memory.drift.filter(({ fact }) => unreadable.has(fact));
  const driftOpened: Drift[] = [];
  const waiting = memory.pending.filter(({ check }) => unreadable.has(check));
  for (const difference of differences) {
    const known = before.get(identity(difference));
    const { fact, object, path } = difference;
    const partOfNewModule = isPartOfNewModule(object);
    const judgement = judge({ kind: 'Drift', check: fact, tier: 'Level1', object, severity: 'warning', difference, partOfNewModule });
    if (known?.actual === difference.actual && known.expected === difference.expected) {
      drift.push({ ...known, ...judgement });
      continue;
    }
    if (!known) {
      const wait = waitingOf(difference, facts, view.cluster, memory, now);
      if (wait) {
        waiting.push(wait);
        continue;
      }
    }
    const entry: Drift = {
      ...kept(known),
      id: fingerprint(view.cluster, fact, object, path),
      ...judgement,
      ...difference,
      ...(await writerFields(difference, facts, view, writerOf)),
      firstSeen: known?.firstSeen ?? stamp(now),
    };
    drift.push(entry);
    if (!known) driftOpened.push(entry);
  }
  const still = new Set(drift.map(identity));
  const driftResolved = memory.drift.filter((entry) => !still.has(identity(entry)));
  return { drift, driftOpened, driftResolved, driftUnknown: missing, waiting };
}

/** Says of an object whether its module, or its namespace, is new. */
function newModules(differences: readonly Difference[], view: ClusterView): (object: string) => boolean {
  const added = new Set(differences.filter(({ path, expected }) => path === '' && expected === '').map(({ object }) => object));
  const modules = modulesOf(view);
  return (object) => {
    const module = modules.get(object);
    return (module !== undefined && added.has(module)) || added.has(`Namespace/${namespaceOf(object)}`);
  };
}

/** The difference as a pending entry, while it has not held for as long as its fact asks; counted from our own first sight. */
function waitingOf(
  { fact: id, object, path, actual }: Difference,
  facts: readonly Fact[],
  cluster: string,
  { pending }: Memory,
  now: Temporal.Instant,
): PendingFinding | undefined {
  const holdMs = facts.find((fact) => fact.id === id)?.holdMs?.(path, actual === '') ?? 0;
  if (holdMs === 0) return undefined;
  const identity = fingerprint(cluster, id, object, path);
  const firstSeen = pending.find((entry) => entry.id === identity)?.firstSeen ?? stamp(now);
  const held = now.epochMilliseconds - Temporal.Instant.from(firstSeen).epochMilliseconds;
  return held < holdMs ? { id: identity, check: id, object, firstSeen } : undefined;
}

/** Of an object that is gone Kubernetes keeps no writer. */
async function writerFields(
  difference: Difference,
  facts: readonly Fact[],
  view: ClusterView,
  writerOf: PassInput['writerOf'],
): Promise<Pick<Drift, 'manager' | 'changedAt'>> {
  const fact = facts.find(({ id }) => id === difference.fact);
  const source = fact?.source(difference.object, difference.path, difference.expected, view);
  if (!source || (difference.path === '' && difference.actual === '')) return {};
  const writer = await writerOf(source);
  return { ...(writer ? { manager: writer.manager } : {}), ...(writer?.changedAt ? { changedAt: writer.changedAt } : {}) };
}

function identity({ fact, object, path }: Difference): string {
  return JSON.stringify([fact, object, path]);
}

function describe(
  result: CheckResult,
  findings: readonly Finding[],
  pending: readonly PendingFinding[],
  tier: Tier = 'Level3',
): Pass['checks'][number] {
  const { check } = result;
  const open = findings.filter((finding) => finding.check === check.id).length;
  const waiting = pending.filter((entry) => entry.check === check.id).length;
  const [outcome, message] = outcomeOf(result, open, waiting);
  const beyond = !covers(tier, check.tier);
  return {
    ...{ check: check.id, area: check.area, tier: check.tier, outcome, message, findings: open },
    ...(beyond ? { coverage: 'NotCovered' as const } : {}),
  };
}

function outcomeOf({ unknown, notApplicable, holdMs }: CheckResult, open: number, waiting: number): [Outcome, string] {
  if (notApplicable !== undefined) return ['NotApplicable', notApplicable];
  if (unknown !== undefined) return ['Unknown', unknown];
  if (open > 0) return ['Fail', `${open} open`];
  return ['Pass', waiting > 0 ? `${waiting} seen, not yet for ${formatDuration(holdMs)}` : ''];
}
