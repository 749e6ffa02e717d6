import { z } from 'zod';
import { atomic, condition, count, date, duration, keyedBy, label, metadata, objectName, rules, severity, tier, time } from './fields.ts';

const checkSetting = z
  .object({
    check: z.string().min(1).max(63).describe('Id of the check, as `kubectl get scrp -o yaml` and docs/checks name it.'),
    enabled: z.boolean().default(true).describe('False: the check does not run, and everything it found is resolved.'),
    for: duration.optional().describe("How long a state must hold before a finding opens. Default: the check's own."),
    severity: severity.optional().describe("Severity of every finding of this check. Default: the check's own."),
    parameters: z
      .record(z.string().max(63), z.string().max(1024))
      .optional()
      .describe("Values for the check's parameters, as strings; docs/checks lists them.")
      .meta({ maxProperties: 16 }),
    reason: z.string().max(1024).optional().describe('Why it is set like this. Required where a check is switched off.'),
  })
  .meta(
    rules({
      rule: 'self.enabled || (has(self.reason) && size(self.reason) > 0)',
      message: 'a check that is switched off needs a reason, for example reason: "quotas are enforced in CI"',
    }),
  );

const ignoreRule = z.object({
  fact: z.string().min(1).max(63).describe('Id of the fact, such as storage-classes.'),
  object: z.string().min(1).max(512).default('*').describe('Glob over the object as drift names it, such as StorageClass/fast-*.'),
  path: z.string().min(1).max(512).default('*').describe('Glob over the path in the fact, such as parameters.type.'),
  reason: z.string().min(1).max(1024).describe('Why this is not drift.'),
  expires: date.optional().describe('Last day on which the rule counts; it ends at midnight UTC. Absent: it does not end.'),
});

const namespaceGlob = z
  .string()
  .min(1)
  .max(63)
  .meta(
    rules({
      rule: "self.matches('^[a-z0-9*]([-a-z0-9*]*[a-z0-9*])?$')",
      message: 'write the name of a namespace, in which * stands for any characters, for example sandbox-*',
    }),
  );

const addonTarget = z.object({
  name: label.describe('Name of the add-on in findings.'),
  namespace: label.optional().describe('Where it runs. Absent: in any namespace.'),
  image: z.string().min(1).max(512).describe('Glob over its image without tag and digest, such as */ingress-nginx/controller.'),
  version: z.string().min(1).max(128).describe('Versions that count as up to date, as a range of semantic versions, such as >=1.12.0.'),
});

export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

const maintenanceWindow = z.object({
  name: label.describe('Name of the window.'),
  days: z.array(z.enum(weekdays)).min(1).max(7).describe('Days on which it starts; it may end on the next.').meta(atomic),
  start: z
    .string()
    .max(5)
    .describe('Local time, such as 22:00. Where the clocks skip it, the window starts as much later.')
    .meta(rules({ rule: "self.matches('^([01][0-9]|2[0-3]):[0-5][0-9]$')", message: 'write a time of the day such as 22:00' })),
  duration: duration.describe('How long it is open, at most 168h; the same on a day on which the clocks change.').meta(
    rules({
      rule: "self.matches('^([0-9]+(ms|s|m|h))+$') ? duration(self) > duration('0s') && duration(self) <= duration('168h') : true",
      message: 'write a duration of more than 0s and at most 168h, such as 4h',
    }),
  ),
});

const exclusion = z
  .object({
    from: time.describe('Inclusive.'),
    to: time.describe('Exclusive.'),
    reason: z.string().min(1).max(256).describe('Why no maintenance takes place, such as "year-end freeze".'),
  })
  .meta(rules({ rule: 'self.from < self.to', message: 'an exclusion ends after it begins: write to later than from' }));

/** Checks and facts with corrections. A test compares it with those that make any. */
export const correctable = [
  'default-ingressclass',
  'default-storageclass',
  'namespaces',
  'ns-pod-security',
  'sa-default-automount',
] as const;

const clusterScope = z.object({
  name: label.describe('Name of the cluster in findings, reports and metrics.'),
  environment: z.string().max(63).optional().describe('Free label, such as production; shown in the status.'),
  baselineName: objectName
    .optional()
    .describe(
      'The CoverageBaseline, in this namespace, that was agreed. Absent: <coverage>.<cluster>, which the operator captures where it does not exist.',
    ),
});

export const supportCoverageSpec = z
  .object({
    tier: tier.describe('The level agreed. Each level contains the ones before it.'),
    suspend: z.boolean().default(false).describe('True: no check runs and nothing is reported until it is false again; conditions say so.'),
    scope: z
      .object({
        clusters: z
          .array(clusterScope)
          .max(1, 'this release covers one cluster: the one that the operator runs in')
          .optional()
          .describe('What is covered. This release covers the cluster that the operator runs in; absent: that cluster, named "local".')
          .meta(keyedBy('name')),
        platformNamespaces: z
          .array(namespaceGlob)
          .max(64)
          .optional()
          .describe(
            'Namespaces with layers of the platform, as globs. Default: well-known names such as kube-system, ingress-nginx and monitoring.',
          )
          .meta(atomic),
        namespaces: z
          .object({
            include: z.array(namespaceGlob).max(64).default(['*']).describe('Globs.').meta(atomic),
            exclude: z.array(namespaceGlob).max(64).default([]).describe('Globs; they win over include.').meta(atomic),
          })
          .optional()
          .describe('Application namespaces that are covered; platform namespaces always are. Default: all.'),
      })
      .optional(),
    maintenance: z
      .object({
        timeZone: z.string().min(1).max(64).default('UTC').describe('IANA time zone of the windows, such as Europe/Amsterdam.'),
        windows: z
          .array(maintenanceWindow)
          .max(16)
          .optional()
          .describe('When maintenance may take place. Absent: no window was agreed.')
          .meta(keyedBy('name')),
        exclusions: z.array(exclusion).max(64).optional().describe('Times at which no window is open.').meta(atomic),
        maxPostponement: duration
          .default('720h')
          .describe('For how long an update that is due may wait; then MaintenanceCurrent is False.'),
        targets: z
          .object({
            kubernetes: z
              .string()
              .min(1)
              .max(128)
              .optional()
              .describe(
                'Versions of the API server and the kubelets that count as up to date, as a range of semantic versions, such as >=1.36.2 <1.38.0.',
              ),
            addons: z.array(addonTarget).max(64).optional().describe('The same for add-ons.').meta(keyedBy('name')),
          })
          .optional()
          .describe('What "up to date" means here.'),
      })
      .optional()
      .describe('What maintenance was agreed.'),
    workingHours: z
      .object({ timeZone: z.string().min(1).max(64).describe('IANA time zone in which the schedule is read, such as Europe/Amsterdam.') })
      .optional(),
    checks: z
      .object({
        schedule: z
          .string()
          .min(9)
          .max(128)
          .optional()
          .describe(
            'When the checks run: a cron line of five fields, in workingHours.timeZone or else UTC. Default: Level1 hourly, Level2 and Level3 every 15 minutes.',
          )
          .meta(
            rules({
              rule: "self.matches('^[^ ]+( +[^ ]+){4}$')",
              message: 'write a cron line of five fields (minute hour day-of-month month day-of-week), for example */15 * * * *',
            }),
          ),
        settings: z.array(checkSetting).max(128).optional().describe('Changes to single checks.').meta(keyedBy('check')),
      })
      .optional(),
    baseline: z
      .object({
        ignore: z.array(ignoreRule).max(128).optional().describe('Differences from the baseline that are not drift.').meta(atomic),
      })
      .optional(),
    corrections: z
      .object({
        mode: z
          .enum(['Off', 'Suggest', 'Apply'])
          .default('Suggest')
          .describe(
            'Suggest: the report has the command for each small change. Apply: the operator makes those of allow, in an open maintenance window.',
          ),
        allow: z
          .array(z.enum(correctable))
          .max(16)
          .default([])
          .describe(
            'Checks and facts whose corrections the operator may make itself. The chart grants the permission (corrections.enabled).',
          )
          .meta(atomic),
      })
      .optional()
      .describe('Small changes that can be taken back. Default: suggested.'),
    reportLimit: z
      .int()
      .min(1)
      .max(2000)
      .default(500)
      .describe('Findings kept in one CoverageReport, most urgent first; the report says how many were left out.'),
  })
  .meta(
    rules({
      rule: "!has(self.corrections) || !has(self.corrections.mode) || self.corrections.mode != 'Apply' || (has(self.maintenance) && has(self.maintenance.windows) && size(self.maintenance.windows) > 0)",
      message: 'corrections are applied in maintenance windows only: add maintenance.windows, or set corrections.mode to Suggest',
    }),
  );

const clusterStatus = z.object({
  name: z.string(),
  environment: z.string().optional(),
  version: z.string().optional().describe('Version of the API server.'),
  nodes: count.optional(),
  reachable: z.boolean(),
  lastCheckTime: time.optional(),
  critical: count,
  warning: count,
  drift: count,
  baseline: z
    .object({
      name: z.string(),
      approvedBy: z.string().optional(),
      approvedAt: time.optional(),
      contentHash: z
        .string()
        .optional()
        .describe('SHA-256 over what was approved; another content under the same name is a critical finding.'),
    })
    .optional(),
});

const topFinding = z.object({
  check: z.string(),
  cluster: z.string(),
  object: z.string(),
  severity,
  since: time.describe('When the state began.'),
  message: z.string(),
});

const windowStatus = z.object({
  maintenance: z.enum(['Open', 'Closed']),
  maintenanceNext: time.optional().describe('When that changes.'),
});

export const triggers = ['Initial', 'Schedule', 'Missed', 'Manual', 'SpecChanged', 'BaselineChanged', 'WindowOpened'] as const;

export const supportCoverageStatus = z.object({
  observedGeneration: z.int().min(0).optional(),
  conditions: z.array(condition).max(32).optional().meta(keyedBy('type')),
  summary: z
    .object({ critical: count, warning: count, info: count, unknown: count.describe('Checks whose answer is not known.'), drift: count })
    .optional(),
  topFindings: z.array(topFinding).max(10).optional().describe('The ten most urgent; all are in the CoverageReport.').meta(atomic),
  clusters: z.array(clusterStatus).max(64).optional().meta(atomic),
  windows: windowStatus.optional().describe('Whether a maintenance window is open. Absent: none was agreed.'),
  lastCheckTime: time.optional(),
  nextCheckTime: time.optional(),
  lastCheckDuration: z.string().max(32).optional(),
  lastHandledRunAt: z.string().max(256).optional().describe('Value of the annotation platformsupport.io/run-at that was answered last.'),
  history: z
    .array(z.object({ time, trigger: z.enum(triggers), duration: z.string().max(32), critical: count, warning: count, drift: count }))
    .max(10)
    .optional()
    .describe('The last ten runs, newest first.')
    .meta(atomic),
});

export const supportCoverage = z.object({ metadata, spec: supportCoverageSpec, status: supportCoverageStatus.optional() });
export type SupportCoverageSpec = z.infer<typeof supportCoverageSpec>;
export type SupportCoverageStatus = z.infer<typeof supportCoverageStatus>;
export type SupportCoverage = z.infer<typeof supportCoverage>;
export type CheckSetting = z.infer<typeof checkSetting>;
export type IgnoreRule = z.infer<typeof ignoreRule>;
export type WindowStatus = z.infer<typeof windowStatus>;
export type ClusterStatus = z.infer<typeof clusterStatus>;
export type Trigger = (typeof triggers)[number];

/** Setting this annotation to a value it has not had runs the checks now. */
export const runAtAnnotation = 'platformsupport.io/run-at';
/** The operator keeps this label on each SupportCoverage: healthy, degraded, critical or unknown. */
export const healthLabel = 'platformsupport.io/health';
/** Name of the cluster that the operator runs in, where scope names none. */
export const localCluster = 'local';
