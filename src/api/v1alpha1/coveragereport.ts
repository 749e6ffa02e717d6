import { z } from 'zod';
import { atomic, count, metadata, severity, tier, time } from './fields.ts';

export const outcomes = ['Pass', 'Fail', 'Unknown', 'NotApplicable'] as const;
export const outcome = z.enum(outcomes);

const checkReport = z.object({
  check: z.string(),
  area: z.string(),
  tier,
  outcome,
  message: z.string().describe('Why the outcome is what it is; for Unknown, what is missing.'),
  findings: count,
});

const finding = z.object({
  id: z.string().describe('Fingerprint of cluster, check, object and reason; the same finding keeps it.'),
  check: z.string(),
  severity,
  object: z.string().describe('Kind/namespace/name, Kind/name, or Cluster/name for what concerns the whole.'),
  reason: z.string(),
  message: z.string(),
  remediation: z.string(),
  firstSeen: time.describe("When the state began: Kubernetes' own time where it keeps one, else when the operator first saw it."),
  openedAt: time.describe('When it had held for as long as the check asks.'),
});

const pendingFinding = z.object({
  id: z.string(),
  check: z.string().describe('Id of the check, or of the fact where it is a difference from the baseline.'),
  object: z.string(),
  firstSeen: time,
});

const drift = z.object({
  fact: z.string(),
  object: z.string(),
  path: z.string().describe('Empty where the whole object was added or removed.'),
  expected: z.string().describe('Empty where the baseline has no such path or object.'),
  actual: z.string().describe('Empty where the path or object is gone.'),
  manager: z.string().optional().describe('Field manager that wrote it last, where Kubernetes keeps one.'),
  changedAt: time.optional().describe('When that manager wrote last.'),
  firstSeen: time.describe('When the operator first saw it.'),
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

export const coverageReportSpec = z.object({ coverage: z.string().max(253), cluster: z.string().max(63) });
export const coverageReportStatus = z.object({
  summary: z.object({ critical: count, warning: count, info: count, unknown: count, drift: count }).optional(),
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
export type Outcome = z.infer<typeof outcome>;
