import type { SupportCoverage, SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { captureBaseline } from '../baseline/capture.ts';
import type { Fact } from '../baseline/fact.ts';
import { type BaselineState, baselineState } from '../baseline/integrity.ts';
import { type Agreement, createAgreement } from '../checks/agreement.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import type { Plan, PlannedCluster } from './plan.ts';
import type { CoverageStore } from './store.ts';

export interface Baseline {
  state: BaselineState;
  /** Why the one that is named cannot be used, with the path of the field; `state` is of the one that was approved before. */
  specProblem?: string;
  /** Why there is none yet. */
  notCaptured?: string;
  /** Its name, where it was captured just now. */
  captured?: string;
}

/** The baseline of the coverage as it is now; captured where the coverage names none and none is there. Throws KubeError. */
export async function findBaseline(
  store: CoverageStore,
  coverage: SupportCoverage,
  plan: Plan,
  cluster: PlannedCluster,
  status: SupportCoverageStatus | undefined,
  view: ClusterView,
): Promise<Baseline> {
  const { namespace } = coverage.metadata;
  const { name, named } = cluster.baseline;
  const before = status?.clusters?.find((entry) => entry.name === cluster.name)?.baseline;
  const remembered = before?.contentHash ? { name: before.name, contentHash: before.contentHash } : undefined;
  const found = await store.readBaseline(namespace, name);
  const state = baselineState(found, name, remembered);
  const path = `spec.scope.clusters[${plan.clusters.indexOf(cluster)}].baselineName`;
  // A name that is mistyped makes nothing forgotten that was agreed.
  const misnamed = async (problem: string): Promise<Baseline> => ({
    state: remembered
      ? baselineState(await store.readBaseline(namespace, remembered.name), remembered.name, remembered)
      : { state: 'Absent' },
    specProblem: `${path}: ${problem}`,
  });
  // Not for what was approved before: a forged baseline of another cluster must not make that forgotten.
  if (found && state.state !== 'Altered' && found.spec.cluster !== cluster.name)
    return misnamed(`the CoverageBaseline ${name} is of the cluster ${found.spec.cluster}, not of ${cluster.name}`);
  if (state.state !== 'Absent') return { state };
  if (named)
    return misnamed(
      `there is no CoverageBaseline ${name} in the namespace ${namespace}; create it, or leave baselineName out to have one captured`,
    );
  return capture(store, namespace, name, plan.facts, view, createAgreement(plan.agreement));
}

async function capture(
  store: CoverageStore,
  namespace: string,
  name: string,
  facts: readonly Fact[],
  view: ClusterView,
  agreement: Agreement,
): Promise<Baseline> {
  const absent: BaselineState = { state: 'Absent' };
  const captured = captureBaseline(facts, view, agreement);
  if ('missing' in captured)
    return {
      state: absent,
      notCaptured: `a baseline cannot be captured: ${captured.missing.map(({ fact, message }) => `${fact}: ${message}`).join('; ')}`,
    };
  if ('tooLarge' in captured) return { state: absent, notCaptured: `a baseline cannot be captured: ${captured.tooLarge}` };
  const baseline = await store.createBaseline(namespace, name, captured.spec);
  return { state: { state: 'Unapproved', baseline }, captured: name };
}
