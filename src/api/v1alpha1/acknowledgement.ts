import * as z from 'zod';
import { atomic, condition, count, keyedBy, label, metadata, objectName, rules, time } from './fields.ts';

export const acknowledgementSpec = z
  .object({
    coverage: objectName.describe('Name of a SupportCoverage in this namespace.'),
    findings: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(256)
      .optional()
      .describe('Ids of findings or drift, as the CoverageReport has them.')
      .meta(atomic),
    match: z
      .object({
        check: z.string().min(1).max(63).default('*').describe('Glob over the id of the check or fact.'),
        object: z.string().min(1).max(512).default('*').describe('Glob over the object.'),
        cluster: label.optional().describe('Name of the cluster. Absent: every cluster.'),
      })
      .optional()
      .describe('All that are open now or open later, until it expires.'),
    by: z.string().min(1).max(253).describe('Who takes care of it.'),
    reason: z.string().min(1).max(1024).describe('What is done about it, such as the number of a ticket.'),
    expires: time.optional().describe('When it ends, RFC 3339; escalation goes on then. Absent: when what it matches is resolved.'),
  })
  .meta(
    rules(
      { rule: 'has(self.findings) != has(self.match)', message: 'write exactly one of findings and match' },
      { rule: '!has(self.match) || has(self.expires)', message: 'match acknowledges what is yet to come too: write when it expires' },
    ),
  );

export const acknowledgementStatus = z.object({
  conditions: z.array(condition).max(8).optional().meta(keyedBy('type')),
  matched: count.optional().describe('How many findings and drift it matches now.'),
});

export const acknowledgement = z.object({ metadata, spec: acknowledgementSpec, status: acknowledgementStatus.optional() });
export type AcknowledgementSpec = z.infer<typeof acknowledgementSpec>;
export type AcknowledgementStatus = z.infer<typeof acknowledgementStatus>;
export type Acknowledgement = z.infer<typeof acknowledgement>;
