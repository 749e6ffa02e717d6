import { shortened } from '../../kube/redact.ts';
import { type KubeObject, objectName } from '../../kube/types.ts';
import { addressOf, type Conditions, conditionOf, type DeliveryView, failureOf, isOwned, revisionOf } from '../delivery.ts';
import { defineResource, instantOf } from '../resource.ts';

/** Argo CD: applications, and the projects that say when they may be synced. */

export interface ApplicationView extends DeliveryView {
  /** `namespace/name` of its AppProject. */
  project: string;
  /** Where its objects go; '' for what is not said. */
  destination: { server: string; name: string; namespace: string };
  /** Argo CD syncs it by itself. */
  automated: boolean;
  /** Absent while it is not known: nothing was compared, or an operation changes it. */
  outOfSync?: boolean;
  /** `Kind/namespace/name` of the first object that differs, in alphabetical order; '' where none is named. */
  differs: string;
}

export interface AppProjectView {
  name: string;
  namespace: string;
  windows: readonly SyncWindow[];
}

/** As it is written; '' and none for what is missing. */
export interface SyncWindow {
  kind: string;
  schedule: string;
  duration: string;
  timeZone: string;
  applications: readonly string[];
  namespaces: readonly string[];
  clusters: readonly string[];
  /** All of the three must match, not one of them. */
  matchesAll: boolean;
}

interface Application extends KubeObject {
  spec?: {
    project?: string;
    source?: Source;
    sources?: Source[];
    destination?: { server?: string; name?: string; namespace?: string };
    syncPolicy?: { automated?: { enabled?: boolean } };
  };
  status?: {
    /** Where the Argo CD runs that takes care of it, which is where its AppProject is. */
    controllerNamespace?: string;
    conditions?: Conditions;
    health?: Health & { lastTransitionTime?: string };
    sync?: { status?: string } & Revisions;
    operationState?: Operation;
    resources?: Managed[];
    history?: { deployedAt?: string }[];
  };
}

interface Source {
  repoURL?: string;
  path?: string;
  chart?: string;
}

interface Health {
  status?: string;
  message?: string;
}

interface Revisions {
  revision?: string;
  /** Of an application of several sources. */
  revisions?: string[];
}

interface Operation {
  phase?: string;
  message?: string;
  finishedAt?: string;
  operation?: { sync?: { dryRun?: boolean } };
  syncResult?: Revisions & { resources?: Result[] };
}

interface Reference {
  group?: string;
  kind?: string;
  name?: string;
  namespace?: string;
}

interface Managed extends Reference {
  status?: string;
  /** Kept here by versions before 3, and where it is asked for. */
  health?: Health;
}

interface Result extends Reference {
  status?: string;
  hookType?: string;
  hookPhase?: string;
  message?: string;
}

type Judgement = Pick<DeliveryView, 'state' | 'since' | 'failure' | 'waitsFor'>;

export const applications = defineResource({
  type: { group: 'argoproj.io', version: 'v1alpha1', resource: 'applications', kind: 'Application', namespaced: true },
  project: (object: Application): ApplicationView | undefined => {
    const { metadata, spec, status } = object;
    if (metadata?.deletionTimestamp) return undefined;
    const namespace = metadata?.namespace ?? '';
    const paused = metadata?.annotations?.['argocd.argoproj.io/skip-reconcile'] === 'true';
    const { server = '', name = '', namespace: into = '' } = spec?.destination ?? {};
    const automated = spec?.syncPolicy?.automated;
    const outOfSync = outOfSyncOf(object);
    return {
      kind: 'Application',
      name: metadata?.name ?? '',
      namespace,
      owned: isOwned(metadata),
      ...(paused ? { state: 'Suspended' as const, waitsFor: [] } : stateOf(object)),
      source: (spec?.sources ?? (spec?.source ? [spec.source] : [])).map(sourceOf).join(', '),
      revision: firstOf(status?.operationState?.syncResult) || firstOf(status?.sync),
      lastSuccessAt: status?.history?.at(-1)?.deployedAt,
      project: `${status?.controllerNamespace ?? namespace}/${spec?.project || 'default'}`,
      destination: { server, name, namespace: into },
      automated: automated !== undefined && automated.enabled !== false && !paused,
      ...(outOfSync === undefined ? {} : { outOfSync }),
      differs:
        (status?.resources ?? [])
          .filter((each) => each.status === 'OutOfSync')
          .map(nameOf)
          .sort()[0] ?? '',
    };
  },
});

export const appprojects = defineResource({
  type: { group: 'argoproj.io', version: 'v1alpha1', resource: 'appprojects', kind: 'AppProject', namespaced: true },
  project: ({ metadata, spec }: AppProject): AppProjectView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    windows: (spec?.syncWindows ?? []).map(
      ({ kind = '', schedule = '', duration = '', timeZone = '', applications = [], namespaces = [], clusters = [], andOperator }) => ({
        ...{ kind, schedule, duration, timeZone, applications, namespaces, clusters },
        matchesAll: andOperator === true,
      }),
    ),
  }),
});

interface AppProject extends KubeObject {
  spec?: {
    syncWindows?: {
      kind?: string;
      schedule?: string;
      duration?: string;
      timeZone?: string;
      applications?: string[];
      namespaces?: string[];
      clusters?: string[];
      andOperator?: boolean;
    }[];
  };
}

/** What cannot be compared says so first; then the last operation counts; and what was deployed is as healthy as Argo CD says. */
function stateOf(object: Application): Judgement {
  const conditions = object.status?.conditions;
  const broken = conditionOf(conditions, 'InvalidSpecError') ?? conditionOf(conditions, 'ComparisonError');
  if (broken) return failing(broken.type, [broken.message], broken.lastTransitionTime);
  return byOperation(object) ?? byHealth(object);
}

/** Undefined where the last operation says nothing: there was none, it went well, or it is of no more importance. */
function byOperation(object: Application): Judgement | undefined {
  const { conditions, operationState: operation } = object.status ?? {};
  const failed = (operation?.syncResult?.resources ?? []).filter(hasFailed);
  const said = [operation?.message, failed[0]?.message];
  if (operation?.phase === 'Running' || operation?.phase === 'Terminating') {
    // A failed attempt is Running as well while the next one is waited for, without end where retry.limit is below zero.
    const retried = /retrying attempt #\d/i.test(operation.message ?? '');
    return retried
      ? failing('OperationRetried', said, operation.finishedAt, onlyChildren(object, failed))
      : { state: 'Progressing', waitsFor: [] };
  }
  if (isMended(object, failed)) return undefined;
  const refused = conditionOf(conditions, 'SyncError');
  if (refused && !(operation?.phase === 'Succeeded' && isLater(operation.finishedAt, refused.lastTransitionTime))) {
    return failing('SyncError', [refused.message, failed[0]?.message], refused.lastTransitionTime, onlyChildren(object, failed));
  }
  if (operation?.phase !== 'Failed' && operation?.phase !== 'Error') return undefined;
  if (!isWanted(object) || isStopped(operation)) return undefined;
  return failing(`Operation${operation.phase}`, said, operation.finishedAt, onlyChildren(object, failed));
}

/** By whatever else, all is there and healthy; only what a failed hook was for may not have been done. */
function isMended({ status }: Application, failed: readonly Result[]): boolean {
  return status?.sync?.status === 'Synced' && status.health?.status === 'Healthy' && !failed.some(({ hookType }) => hookType);
}

/** False once another revision is to be deployed than the one that failed. */
function isWanted({ status }: Application): boolean {
  const [tried, wanted] = [listOf(status?.operationState?.syncResult), listOf(status?.sync)];
  return tried.length === 0 || wanted.length === 0 || tried.join() === wanted.join();
}

/** By a person, or nothing but a try. Argo CD itself adds what made it end an operation. */
function isStopped({ message = '', operation }: Operation): boolean {
  return operation?.sync?.dryRun === true || /^Operation terminated( \(retried \d+ times\)\.)?$/.test(message);
}

function byHealth(object: Application): Judgement {
  const { health = {}, sync, resources = [], history = [], operationState } = object.status ?? {};
  const since = health.lastTransitionTime;
  if (health.status === 'Degraded') {
    const bad = resources.filter((each) => each.health?.status === 'Degraded');
    const children = bad.length > 0 ? onlyChildren(object, bad) : childrenOf(object, resources);
    return failing('Degraded', [health.message ?? bad[0]?.health?.message], since, children);
  }
  // What was never deployed is not missing: somebody is to sync it, or a window to open.
  const deployed = history.length > 0 || operationState?.phase === 'Succeeded';
  if (health.status === 'Missing' && deployed) return failing('Missing', [health.message], since);
  if (health.status === 'Suspended') return { state: 'Suspended', since, waitsFor: [] };
  if (health.status === 'Missing' || (health.status === 'Healthy' && sync?.status === 'OutOfSync'))
    return { state: 'OutOfSync', waitsFor: [] };
  return { state: health.status === 'Healthy' && sync?.status === 'Synced' ? 'Healthy' : 'Progressing', since, waitsFor: [] };
}

function failing(
  reason: string | undefined,
  said: readonly (string | undefined)[],
  since: string | undefined,
  waitsFor: readonly string[] = [],
): Judgement {
  // Each in part, so that a long one does not hide the next.
  const text = said.map((each) => (typeof each === 'string' ? shortened(each, 1000) : '')).filter(Boolean);
  return { state: 'Failing', since, failure: failureOf(reason, text.join('\n')), waitsFor };
}

function hasFailed({ status, hookPhase }: Result): boolean {
  return status === 'SyncFailed' || hookPhase === 'Failed' || hookPhase === 'Error';
}

/** The applications among what is wrong, where nothing else is wrong and each could be applied. */
function onlyChildren(object: Application, wrong: readonly (Managed | Result)[]): readonly string[] {
  const children = childrenOf(
    object,
    wrong.filter(({ status }) => status !== 'SyncFailed'),
  );
  return children.length === wrong.length ? children : [];
}

/** Applications that this one is made of, without itself. */
function childrenOf({ metadata }: Application, references: readonly Reference[]): readonly string[] {
  const itself = objectName('Application', metadata?.name ?? '', metadata?.namespace);
  return references
    .filter(({ group, kind }) => group === 'argoproj.io' && kind === 'Application')
    .map(nameOf)
    .filter((name) => name !== itself);
}

function outOfSyncOf({ status }: Application): boolean | undefined {
  const runs = status?.operationState?.phase === 'Running' || status?.operationState?.phase === 'Terminating';
  if (!runs && status?.sync?.status === 'OutOfSync') return true;
  return !runs && status?.sync?.status === 'Synced' ? false : undefined;
}

function nameOf({ kind = '', name = '', namespace }: Reference): string {
  return objectName(kind, name, namespace);
}

function sourceOf({ repoURL, chart, path }: Source): string {
  return [repoURL, chart ?? path].map(addressOf).filter(Boolean).join(' ');
}

function listOf(revisions: Revisions | undefined): readonly string[] {
  return revisions?.revisions ?? (revisions?.revision ? [revisions.revision] : []);
}

function firstOf(revisions: Revisions | undefined): string {
  return revisionOf(listOf(revisions)[0]);
}

function isLater(one: string | undefined, other: string | undefined): boolean {
  const [a, b] = [instantOf(one), instantOf(other)];
  return a !== undefined && b !== undefined && Temporal.Instant.compare(a, b) > 0;
}
