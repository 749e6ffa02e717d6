import { validRange } from 'semver';
import type { Tier } from '../api/v1alpha1/fields.ts';
import {
  type IgnoreRule,
  localCluster,
  type SupportCoverage,
  type SupportCoverageSpec,
  supportCoverageSpec,
} from '../api/v1alpha1/supportcoverage.ts';
import type { Fact } from '../baseline/fact.ts';
import type { AgreementInput } from '../checks/agreement.ts';
import { areas, covers } from '../checks/areas.ts';
import type { Check } from '../checks/check.ts';
import { type ConfiguredCheck, configureChecks, type SettingProblem } from '../checks/run.ts';
import type { CorrectionsPlan } from './corrections.ts';
import { type Maintenance, maintenanceOf } from './maintenance.ts';
import { createSchedule, defaultSchedules, type Schedule } from './schedule.ts';

/** What a SupportCoverage asks for, ready to run. */
export interface Plan {
  tier: Tier;
  suspend: boolean;
  cluster: { name: string; environment: string | undefined };
  /** `named`: the coverage names it, so it must exist; else the operator captures it. */
  baseline: { name: string; named: boolean };
  checks: ConfiguredCheck[];
  facts: readonly Fact[];
  ignore: readonly IgnoreRule[];
  agreement: AgreementInput;
  schedule: Schedule;
  maintenance: Maintenance;
  corrections: CorrectionsPlan;
  reportLimit: number;
}

/** The plan, or what in the spec cannot be run as it is written, each with the path of the field. */
export function planOf(
  coverage: SupportCoverage,
  catalogue: readonly Check[],
  facts: readonly Fact[],
  now: Temporal.Instant,
): { plan: Plan } | { problems: SettingProblem[] } {
  const parsed = supportCoverageSpec.safeParse(coverage.spec);
  if (!parsed.success) {
    return { problems: parsed.error.issues.map(({ path, message }) => ({ path: ['spec', ...path].join('.'), message })) };
  }
  const spec = parsed.data;
  const inTier = catalogue.filter((check) => covers(spec.tier, check.tier) && covers(spec.tier, areas[check.area].tier));
  const { checks, problems } = configureChecks(inTier, spec.checks?.settings ?? []);
  const ignore = spec.baseline?.ignore ?? [];
  const known = new Set(facts.map(({ id }) => id));
  ignore.forEach(({ fact }, index) => {
    if (!known.has(fact))
      problems.push({
        path: `spec.baseline.ignore[${index}].fact`,
        message: `there is no fact ${JSON.stringify(fact)}; known are ${[...known].sort().join(', ')}`,
      });
  });
  problems.push(...rangeProblems(spec.maintenance?.targets));
  const { maintenance, problems: maintenanceProblems } = maintenanceOf(spec.maintenance, now);
  problems.push(...maintenanceProblems);
  const schedule = scheduleOf(
    spec.checks?.schedule ?? defaultSchedules[spec.tier],
    spec.workingHours?.timeZone ?? 'UTC',
    coverage.metadata.uid ?? '',
    now,
    problems,
  );
  if (problems.length > 0 || !schedule) return { problems };
  const cluster = spec.scope?.clusters?.[0];
  const name = cluster?.name ?? localCluster;
  return {
    plan: {
      tier: spec.tier,
      suspend: spec.suspend,
      cluster: { name, environment: cluster?.environment },
      baseline: { name: cluster?.baselineName ?? `${coverage.metadata.name}.${name}`, named: cluster?.baselineName !== undefined },
      checks,
      facts,
      ignore,
      agreement: {
        tier: spec.tier,
        platformNamespaces: spec.scope?.platformNamespaces,
        namespaces: spec.scope?.namespaces,
        targets: spec.maintenance?.targets,
      },
      schedule,
      maintenance,
      corrections: spec.corrections ?? { mode: 'Suggest', allow: [] },
      reportLimit: spec.reportLimit,
    },
  };
}

/** Semver ranges are npm's; the API server cannot judge them. */
function rangeProblems(targets: NonNullable<SupportCoverageSpec['maintenance']>['targets']): SettingProblem[] {
  const ranges = [
    { path: 'spec.maintenance.targets.kubernetes', range: targets?.kubernetes },
    ...(targets?.addons ?? []).map(({ version }, index) => ({ path: `spec.maintenance.targets.addons[${index}].version`, range: version })),
  ];
  return ranges.flatMap(({ path, range }) =>
    range === undefined || validRange(range) !== null
      ? []
      : [{ path, message: `${JSON.stringify(range)} is not a range of versions; write for example ">=1.36.2 <1.38.0"` }],
  );
}

function scheduleOf(line: string, timeZone: string, seed: string, now: Temporal.Instant, problems: SettingProblem[]): Schedule | undefined {
  try {
    now.toZonedDateTimeISO(timeZone);
  } catch {
    problems.push({
      path: 'spec.workingHours.timeZone',
      message: `${JSON.stringify(timeZone)} is not a time zone; write an IANA name such as Europe/Amsterdam`,
    });
    return undefined;
  }
  try {
    const schedule = createSchedule(line, timeZone, seed);
    if (schedule.nextAfter(now)) return schedule;
    problems.push({ path: 'spec.checks.schedule', message: `${JSON.stringify(line)} never comes; write for example */15 * * * *` });
  } catch (error) {
    problems.push({
      path: 'spec.checks.schedule',
      message: `${JSON.stringify(line)} cannot be read as a cron line of five fields (${(error as Error).message})`,
    });
  }
  return undefined;
}
