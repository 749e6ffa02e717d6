import * as z from 'zod';
import { atomic, cause, count, keyedBy, metadata, severity, stage, tier, time } from './fields.ts';
import { deliveryTools, scopes } from './supportcoverage.ts';

export const outcomes = ['Pass', 'Fail', 'Unknown', 'NotApplicable'] as const;
export const outcome = z.enum(outcomes);

export const coverages = ['Covered', 'NotCovered'] as const;

const checkReport = z.object({
  check: z.string(),
  area: z.string(),
  tier,
  coverage: z
    .enum(coverages)
    .optional()
    .describe('NotCovered: of a tier beyond the agreed one (checks.beyondTier); what it finds is recorded only. Absent: Covered.'),
  outcome,
  message: z.string().describe('Why the outcome is what it is; for Unknown, what is missing.'),
  findings: count,
});

/** Whose work something is, and what has become of telling people. */
const handling = {
  scope: z.enum(scopes).describe('Whose work it is.'),
  rule: z.string().max(300).describe('Which rule decided that.'),
  coverage: z.enum(coverages).describe('NotCovered: outside the scope or beyond the tier; recorded, and nobody is told.'),
  acknowledgedBy: z.string().max(253).optional().describe('Who has acknowledged it, while that counts.'),
  acknowledgedAt: time.optional().describe('When an acknowledgement was first seen; it stays when that ends.'),
  notified: z
    .array(z.string().max(100))
    .max(16)
    .optional()
    .describe('Steps of the escalation path that it has gone, as contact@after, such as support-desk@0s.')
    .meta(atomic),
};

const finding = z.object({
  id: z.string().describe('Fingerprint of cluster, check, object and reason; the same finding keeps it.'),
  check: z.string(),
  severity,
  ...handling,
  exception: z.string().max(1024).optional().describe('Why it is accepted (exceptions): it changes no condition and nobody is told.'),
  object: z.string().describe('Kind/namespace/name, Kind/name, or Cluster/name for what concerns the whole.'),
  reason: z.string(),
  stage: stage.optional().describe('Of a failed delivery: where it is broken.'),
  cause: cause.optional().describe('Of a failed delivery: by what it is broken. Unknown: nothing that is known says so.'),
  subject: z.string().max(512).optional().describe('Of a failed delivery: what to look at first, such as Secret flux-system/git.'),
  message: z.string(),
  remediation: z.string(),
  firstSeen: time.describe("When the state began: Kubernetes' own time where it keeps one, else when the operator first saw it."),
  openedAt: time.describe('When it had held for as long as the check asks.'),
  rootCause: z
    .string()
    .max(64)
    .optional()
    .describe('Id of the open finding or drift that it is a consequence of; it is not told on its own. Absent: it stands alone.'),
});

const pendingFinding = z.object({
  id: z.string(),
  check: z.string().describe('Id of the check, or of the fact where it is a difference from the baseline.'),
  object: z.string(),
  firstSeen: time,
});

const drift = z.object({
  id: z.string().describe('Fingerprint of cluster, fact, object and path.'),
  fact: z.string(),
  object: z.string(),
  path: z.string().describe('Empty where the whole object was added or removed.'),
  expected: z.string().describe('Empty where the baseline has no such path or object.'),
  actual: z.string().describe('Empty where the path or object is gone.'),
  manager: z.string().optional().describe('Field manager that wrote it last, where Kubernetes keeps one.'),
  changedAt: time.optional().describe('When that manager wrote last.'),
  firstSeen: time.describe('When the operator first saw it.'),
  ...handling,
});

/** What a message says of one finding or drift. */
const subject = z.object({
  id: z.string(),
  check: z.string().describe('Id of the check or fact.'),
  object: z.string(),
  severity,
  message: z.string().max(256),
  step: z.string().max(100).describe('The step of the escalation path, as contact@after.'),
  consequences: count
    .optional()
    .describe('How many findings were its consequences when the message was made; they are not told on their own.'),
});

const notification = z.object({
  key: z.string().max(64).describe('Idempotency key: every try to deliver it carries the same.'),
  contact: z.string(),
  kind: z.enum(['Onboarding', 'Findings']).describe('Onboarding: what the first check found, in one.'),
  at: time,
  opened: z.array(subject).max(20).meta(atomic),
  openedTotal: count.describe('How many it stands for; opened names the most urgent.'),
  resolved: z.array(subject).max(20).meta(atomic),
  resolvedTotal: count,
});

/** Support/warning, Excepted/info, NotCovered/critical, BeyondTier/Level2/Workloads. */
const counts = z.record(z.string().max(63), count).meta({ maxProperties: 64 });

export const accountingMonth = z.object({
  period: z.string().max(7).describe('The calendar month, in the zone of workingHours or else UTC, such as 2026-11.'),
  opened: counts.describe(
    'By whose work it is and severity, such as Support/warning; Excepted and NotCovered apart. What a higher tier would have covered by tier and area, such as BeyondTier/Level2/Workloads.',
  ),
  acknowledged: counts.describe('For the first time.'),
  resolved: counts,
  secondsToAcknowledge: z
    .array(count)
    .max(1000)
    .optional()
    .describe('Of this month: from opening, for Support/critical and Support/warning. Beyond 1000 a sample of all is kept.')
    .meta(atomic),
  secondsToResolve: z.array(count).max(1000).optional().describe('The same, to resolution.').meta(atomic),
  medianSecondsToAcknowledge: count.optional().describe('Of a month that is over. With an even number the lower of the two in the middle.'),
  medianSecondsToResolve: count.optional(),
});

const correction = z.object({
  check: z.string().describe('Id of the check or fact that asks for it.'),
  object: z.string(),
  command: z.string().describe('What to run to make the change by hand.'),
  result: z
    .enum(['Suggested', 'Applied', 'Refused', 'Failed'])
    .describe('Suggested: for a person to make. The others: what became of it when the operator tried.'),
  message: z.string().max(1024).optional(),
  at: time.optional().describe('When the operator tried.'),
});

const deliveryTool = z.object({
  tool: z.enum(deliveryTools),
  healthy: count,
  failing: count,
  outOfSync: count,
  suspended: count,
  progressing: count.describe('Tried or waiting for the first attempt, for less than an hour.'),
  stale: count.describe('The same for an hour or longer: nobody finishes it.'),
  succeeded: count
    .optional()
    .describe('Runs of the last 24 hours that succeeded; of tools with runs. Of each pipeline the last 100 runs count.'),
  failed: count.optional().describe('The same of runs that failed.'),
  pipelines: z
    .array(
      z.object({
        object: z.string(),
        state: z.enum(['Failing', 'OutOfSync', 'Suspended', 'Stale']),
        lastSuccess: time.optional(),
        firstFailure: time.optional().describe('Since when it fails.'),
      }),
    )
    .max(50)
    .describe('What is not healthy, failing first.')
    .meta(atomic),
});

export const coverageReportSpec = z.object({ coverage: z.string().max(253), cluster: z.string().max(63) });
export const coverageReportStatus = z.object({
  summary: z
    .object({
      critical: count,
      warning: count,
      info: count,
      unknown: count,
      drift: count,
      notCovered: count.optional(),
      projectScope: count.optional(),
    })
    .optional(),
  checks: z.array(checkReport).max(256).optional().meta(atomic),
  findings: z.array(finding).max(2000).optional().describe('Most urgent first.').meta(atomic),
  pending: z
    .array(pendingFinding)
    .max(1000)
    .optional()
    .describe('Seen, and waiting to hold for as long as their check asks; only those whose beginning Kubernetes does not date.')
    .meta(atomic),
  drift: z.array(drift).max(1000).optional().describe('Differences from the approved baseline.').meta(atomic),
  corrections: z
    .array(correction)
    .max(200)
    .optional()
    .describe('Small changes that mend what was found: those that are suggested now, and the last ones that the operator made or tried.')
    .meta(atomic),
  notifications: z
    .array(notification)
    .max(64)
    .optional()
    .describe('Messages that are not delivered yet: at most one a contact, and a second where the first waits for working hours.')
    .meta(atomic),
  resolved: z
    .array(z.object({ ...subject.shape, at: time, contacts: z.array(z.string()).max(32).meta(atomic) }))
    .max(500)
    .optional()
    .describe('Resolved since, and contacts that were told of it and are yet to be told that it is over.')
    .meta(atomic),
  accounting: z
    .array(accountingMonth)
    .max(13)
    .optional()
    .describe('Counts by calendar month, newest first: this one, and the last twelve in which checks ran.')
    .meta(atomic),
  delivery: z
    .array(deliveryTool)
    .max(8)
    .optional()
    .describe('How delivery is, by tool; as of the last scheduled check. Level3 only.')
    .meta(keyedBy('tool')),
  truncated: z
    .object({ findings: count, pending: count, drift: count })
    .optional()
    .describe('What was left out of the lists above because of reportLimit or size.'),
});

export const coverageReport = z.object({ metadata, spec: coverageReportSpec, status: coverageReportStatus.optional() });
export type CoverageReportStatus = z.infer<typeof coverageReportStatus>;
export type CoverageReport = z.infer<typeof coverageReport>;
export type Finding = z.infer<typeof finding>;
export type PendingFinding = z.infer<typeof pendingFinding>;
export type CorrectionReport = z.infer<typeof correction>;
export type Drift = z.infer<typeof drift>;
export type CheckReport = z.infer<typeof checkReport>;
export type Subject = z.infer<typeof subject>;
export type Notification = z.infer<typeof notification>;
export type ResolvedSubject = NonNullable<CoverageReportStatus['resolved']>[number];
export type DeliveryToolReport = z.infer<typeof deliveryTool>;
export type AccountingMonth = z.infer<typeof accountingMonth>;
export type Scope = (typeof scopes)[number];
export type Covered = (typeof coverages)[number];
/** The part of a finding or drift that says whose work it is and who was told. */
export type Handling = Pick<Finding, 'scope' | 'rule' | 'coverage' | 'acknowledgedBy' | 'acknowledgedAt' | 'notified'>;
export type Outcome = z.infer<typeof outcome>;
