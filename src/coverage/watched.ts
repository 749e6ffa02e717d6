import type { Acknowledgement } from '../api/v1alpha1/acknowledgement.ts';
import type { CoverageBaseline } from '../api/v1alpha1/coveragebaseline.ts';
import { runAtAnnotation, type SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import { contentHash } from '../baseline/capture.ts';
import type { KubeObject } from '../kube/types.ts';
import type { Change } from '../runtime/store.ts';

/** A SupportCoverage as it is watched: all of it but who owns which field. */
export interface CoverageView {
  name: string;
  namespace: string;
  coverage: SupportCoverage;
}

export function projectCoverage(object: KubeObject): CoverageView {
  const { metadata, ...rest } = object;
  const { managedFields: _, ...kept } = metadata ?? {};
  return {
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    coverage: { ...rest, metadata: kept } as unknown as SupportCoverage,
  };
}

/** An Acknowledgement as it is watched. */
export interface AcknowledgementView {
  name: string;
  namespace: string;
  acknowledgement: Acknowledgement;
}

export function projectAcknowledgement(object: KubeObject): AcknowledgementView {
  const { metadata, ...rest } = object;
  const { managedFields: _, ...kept } = metadata ?? {};
  const acknowledgement = { ...rest, metadata: kept } as unknown as Acknowledgement;
  return { name: acknowledgement.metadata.name, namespace: acknowledgement.metadata.namespace, acknowledgement };
}

/** True for what a person changed of an acknowledgement. */
export function acknowledgementChanged(change: Change<AcknowledgementView>): boolean {
  return change.type !== 'updated' || change.object.acknowledgement.metadata.generation !== change.old.acknowledgement.metadata.generation;
}

/** Of a CoverageBaseline only what says whether it changed. */
export interface BaselineView {
  name: string;
  namespace: string;
  cluster: string;
  approved: boolean;
  hash: string;
}

export function projectBaseline(object: KubeObject): BaselineView {
  const { metadata, spec } = object as unknown as CoverageBaseline;
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    cluster: spec.cluster,
    approved: spec.approval !== undefined,
    hash: contentHash(spec),
  };
}

/** True for what a user changed: the operator's own writes of status and label do not bring a coverage back. */
export function userChanged(change: Change<CoverageView>): boolean {
  if (change.type !== 'updated') return true;
  const [next, old] = [change.object.coverage.metadata, change.old.coverage.metadata];
  return (
    next.uid !== old.uid ||
    next.generation !== old.generation ||
    next.deletionTimestamp !== old.deletionTimestamp ||
    next.annotations?.[runAtAnnotation] !== old.annotations?.[runAtAnnotation]
  );
}
