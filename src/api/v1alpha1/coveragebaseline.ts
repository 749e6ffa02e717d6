import * as z from 'zod';
import { atomic, label, metadata, rules, time } from './fields.ts';

const factEntry = z.object({
  fact: z.string().min(1).max(63).describe('Id of the fact, such as storage-classes.'),
  object: z.string().min(1).max(512).describe('The object that the values are of, as Kind/name or Kind/namespace/name.'),
  value: z
    .record(z.string().max(512), z.string().max(4096))
    .describe('Each path of the normalised object with its value.')
    .meta({ maxProperties: 256 }),
});

export const coverageBaselineSpec = z
  .object({
    cluster: label.describe('Name of the cluster that this is the baseline of.'),
    facts: z.array(factEntry).max(5000).describe('What was found when the baseline was captured.').meta(atomic),
    collected: z
      .array(z.string().min(1).max(63))
      .max(128)
      .optional()
      .describe(
        'Ids of the facts that were looked at, also those of which nothing was found. Others, such as those of a later release, are not compared. Absent: those in facts.',
      )
      .meta(atomic),
    approval: z
      .object({
        approvedBy: z.string().min(1).max(253).describe('Who agreed to it.'),
        approvedAt: time.describe('When, in RFC 3339.'),
        note: z.string().max(1024).optional(),
      })
      .optional()
      .describe('Absent: captured, waiting for approval. Once present, nothing here can be changed or removed.'),
  })
  .meta(
    rules(
      {
        rule: '!has(oldSelf.approval) || (has(self.approval) && self.approval == oldSelf.approval)',
        message:
          'an approval cannot be changed or removed: create a new CoverageBaseline and name it in the coverage (scope.clusters[].baselineName)',
      },
      {
        rule: '!has(oldSelf.approval) || (self.facts == oldSelf.facts && self.cluster == oldSelf.cluster && has(self.collected) == has(oldSelf.collected) && (!has(self.collected) || self.collected == oldSelf.collected))',
        message:
          'an approved baseline cannot be changed: create a new CoverageBaseline and name it in the coverage (scope.clusters[].baselineName)',
      },
    ),
  );

export const coverageBaseline = z.object({ metadata, spec: coverageBaselineSpec });
export type CoverageBaselineSpec = z.infer<typeof coverageBaselineSpec>;
export type CoverageBaseline = z.infer<typeof coverageBaseline>;
export type FactEntry = z.infer<typeof factEntry>;
