import type { CoverageBaseline } from '../api/v1alpha1/coveragebaseline.ts';
import type { CoverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import { contentHash } from '../baseline/capture.ts';
import type { Fact } from '../baseline/fact.ts';
import { type Pass, runPass } from '../findings/pass.ts';
import { resources } from '../observe/catalogue.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import type { Feature } from '../observe/features.ts';
import { exitCodes } from './exit-codes.ts';
import { data } from './output.ts';
import { type ClusterChoice, type PlannedCluster, plannedCluster, sessionWith } from './planned-cluster.ts';
import { changeOf } from './status-text.ts';
import { createCommandStore } from './store.ts';
import { missingFacts } from './unreadable.ts';
import { counted } from './words.ts';
import { CommandError, type OutputFormat, type World } from './world.ts';

export interface DiffOptions extends ClusterChoice {
  /** Name of the CoverageBaseline. Absent: the one that the coverage is compared with. */
  baseline?: string;
  timeoutMs: number;
  output: OutputFormat;
}

/** What `-o json` prints. */
export interface DifferencePicture {
  baseline: string;
  cluster: string;
  approved: boolean;
  differences: { fact: string; object: string; path: string; agreed: string; actual: string }[];
  /** Objects that differ and have not for as long as their fact asks: no drift yet. */
  waiting: { fact: string; object: string }[];
  /** Why facts could not be compared; absent where all were. */
  notCompared?: string;
}

/** What differs now between a cluster and its baseline, as the operator would judge it. */
export async function diffCommand(world: World, options: DiffOptions): Promise<number> {
  const home = await world.connect(options);
  const store = createCommandStore(home);
  const coverage = await store.coverage(options.coverage);
  const planned = plannedCluster(coverage, options.cluster, world.clock.now());
  const baseline = await store.baseline(options.baseline ?? planned.baselineName);
  if (baseline.spec.cluster !== planned.name)
    throw new CommandError(`the baseline ${baseline.metadata.name} is of the cluster ${baseline.spec.cluster}, not of ${planned.name}`);
  const session = await sessionWith(world, home, coverage, planned, options);
  const report = (await store.reports()).find(({ spec }) => spec.coverage === options.coverage && spec.cluster === planned.name);
  const view = await world.observe({ ...options, session, cluster: planned.name, features: featuresOf(planned.facts, baseline) });
  const pass = await compareNow(planned, baseline, view, report?.status, world.clock.now());
  const picture = pictureOf(baseline, pass, planned.facts, view);
  world.terminal.print(options.output === 'text' ? differenceText(picture) : data(options.output, picture));
  if (picture.differences.length > 0) return exitCodes.findings;
  return picture.notCompared === undefined ? exitCodes.ok : exitCodes.unknown;
}

/** The switches that were on when the baseline was captured: what was looked at then is looked at now. */
function featuresOf(facts: readonly Fact[], { spec }: CoverageBaseline): Feature[] {
  const agreed = new Set(spec.collected ?? spec.facts.map(({ fact }) => fact));
  const names = facts.filter(({ id }) => agreed.has(id)).flatMap(({ needs }) => [...(needs.resources ?? []), ...(needs.optional ?? [])]);
  return [...new Set(names.flatMap((name) => ('feature' in resources[name] ? [resources[name].feature as Feature] : [])))];
}

/** A pass without checks. The report says what already drifts, and for how long what has to hold has been seen. */
async function compareNow(
  { facts, ignore, agreement }: PlannedCluster,
  baseline: CoverageBaseline,
  view: ClusterView,
  report: CoverageReportStatus | undefined,
  now: Temporal.Instant,
): Promise<Pass> {
  const memory = { findings: [], pending: report?.pending ?? [], drift: report?.drift ?? [] };
  return runPass({
    ...{ facts, ignore, agreement, view, memory, now, checks: [] },
    baseline: { state: 'Approved', baseline, hash: contentHash(baseline.spec) },
    judge: () => ({ scope: 'Support', rule: '', coverage: 'Covered' }),
    writerOf: async () => undefined,
    monotonic: () => 0,
  });
}

function pictureOf({ metadata, spec }: CoverageBaseline, pass: Pass, facts: readonly Fact[], view: ClusterView): DifferencePicture {
  const unread = new Set(pass.driftUnknown.map(({ fact }) => fact));
  const known = new Set(facts.map(({ id }) => id));
  return {
    baseline: metadata.name,
    cluster: spec.cluster,
    approved: spec.approval !== undefined,
    // What the operator remembers of facts that the caller may not read is not what is there now.
    differences: pass.drift
      .filter(({ fact }) => !unread.has(fact))
      .map(({ fact, object, path, expected, actual }) => ({ fact, object, path, agreed: expected, actual })),
    waiting: pass.pending
      .filter(({ check }) => known.has(check) && !unread.has(check))
      .map(({ check, object }) => ({ fact: check, object })),
    ...(pass.driftUnknown.length > 0 ? { notCompared: missingFacts(pass.driftUnknown, facts, view) } : {}),
  };
}

function differenceText({ baseline, cluster, approved, differences, waiting, notCompared }: DifferencePicture): string {
  const subject = `the cluster ${cluster} and the baseline ${baseline}${approved ? '' : ' (not approved)'}`;
  const lines = [...Map.groupBy(differences, ({ object }) => object)].flatMap(([object, own]) => [
    object,
    ...own.map(({ fact, path, agreed, actual }) => `  ${changeOf({ path, expected: agreed, actual })} (${fact})`),
  ]);
  return [
    differences.length === 0
      ? `No difference between ${subject}${notCompared ? ', as far as could be compared' : ''}.`
      : `${counted(differences.length, 'difference')} between ${subject}`,
    ...lines,
    ...waiting.map(({ fact, object }) => `${object} differs and has not for as long as ${fact} asks: it is no drift yet.`),
    ...(notCompared ? [`Not compared: ${notCompared}.`] : []),
  ].join('\n');
}
