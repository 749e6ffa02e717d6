import type { CoverageBaseline } from '../api/v1alpha1/coveragebaseline.ts';
import type { CheckMetadata, Observation } from '../checks/check.ts';
import { contentHash } from './capture.ts';

/** What was approved, as the coverage's status remembers it. */
export interface RememberedBaseline {
  name: string;
  contentHash: string;
}

export type BaselineState =
  | { state: 'Absent' }
  | { state: 'Unapproved'; baseline: CoverageBaseline }
  | { state: 'Approved'; baseline: CoverageBaseline; hash: string }
  /** It was approved and is not what was approved any more. */
  | { state: 'Altered'; baseline: CoverageBaseline | undefined; observation: Observation };

/** A check that reads the baseline instead of the cluster; it cannot be switched off. */
export const baselineAltered: CheckMetadata = {
  id: 'baseline-altered',
  area: 'Baseline',
  tier: 'Level1',
  title: 'The approved baseline was changed or deleted',
  severity: 'critical',
  for: '0s',
  needs: {},
  remediation:
    'Find out from the audit log who deleted or replaced the CoverageBaseline. Restore it from Git with the same content, or have a new one approved and name it in scope.clusters[].baselineName.',
  references: ['own rule: what was agreed must not change unseen'],
};

/** Compares the baseline that is there with what the status remembers of its approval. */
export function baselineState(
  baseline: CoverageBaseline | undefined,
  name: string,
  remembered: RememberedBaseline | undefined,
): BaselineState {
  const approved = remembered?.name === name ? remembered.contentHash : undefined;
  const altered = (reason: string, what: string): BaselineState => ({
    state: 'Altered',
    baseline,
    observation: {
      object: `CoverageBaseline/${name}`,
      reason,
      message: `The approved baseline ${name} ${what}. Restore it as it was approved, or have a new one approved and name it in scope.clusters[].baselineName.`,
    },
  });
  if (!baseline) return approved ? altered('BaselineDeleted', 'was deleted') : { state: 'Absent' };
  if (!baseline.spec.approval)
    return approved
      ? altered('BaselineReplaced', 'was deleted and replaced by one that nobody approved')
      : { state: 'Unapproved', baseline };
  const hash = contentHash(baseline.spec);
  if (approved && approved !== hash) return altered('BaselineReplaced', 'was deleted and replaced by one with another content');
  return { state: 'Approved', baseline, hash };
}
