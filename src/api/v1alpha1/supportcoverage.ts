import * as z from 'zod';
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

const weeklyWindow = z.object({
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

const maintenanceWindow = z.object({ name: label.describe('Name of the window.'), ...weeklyWindow.shape });

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
  'ns-default-deny',
  'ns-limitrange',
  'ns-pod-security',
  'obs-default-rules',
  'obs-scrape-orphan',
  'sa-default-automount',
] as const;

/** Made from a template: check, field of corrections.templates. */
const fromTemplate = { 'ns-limitrange': 'limitRange', 'ns-default-deny': 'networkPolicy' } as const;

const template = z.object({
  namespace: label.describe('A namespace of the platform.'),
  name: objectName.describe('Name of the object, and of its copies.'),
});

/** A Secret beside the coverage, and the key in it. */
const secretRef = (key: string) =>
  z.object({
    name: objectName.describe('Name of a Secret in the namespace of the coverage.'),
    key: z.string().min(1).max(253).default(key).describe('Key in the Secret.'),
  });

const httpAddress = z
  .string()
  .min(8)
  .max(512)
  .meta(
    rules({
      rule: "self.matches('^https?://[^/@?#]+(/[^@?#]*)?$')",
      message: 'write an address such as http://alertmanager.monitoring:9093, without a user name, query or fragment',
    }),
  );

const replicas = (of: string) =>
  z.object({
    urls: z.array(httpAddress).min(1).max(8).describe(`Every replica of one ${of}; what any of them says is active counts.`).meta(atomic),
  });

const alertSource = z
  .object({
    alertmanager: replicas('Alertmanager')
      .optional()
      .describe('Asked for the alerts that are neither silenced nor inhibited (API v2, /api/v2/alerts).'),
    prometheus: replicas('Prometheus')
      .optional()
      .describe('Asked for the alerts that fire (/api/v1/alerts); it knows nothing of silences.'),
  })
  .meta(rules({ rule: 'has(self.alertmanager) != has(self.prometheus)', message: 'write exactly one of alertmanager and prometheus' }));

const clusterScope = z.object({
  name: label.describe('Name of the cluster in findings, reports and metrics.'),
  kubeconfigSecretRef: secretRef('kubeconfig')
    .optional()
    .describe(
      'How to reach it: a kubeconfig with a token or a client certificate in it; programs and files that a kubeconfig names are refused. Absent: the cluster that the operator runs in.',
    ),
  environment: z.string().max(63).optional().describe('Free label, such as production; shown in the status.'),
  alertSource: alertSource
    .optional()
    .describe(
      'Where the active alerts of this cluster are read for the check alert-firing, from Level2 on; it is reached from where the operator runs. Absent: none are read.',
    ),
  baselineName: objectName
    .optional()
    .describe(
      'The CoverageBaseline, in this namespace, that was agreed. Absent: <coverage>.<cluster>, which the operator captures where it does not exist.',
    ),
});

export const deliveryTools = ['ArgoCD', 'Flux', 'Tekton', 'GitHubActionsRunner', 'GitLabRunner'] as const;

const repository = z.object({
  name: label.describe('Name of the repository.'),
  url: z
    .string()
    .min(1)
    .max(512)
    .describe('Where it is, without a user name or password.')
    .meta(rules({ rule: "!self.matches('://[^/]*@')", message: 'write the address without a user name, password or token' })),
});

export const parties = ['Customer', 'Support'] as const;

const contact = z.object({
  name: label.describe('Name of the contact line, as the escalation path names it.'),
  party: z.enum(parties).describe('Whose contact line it is.'),
  notify: z
    .object({
      webhook: z
        .object({
          urlSecretRef: secretRef('url').describe('Where to post to: the address is kept in a Secret, because it may hold a token.'),
          signingSecretRef: secretRef('key')
            .optional()
            .describe('Key of the HMAC-SHA256 signature that each message carries. Absent: none.'),
        })
        .optional()
        .describe('CloudEvents 1.0 as JSON over HTTP.'),
      alertmanager: z
        .object({
          urls: z.array(httpAddress).min(1).max(8).describe('Every replica; each alert is posted to all of them.').meta(atomic),
        })
        .optional()
        .describe('Alerts of the Alertmanager API v2.'),
    })
    .meta(rules({ rule: 'has(self.webhook) != has(self.alertmanager)', message: 'write exactly one of webhook and alertmanager' }))
    .describe('How to reach it.'),
});

const escalationStep = z.object({
  contact: label.describe('Name of one of contacts.'),
  after: duration
    .default('0s')
    .describe('How long a finding has been open without an acknowledgement: of working hours, or with outsideHours: Notify of all hours.'),
  minSeverity: severity.default('warning').describe('Least severity that is told.'),
  outsideHours: z.enum(['Hold', 'Notify']).default('Hold').describe('Outside working hours: Hold waits until they begin, Notify does not.'),
});

const exception = z.object({
  check: z.string().min(1).max(63).describe('Glob over the id of the check.'),
  object: z.string().min(1).max(512).default('*').describe('Glob over the object as findings name it, such as ClusterRoleBinding/ci-*.'),
  reason: z.string().min(1).max(1024).describe('Why it is accepted, such as the number of a change.'),
  owner: z.string().min(1).max(253).describe('Who answers for it.'),
  expires: date.describe('Last day on which it counts, in the zone of workingHours or else UTC; then the finding counts again.'),
});

export const scopes = ['Support', 'Project', 'Customer', 'Provider'] as const;

const boundaryRule = z.object({
  match: z
    .object({
      checks: z.array(z.string().min(1).max(63)).min(1).max(64).optional().describe('Ids of checks or facts, as globs.').meta(atomic),
      objects: z
        .array(z.string().min(1).max(512))
        .min(1)
        .max(32)
        .optional()
        .describe('Objects as findings name them, as globs.')
        .meta(atomic),
      namespaces: z.array(namespaceGlob).min(1).max(32).optional().describe('Namespaces of the object, as globs.').meta(atomic),
    })
    .meta(
      rules({
        rule: 'has(self.checks) || has(self.objects) || has(self.namespaces)',
        message: 'write at least one of checks, objects and namespaces',
      }),
    )
    .describe('What it is about: everything that is given must match.'),
  assign: z.enum(scopes).describe('Whose work it is.'),
  reason: z.string().min(1).max(256).describe('Why, such as "minor upgrades are quoted"; findings show it.'),
});

export const supportCoverageSpec = z
  .object({
    tier: tier.describe('The level agreed. Each level contains the ones before it.'),
    suspend: z.boolean().default(false).describe('True: no check runs and nothing is reported until it is false again; conditions say so.'),
    scope: z
      .object({
        clusters: z
          .array(clusterScope)
          .max(64)
          .optional()
          .describe('What is covered. Absent: the cluster that the operator runs in, named "local".')
          .meta({
            ...keyedBy('name'),
            ...rules({
              rule: 'self.filter(c, !has(c.kubeconfigSecretRef)).size() <= 1',
              message: 'only one cluster can be the one that the operator runs in: give the others a kubeconfigSecretRef',
            }),
          }),
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
        deliveryTooling: z
          .array(z.enum(deliveryTools))
          .max(deliveryTools.length)
          .optional()
          .describe('Delivery tooling that is covered; Level3 only.')
          .meta({ 'x-kubernetes-list-type': 'set' }),
        repositories: z.array(repository).max(128).optional().describe('Repositories that are covered.').meta(keyedBy('name')),
      })
      .optional(),
    contacts: z.array(contact).max(32).optional().describe('Contact lines.').meta(keyedBy('name')),
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
      .object({
        timeZone: z
          .string()
          .min(1)
          .max(64)
          .describe('IANA time zone in which these hours and the schedule are read, such as Europe/Amsterdam.'),
        weekly: z.array(weeklyWindow).min(1).max(28).optional().describe('When support works. Absent: always.').meta(atomic),
        closedDates: z
          .array(date)
          .max(128)
          .optional()
          .describe('Days on which it does not, such as holidays: hours that start on one of them do not open.')
          .meta(atomic),
      })
      .meta(
        rules({
          rule: '!has(self.closedDates) || has(self.weekly)',
          message: 'closedDates close weekly hours: write weekly too, for example all days from 00:00 for 25h',
        }),
      )
      .optional()
      .describe('When contact lines are told. Absent: always. Findings are recorded at any time.'),
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
        beyondTier: z
          .enum(['Ignore', 'Record'])
          .default('Ignore')
          .describe('Record: checks of higher tiers run too; what they find is recorded as not covered and nobody is told.'),
      })
      .optional(),
    baseline: z
      .object({
        ignore: z.array(ignoreRule).max(128).optional().describe('Differences from the baseline that are not drift.').meta(atomic),
      })
      .optional(),
    exceptions: z
      .array(exception)
      .max(128)
      .optional()
      .describe('Findings that are accepted for a time: they are recorded, change no condition, and nobody is told.')
      .meta(atomic),
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
            'Checks and facts whose corrections the operator may make itself, where its own configuration lists them too (the chart’s corrections.allow and corrections.namespaces).',
          )
          .meta(atomic),
        templates: z
          .object({
            limitRange: template.optional().describe('For ns-limitrange: a LimitRange.'),
            networkPolicy: template
              .optional()
              .describe('For ns-default-deny: a NetworkPolicy. What it does not let in is cut off in the namespaces that get it.'),
          })
          .optional()
          .describe(
            'Objects of each covered cluster whose spec is copied to covered application namespaces that have none. Absent: none is.',
          ),
      })
      .meta(
        rules(
          ...Object.entries(fromTemplate).map(([check, field]) => ({
            rule: `!has(self.allow) || !self.allow.exists(c, c == '${check}') || (has(self.templates) && has(self.templates.${field}))`,
            message: `${check} is corrected by copies of a template: name it in corrections.templates.${field}, or take ${check} out of allow`,
          })),
        ),
      )
      .optional()
      .describe('Small changes that can be taken back. Default: suggested.'),
    escalation: z
      .array(escalationStep)
      .max(16)
      .optional()
      .describe('Who is told of what, and when. Absent: nobody; conditions, Events and metrics still speak.')
      .meta(atomic),
    boundary: z
      .object({
        rules: z
          .array(boundaryRule)
          .max(64)
          .optional()
          .describe('The first that matches decides; after them come the shipped rules.')
          .meta(atomic),
      })
      .optional()
      .describe('What is support, and what is somebody else’s work or separate project scope.'),
    reportLimit: z
      .int()
      .min(1)
      .max(2000)
      .default(500)
      .describe('Findings kept in one CoverageReport, most urgent first; the report says how many were left out.'),
  })
  .meta(
    rules(
      {
        rule: "!has(self.corrections) || !has(self.corrections.mode) || self.corrections.mode != 'Apply' || (has(self.maintenance) && has(self.maintenance.windows) && size(self.maintenance.windows) > 0)",
        message: 'corrections are applied in maintenance windows only: add maintenance.windows, or set corrections.mode to Suggest',
      },
      {
        rule: '!has(self.escalation) || self.escalation.all(s, has(self.contacts) && self.contacts.exists(c, c.name == s.contact))',
        message: 'each escalation step names one of contacts: add the contact, or correct the name',
      },
      {
        rule: "!has(self.scope) || !has(self.scope.deliveryTooling) || self.tier == 'Level3'",
        message: 'deliveryTooling is covered at Level3 only: set tier to Level3, or leave it out',
      },
    ),
  );

const clusterStatus = z.object({
  name: z.string(),
  environment: z.string().optional(),
  uid: z.string().optional().describe('uid of its namespace kube-system, which tells one cluster from another.'),
  version: z.string().optional().describe('Version of the API server.'),
  nodes: count.optional(),
  reachable: z.boolean(),
  problem: z.string().max(1024).optional().describe('Why it cannot be reached.'),
  sharedWith: z
    .array(z.string().max(317))
    .max(32)
    .optional()
    .describe(
      'Other coverages of the same cluster, as namespace/name. What several would tell or correct, the first of them by name alone tells and corrects.',
    )
    .meta(atomic),
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
  scope: z.enum(scopes).optional().describe('Whose work it is: Support, or Provider.'),
  since: time.describe('When the state began.'),
  message: z.string(),
});

const openOrClosed = z.enum(['Open', 'Closed']);

const windowStatus = z.object({
  workingHours: openOrClosed.optional().describe('Absent: always open.'),
  workingHoursNext: time.optional().describe('When that changes.'),
  maintenance: openOrClosed.optional().describe('Absent: no maintenance window was agreed.'),
  maintenanceNext: time.optional().describe('When that changes.'),
});

const contactStatus = z.object({
  name: z.string(),
  party: z.enum(parties),
  delivered: time.optional().describe('When something was delivered last; absent: never.'),
  problem: z.string().max(1024).optional().describe('Why the last delivery failed; absent: it did not.'),
  tested: z.string().max(64).optional().describe('Hash of the contact as it was when a test message was delivered.'),
  testDue: time.optional().describe('Since when a test message is to be delivered; absent: it was.'),
});

const bySeverity = z.object({ critical: count, warning: count, info: count });

const accountingPeriod = z.object({
  period: z.string().max(7).describe('The calendar month, in the zone of workingHours or else UTC, such as 2026-11.'),
  opened: bySeverity.describe('Findings and drift that were opened within support scope.'),
  resolved: bySeverity.describe('Findings and drift that were resolved within support scope.'),
  excepted: count.describe('Those that were opened and are accepted (exceptions).'),
  outOfScope: z
    .object({ notCovered: count, project: count, customer: count, provider: count })
    .describe(
      'Those that were opened and are not support’s work. notCovered: outside the scope, and beyond the tier what is not support’s at any.',
    ),
  beyondTier: z
    .record(z.string().max(63), count)
    .optional()
    .describe('What higher tiers would have covered (checks.beyondTier), by tier and area, such as Level2/Workloads.')
    .meta({ maxProperties: 32 }),
  medianTimeToAcknowledge: z
    .string()
    .max(32)
    .optional()
    .describe('From opening, of warning and critical findings of support scope that were acknowledged in this month.'),
  medianTimeToResolve: z.string().max(32).optional().describe('The same, of those that were resolved in this month.'),
  maintenance: z
    .object({
      kept: count.describe('At the first check after it nothing was due.'),
      missed: count.describe('What had been due when it began was still due then.'),
      lastEnd: time.optional().describe('End of the last window that was counted.'),
    })
    .describe('Maintenance windows that ended in this month, where maintenance.targets say what can be due.'),
});

export const triggers = [
  'Initial',
  'Schedule',
  'Missed',
  'Manual',
  'SpecChanged',
  'BaselineChanged',
  'ClusterChanged',
  'WindowOpened',
  'WindowClosed',
] as const;

export const supportCoverageStatus = z.object({
  observedGeneration: z.int().min(0).optional(),
  conditions: z.array(condition).max(32).optional().meta(keyedBy('type')),
  summary: z
    .object({
      critical: count.describe('Findings that support answers for: covered, of scope Support or Provider, and not excepted.'),
      warning: count.describe('As critical.'),
      info: count.describe('As critical.'),
      unknown: count.describe('Checks of the tier whose answer is not known.'),
      drift: count.describe('Differences from the approved baseline that support answers for: covered, of scope Support or Provider.'),
      notCovered: count.describe('Findings and drift outside the scope or beyond the tier; counted nowhere else.'),
      projectScope: count.describe(
        'Findings and drift that are covered and separate project scope. Excepted findings and the customer’s own work are in the reports and metrics only.',
      ),
    })
    .partial({ notCovered: true, projectScope: true })
    .optional(),
  topFindings: z
    .array(topFinding)
    .max(10)
    .optional()
    .describe('The ten most urgent that support answers for; all are in the CoverageReport.')
    .meta(atomic),
  clusters: z.array(clusterStatus).max(64).optional().meta(atomic),
  windows: windowStatus.optional().describe('Whether windows are open. Absent: none was agreed.'),
  contacts: z.array(contactStatus).max(32).optional().describe('Whether contact lines can be reached.').meta(atomic),
  escalation: z
    .object({
      open: count.describe('Findings of support scope that somebody was or will be told of.'),
      acknowledged: count,
      highestStep: count.describe('Of the open ones that nobody acknowledged: how many steps the furthest has gone.'),
      toldElsewhere: count
        .optional()
        .describe('Of the open ones that nobody acknowledged: how many another coverage of the same cluster tells alone. Absent: none.'),
    })
    .optional(),
  accounting: accountingPeriod.optional().describe('This calendar month, over all clusters.'),
  accountingHistory: z
    .array(accountingPeriod)
    .max(12)
    .optional()
    .describe('The twelve months before it in which checks ran, newest first.')
    .meta(atomic),
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
export type ContactStatus = z.infer<typeof contactStatus>;
export type AccountingPeriod = z.infer<typeof accountingPeriod>;
export type ClusterScope = z.infer<typeof clusterScope>;
export type AlertSourceScope = z.infer<typeof alertSource>;
export type Contact = z.infer<typeof contact>;
export type EscalationStep = z.infer<typeof escalationStep>;
export type Exception = z.infer<typeof exception>;
export type BoundaryRule = z.infer<typeof boundaryRule>;
export type DeliveryTool = (typeof deliveryTools)[number];
export type WeeklyWindow = z.infer<typeof weeklyWindow>;
export type WorkingHours = NonNullable<SupportCoverageSpec['workingHours']>;
export type ClusterStatus = z.infer<typeof clusterStatus>;
export type Trigger = (typeof triggers)[number];

/** Setting this annotation to a value it has not had runs the checks now. */
export const runAtAnnotation = 'platformsupport.io/run-at';
/** The operator keeps this label on each SupportCoverage: healthy, degraded, critical or unknown. */
export const healthLabel = 'platformsupport.io/health';
/** Name of the cluster that the operator runs in, where scope names none. */
export const localCluster = 'local';
