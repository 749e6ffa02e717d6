import type { KubeObject } from '../../kube/types.ts';
import { addressOf, type Conditions, conditionOf, type DeliveryView, failureOf, isOwned, revisionOf } from '../delivery.ts';
import { defineResource, instantOf } from '../resource.ts';

/** Flux: sources, and what is made of them. Every version of the APIs has the same conditions. */

interface FluxObject extends KubeObject {
  spec?: { suspend?: boolean };
  status?: { conditions?: Conditions };
}

interface Source extends FluxObject {
  spec?: {
    suspend?: boolean;
    url?: string;
    endpoint?: string;
    bucketName?: string;
    type?: string;
    /** Who logs in; of a cloud by the identity of the controller. Default: generic. */
    provider?: string;
    secretRef?: { name?: string };
    serviceAccountName?: string;
  };
  status?: { conditions?: Conditions; artifact?: { revision?: string; lastUpdateTime?: string } };
}

interface Reference {
  kind?: string;
  name?: string;
  namespace?: string;
}

interface Snapshot {
  lastReconciledStatus?: string;
  firstReconciled?: string;
  lastReconciled?: string;
}

interface Kustomization extends FluxObject {
  spec?: { suspend?: boolean; path?: string; sourceRef?: Reference; dependsOn?: Reference[] };
  status?: {
    conditions?: Conditions;
    lastAttemptedRevision?: string;
    lastAppliedRevision?: string;
    /** Newest first: what came of attempts, and since when the same did. */
    history?: Snapshot[];
  };
}

interface HelmRelease extends FluxObject {
  spec?: {
    suspend?: boolean;
    chart?: { spec?: { chart?: string; version?: string; sourceRef?: Reference } };
    chartRef?: Reference;
    dependsOn?: Reference[];
  };
  status?: {
    conditions?: Conditions;
    lastAttemptedRevision?: string;
    history?: { status?: string; lastDeployed?: string }[];
  };
}

/**
 * While Ready is not True, what says why, the most exact first. Those of a source stay while it is tried again, when Ready is Unknown; so does
 * Released, which says more than Ready.
 */
const faults: readonly { type: string; status: string }[] = [
  { type: 'FetchFailed', status: 'True' },
  { type: 'StorageOperationFailed', status: 'True' },
  { type: 'IncludeUnavailable', status: 'True' },
  { type: 'SourceVerified', status: 'False' },
  { type: 'Released', status: 'False' },
  { type: 'TestSuccess', status: 'False' },
  { type: 'Stalled', status: 'True' },
  { type: 'Ready', status: 'False' },
];

/** What never succeeded has observedGeneration -1 in some versions, and no condition before its first attempt, or when it was made suspended. */
function stateOf({ spec, status }: FluxObject): Pick<DeliveryView, 'state' | 'since' | 'failure'> {
  const ready = conditionOf(status?.conditions, 'Ready');
  if (spec?.suspend === true) return { state: 'Suspended' };
  if (ready?.status === 'True') return { state: 'Healthy', since: ready.lastTransitionTime };
  for (const { type, status: wanted } of faults) {
    const found = conditionOf(status?.conditions, type);
    // A new revision ended the wait for the last one: no fault, and tried again at once.
    if (found?.status !== wanted || found.reason === 'HealthCheckCanceled') continue;
    return { state: 'Failing', since: found.lastTransitionTime, failure: failureOf(found.reason, found.message) };
  }
  return { state: 'Progressing', since: ready?.lastTransitionTime };
}

function nameOf(kind: string, { metadata }: KubeObject) {
  return { kind, name: metadata?.name ?? '', namespace: metadata?.namespace ?? '', owned: isOwned(metadata) };
}

/** As `Kind/namespace/name`; in the namespace of the object unless it names another. */
function referred({ kind = '', name = '', namespace }: Reference, { metadata }: KubeObject): string {
  return `${kind}/${namespace ?? metadata?.namespace ?? ''}/${name}`;
}

/** An OCIRepository may log in with the pull Secrets of a ServiceAccount. */
function secretOf({ metadata, spec }: Source): Pick<DeliveryView, 'secret'> {
  if (spec?.secretRef?.name) return { secret: `${metadata?.namespace ?? ''}/${spec.secretRef.name}` };
  return (spec?.provider ?? 'generic') === 'generic' && !spec?.serviceAccountName ? { secret: '' } : {};
}

function source(kind: string, resource: string, otherVersions: readonly string[]) {
  return defineResource({
    type: { group: 'source.toolkit.fluxcd.io', version: 'v1', resource, kind, namespaced: true },
    otherVersions,
    project: (object: Source): DeliveryView | undefined => {
      const { spec, status } = object;
      if (object.metadata?.deletionTimestamp) return undefined;
      // A HelmRepository of this type is no more than an address, of which nobody writes how it is.
      const isOnlyAddress = kind === 'HelmRepository' && spec?.type === 'oci' && spec.suspend !== true;
      return {
        ...nameOf(kind, object),
        ...(isOnlyAddress ? { state: 'Healthy' as const } : stateOf(object)),
        source: addressOf(spec?.url ?? (spec?.bucketName ? `${spec.endpoint ?? ''}/${spec.bucketName}` : '')),
        ...secretOf(object),
        revision: revisionOf(status?.artifact?.revision),
        lastSuccessAt: status?.artifact?.lastUpdateTime,
        waitsFor: [],
      };
    },
  });
}

export const gitrepositories = source('GitRepository', 'gitrepositories', ['v1beta2', 'v1beta1']);
export const helmrepositories = source('HelmRepository', 'helmrepositories', ['v1beta2', 'v1beta1']);
export const ocirepositories = source('OCIRepository', 'ocirepositories', ['v1beta2']);
export const buckets = source('Bucket', 'buckets', ['v1beta2', 'v1beta1']);

/**
 * Since when attempts have ended like that. Ready is Unknown at the beginning of every attempt, so that its own date is that of the last one.
 * What comes again with the same manifests is the same entry, dated when it first came: then something else has been in between.
 */
function beginningOf([last, ...others]: readonly Snapshot[], reason: string): string | undefined {
  const began = instantOf(last?.firstReconciled);
  if (!began || last?.lastReconciledStatus !== reason) return undefined;
  const isBefore = ({ lastReconciled }: Snapshot) => Temporal.Instant.compare(instantOf(lastReconciled) ?? began, began) <= 0;
  return others.every(isBefore) ? last.firstReconciled : undefined;
}

export const kustomizations = defineResource({
  type: { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', resource: 'kustomizations', kind: 'Kustomization', namespaced: true },
  otherVersions: ['v1beta2', 'v1beta1'],
  project: (object: Kustomization): DeliveryView | undefined => {
    const { spec, status } = object;
    if (object.metadata?.deletionTimestamp) return undefined;
    const state = stateOf(object);
    const began = state.failure && beginningOf(status?.history ?? [], state.failure.reason);
    const from = spec?.sourceRef ? referred(spec.sourceRef, object) : '';
    const dependencies = (spec?.dependsOn ?? []).map((reference) => referred({ ...reference, kind: 'Kustomization' }, object));
    return {
      ...nameOf('Kustomization', object),
      ...state,
      ...(began ? { since: began } : {}),
      source: addressOf(spec?.path ? `${from} ${spec.path}` : from),
      revision: revisionOf(status?.lastAttemptedRevision ?? status?.lastAppliedRevision),
      lastSuccessAt: state.state === 'Healthy' ? state.since : undefined,
      waitsFor: from ? [from, ...dependencies] : dependencies,
    };
  },
});

export const helmreleases = defineResource({
  type: { group: 'helm.toolkit.fluxcd.io', version: 'v2', resource: 'helmreleases', kind: 'HelmRelease', namespaced: true },
  otherVersions: ['v2beta2', 'v2beta1'],
  project: (object: HelmRelease): DeliveryView | undefined => {
    const { spec, status } = object;
    if (object.metadata?.deletionTimestamp) return undefined;
    const chart = spec?.chart?.spec;
    const reference = spec?.chartRef ?? chart?.sourceRef;
    const from = reference ? referred(reference, object) : '';
    const dependencies = (spec?.dependsOn ?? []).map((each) => referred({ ...each, kind: 'HelmRelease' }, object));
    const deployed = (status?.history ?? []).find((release) => release.status === 'deployed');
    return {
      ...nameOf('HelmRelease', object),
      ...stateOf(object),
      source: addressOf([from, chart?.chart, chart?.version].filter(Boolean).join(' ')),
      revision: revisionOf(status?.lastAttemptedRevision),
      lastSuccessAt: deployed?.lastDeployed,
      waitsFor: from ? [from, ...dependencies] : dependencies,
    };
  },
});
