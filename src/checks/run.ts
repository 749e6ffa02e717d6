import type { Severity } from '../api/v1alpha1/fields.ts';
import type { CheckSetting } from '../api/v1alpha1/supportcoverage.ts';
import { parseDuration } from '../kube/duration.ts';
import { type ClusterView, unmetNeed, unreadableNeed } from '../observe/cluster-view.ts';
import type { Agreement } from './agreement.ts';
import type { Check, CheckMetadata, Correction, Evaluation, Observation } from './check.ts';

/** A check as one coverage wants it run. */
export interface ConfiguredCheck {
  check: Check;
  parameters: unknown;
  holdMs: number;
  /** Where the coverage overrides what the check says. */
  severity: Severity | undefined;
}

export interface CheckResult {
  check: CheckMetadata;
  holdMs: number;
  observations: Observation[];
  corrections?: readonly Correction[];
  /** Set where the check could not judge, or could not judge all. */
  unknown?: string;
  notApplicable?: string;
}

/** A setting that cannot be used, with the path of the field in the SupportCoverage. */
export interface SettingProblem {
  path: string;
  message: string;
}

/** The checks to run with what the coverage sets; a setting that cannot be used is a problem, and its check runs with its defaults. */
export function configureChecks(
  catalogue: readonly Check[],
  settings: readonly CheckSetting[],
): { checks: ConfiguredCheck[]; problems: SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const known = new Set(catalogue.map(({ id }) => id));
  settings.forEach(({ check }, index) => {
    if (!known.has(check)) {
      problems.push({
        path: `spec.checks.settings[${index}].check`,
        message: `there is no check ${JSON.stringify(check)} in this tier; known are ${[...known].sort().join(', ')}`,
      });
    }
  });
  const checks = catalogue.flatMap((check) => {
    const index = settings.findIndex((setting) => setting.check === check.id);
    const setting = settings[index];
    if (setting && !setting.enabled) return [];
    const given = check.parameters.safeParse(setting?.parameters ?? {});
    for (const issue of given.error?.issues ?? []) {
      problems.push({ path: ['spec', 'checks', `settings[${index}]`, 'parameters', ...issue.path].join('.'), message: issue.message });
    }
    const holdMs = parseDuration(setting?.for ?? check.for);
    if (holdMs === undefined) {
      problems.push({ path: `spec.checks.settings[${index}].for`, message: 'must be a duration such as 90s, 15m or 8h30m' });
    }
    return [
      {
        check,
        parameters: given.success ? given.data : check.parameters.parse({}),
        holdMs: holdMs ?? parseDuration(check.for) ?? 0,
        severity: setting?.severity,
      },
    ];
  });
  return { checks, problems };
}

/** Runs one check. It never throws: a check that does is Unknown, and says so. */
export function runCheck(
  { check, parameters, holdMs, severity }: ConfiguredCheck,
  view: ClusterView,
  now: Temporal.Instant,
  agreement: Agreement,
): CheckResult {
  const unmet = unmetNeed(view, check.needs);
  const evaluation: Evaluation = unmet ?? evaluate(check, { view, parameters, now, holdMs, agreement });
  if ('outcome' in evaluation) {
    return {
      check,
      holdMs,
      observations: [],
      ...(evaluation.outcome === 'Unknown' ? { unknown: evaluation.message } : { notApplicable: evaluation.message }),
    };
  }
  const observations = evaluation.observations.map((observation) => ({
    ...observation,
    severity: severity ?? observation.severity ?? check.severity,
    message: observation.message.slice(0, 1024),
  }));
  const unknown = evaluation.unknown ?? unreadableNeed(view, check.needs);
  return {
    check,
    holdMs,
    observations,
    ...(evaluation.corrections ? { corrections: evaluation.corrections } : {}),
    ...(unknown ? { unknown } : {}),
  };
}

function evaluate(check: Check, context: Parameters<Check['evaluate']>[0]): Evaluation {
  try {
    return check.evaluate(context);
  } catch (error) {
    return {
      outcome: 'Unknown',
      message: `The check failed: ${error instanceof Error ? error.message : String(error)}. Please report this.`,
    };
  }
}
