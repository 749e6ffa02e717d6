import type { Tier } from '../api/v1alpha1/fields.ts';
import {
  type BoundaryRule,
  type ClusterScope,
  type Contact,
  type DeliveryTool,
  type Exception,
  type IgnoreRule,
  localCluster,
  type SupportCoverage,
  type SupportCoverageSpec,
  supportCoverageSpec,
} from '../api/v1alpha1/supportcoverage.ts';
import type { Fact } from '../baseline/fact.ts';
import { type AgreementInput, createAgreement } from '../checks/agreement.ts';
import { areas, covers } from '../checks/areas.ts';
import type { Check } from '../checks/check.ts';
import { type ConfiguredCheck, configureChecks, type SettingProblem } from '../checks/run.ts';
import { problemOfRange } from '../checks/versions/running-version.ts';
import { boundaryProblems, createJudge } from '../findings/boundary.ts';
import { dayIn } from '../findings/exceptions.ts';
import type { Judge } from '../findings/judge.ts';
import { ownChecks } from '../findings/own-checks.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import { hasManagedControlPlane } from '../observe/platform.ts';
import type { CorrectionsPlan } from './corrections.ts';
import { pathOf, type Step } from './escalation-path.ts';
import { createHours, type Hours, hoursProblems } from './hours.ts';
import { type Maintenance, maintenanceOf } from './maintenance.ts';
import { factsUpTo } from './needs.ts';
import { createSchedule, defaultSchedules, type Schedule } from './schedule.ts';

/** One covered cluster. */
export interface PlannedCluster {
  name: string;
  environment: string | undefined;
  /** As the coverage describes it. */
  scope: ClusterScope;
  /** `named`: the coverage names it, so it must exist; else the operator captures it. */
  baseline: { name: string; named: boolean };
}

/** What a SupportCoverage asks for, ready to run. */
export interface Plan {
  tier: Tier;
  /** The highest tier whose checks run; beyond `tier` they are recorded only. */
  reads: Tier;
  /** The highest tier whose checks this operator runs. */
  installed: Tier;
  suspend: boolean;
  /** At least one. */
  clusters: readonly PlannedCluster[];
  checks: ConfiguredCheck[];
  facts: readonly Fact[];
  ignore: readonly IgnoreRule[];
  agreement: AgreementInput;
  /** The coverage's own rules for whose work something is. */
  boundary: readonly BoundaryRule[];
  exceptions: readonly Exception[];
  /** In which schedule and exceptions are read. */
  timeZone: string;
  /** When contact lines are told. */
  hours: Hours;
  /** Who is told of what, and when. */
  path: readonly Step[];
  contacts: readonly Contact[];
  deliveryTooling: readonly DeliveryTool[];
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
  installed: Tier = 'Level3',
): { plan: Plan } | { problems: SettingProblem[] } {
  const parsed = supportCoverageSpec.safeParse(coverage.spec);
  if (!parsed.success) {
    return { problems: parsed.error.issues.map(({ path, message }) => ({ path: ['spec', ...path].join('.'), message })) };
  }
  const spec = parsed.data;
  const inTier = ({ tier, area }: Check) => covers(spec.tier, tier) && covers(spec.tier, areas[area].tier);
  const meant = spec.checks?.beyondTier === 'Record' ? catalogue : catalogue.filter(inTier);
  const configured = configureChecks(meant, spec.checks?.settings ?? []);
  const { problems } = configured;
  // What the operator was not installed for cannot be read; the coverage says so.
  const checks = configured.checks.filter(({ check }) => covers(installed, check.tier));
  const ignore = spec.baseline?.ignore ?? [];
  const known = new Set(facts.map(({ id }) => id));
  ignore.forEach(({ fact }, index) => {
    if (!known.has(fact))
      problems.push({
        path: `spec.baseline.ignore[${index}].fact`,
        message: `there is no fact ${JSON.stringify(fact)}; known are ${[...known].sort().join(', ')}`,
      });
  });
  const local = (spec.scope?.clusters ?? []).filter(({ kubeconfigSecretRef }) => !kubeconfigSecretRef).map(({ name }) => name);
  if (local.length > 1)
    problems.push({
      path: 'spec.scope.clusters',
      message: `${local.join(' and ')} have no kubeconfigSecretRef, but only one can be the cluster that the operator runs in`,
    });
  problems.push(...boundaryProblems(spec, { checks: [...catalogue, ...ownChecks].map(({ id }) => id), facts: [...known] }));
  problems.push(...rangeProblems(spec.maintenance?.targets));
  problems.push(...templateProblems(spec));
  const { maintenance, problems: maintenanceProblems } = maintenanceOf(spec.maintenance, now);
  problems.push(...maintenanceProblems);
  const timeZone = spec.workingHours?.timeZone ?? 'UTC';
  problems.push(...hoursProblems(spec.workingHours, now));
  const schedule = scheduleOf(spec.checks?.schedule ?? defaultSchedules[spec.tier], timeZone, coverage.metadata.uid ?? '', now, problems);
  if (problems.length > 0 || !schedule) return { problems };
  return {
    plan: {
      tier: spec.tier,
      reads: lower(installed, spec.checks?.beyondTier === 'Record' ? 'Level3' : spec.tier),
      installed,
      suspend: spec.suspend,
      clusters: plannedClusters(coverage.metadata.name, spec),
      checks,
      facts: factsUpTo(lower(installed, spec.tier), facts),
      ignore,
      agreement: {
        tier: spec.tier,
        platformNamespaces: spec.scope?.platformNamespaces,
        namespaces: spec.scope?.namespaces,
        deliveryTooling: spec.scope?.deliveryTooling,
        targets: spec.maintenance?.targets,
        templates: spec.corrections?.templates,
      },
      boundary: spec.boundary?.rules ?? [],
      exceptions: spec.exceptions ?? [],
      timeZone,
      hours: createHours(spec.workingHours),
      path: pathOf(spec.escalation),
      contacts: spec.contacts ?? [],
      deliveryTooling: spec.scope?.deliveryTooling ?? [],
      schedule,
      maintenance,
      corrections: spec.corrections ?? { mode: 'Suggest', allow: [] },
      reportLimit: spec.reportLimit,
    },
  };
}

function lower(a: Tier, b: Tier): Tier {
  return covers(a, b) ? b : a;
}

/** The clusters of a coverage, each with the name of its baseline. */
export function plannedClusters(coverage: string, { scope }: Pick<SupportCoverageSpec, 'scope'>): PlannedCluster[] {
  const clusters = scope?.clusters?.length ? scope.clusters : [{ name: localCluster }];
  return clusters.map((each) => plannedCluster(coverage, each));
}

function plannedCluster(coverage: string, scope: ClusterScope): PlannedCluster {
  const { name, environment, baselineName } = scope;
  return { name, environment, scope, baseline: { name: baselineName ?? `${coverage}.${name}`, named: baselineName !== undefined } };
}

/** Says whose work it is what a pass over one cluster finds. */
export function judgeOf({ tier, boundary, exceptions, timeZone, agreement }: Plan, view: ClusterView, now: Temporal.Instant): Judge {
  return createJudge({
    tier,
    agreement: createAgreement(agreement),
    rules: boundary,
    exceptions,
    today: dayIn(timeZone, now),
    // Without a node nothing says who runs the control plane.
    managedControlPlane: view.count('nodes') > 0 && hasManagedControlPlane(view),
  });
}

/** Semver ranges are npm's; the API server cannot judge them. */
function rangeProblems(targets: NonNullable<SupportCoverageSpec['maintenance']>['targets']): SettingProblem[] {
  const ranges = [
    { path: 'spec.maintenance.targets.kubernetes', range: targets?.kubernetes },
    ...(targets?.addons ?? []).map(({ version }, index) => ({ path: `spec.maintenance.targets.addons[${index}].version`, range: version })),
  ];
  return ranges.flatMap(({ path, range }) => {
    const problem = range === undefined ? undefined : problemOfRange(range);
    return problem ? [{ path, message: `${problem}; write for example ">=1.36.2 <1.38.0"` }] : [];
  });
}

/** Who may write in an application's namespace must not write what all others get. */
function templateProblems({ scope, corrections }: SupportCoverageSpec): SettingProblem[] {
  const { isPlatform } = createAgreement({ platformNamespaces: scope?.platformNamespaces });
  return Object.entries(corrections?.templates ?? {}).flatMap(([field, template]) =>
    template === undefined || isPlatform(template.namespace)
      ? []
      : [
          {
            path: `spec.corrections.templates.${field}.namespace`,
            message: `${template.namespace} is not a namespace of the platform: keep the template in one that is, or add it to scope.platformNamespaces`,
          },
        ],
  );
}

function scheduleOf(line: string, timeZone: string, seed: string, now: Temporal.Instant, problems: SettingProblem[]): Schedule | undefined {
  // What is wrong with the zone has been said.
  if (problems.some(({ path }) => path === 'spec.workingHours.timeZone')) return undefined;
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
