import { isDeepStrictEqual } from 'node:util';
import type { CorrectionReport } from '../api/v1alpha1/coveragereport.ts';
import type { Copying, Correction, Patching } from '../checks/check.ts';
import { stamp } from '../findings/lifecycle.ts';
import { isKubeError } from '../kube/errors.ts';
import { matchesGlob } from '../kube/glob.ts';
import type { KubeRequest, Transport } from '../kube/transport.ts';
import { collectionPath, type KubeObject, objectName, objectPath } from '../kube/types.ts';

/** At most so many changes in one maintenance window; whoever needs more has a project, not a correction. */
export const maxPerWindow = 20;
const fieldManager = 'support-coverage-operator';

/** A correction, and the check or fact that asks for it. */
export type Proposed = Correction & { check: string };

export interface CorrectionsPlan {
  mode: 'Off' | 'Suggest' | 'Apply';
  /** Ids of checks and facts whose corrections the operator may make itself. */
  allow: readonly string[];
}

/** What the operator's own configuration lets it change, whatever coverages say: the chart grants the permissions for this and no more. */
export interface CorrectionLimits {
  /** Ids of checks and facts. */
  allow: readonly string[];
  /** Globs over the namespaces in which, and of which, something may be changed. What is in no namespace needs none. */
  namespaces: readonly string[];
}

/** Whether the operator may make a change now, and if not, why; undefined where it may. */
export interface Permit {
  /** When the open maintenance window began; undefined while none is open. */
  windowSince: Temporal.Instant | undefined;
  /** True for an object that the approved baseline states something about. */
  isAgreed(object: string): boolean;
  /** Absent: judged by whoever makes the change (`createCorrector`) alone. */
  limits?: CorrectionLimits;
}

/**
 * What was proposed. Suggestions carry no time, so that the report stays as it is. With `applying`: what the coverage lets the operator make
 * and the operator's own configuration does not, says so.
 */
export function suggestions(
  proposed: readonly Proposed[],
  applying?: { plan: CorrectionsPlan; limits: CorrectionLimits },
): CorrectionReport[] {
  return proposed.map((correction) => {
    const { check, object, command } = correction;
    const wanted = applying?.plan.mode === 'Apply' && applying.plan.allow.includes(check);
    const message = wanted ? beyondLimits(correction, applying.limits) : undefined;
    return { check, object, command, result: 'Suggested', ...(message ? { message } : {}) };
  });
}

/** Why the operator's own configuration does not let it make a change; undefined where it does. */
export function beyondLimits(
  { check, type, name, namespace }: Pick<Proposed, 'check' | 'type' | 'name' | 'namespace'>,
  { allow, namespaces }: CorrectionLimits,
): string | undefined {
  if (!allow.includes(check))
    return `The operator's own configuration does not allow it to correct ${check}: the chart's corrections.allow does not list it.`;
  const place = namespace ?? (type.group === '' && type.resource === 'namespaces' ? name : undefined);
  if (place === undefined || namespaces.some((glob) => matchesGlob(glob, place))) return undefined;
  return `The operator's own configuration does not allow corrections in the namespace ${place}: the chart's corrections.namespaces does not list it.`;
}

/** Those that may be made now, in order. What was tried in this window, with whatever result, is not tried again. */
export function permitted(
  plan: CorrectionsPlan,
  proposed: readonly Proposed[],
  past: readonly CorrectionReport[],
  { windowSince, isAgreed, limits }: Permit,
): Proposed[] {
  if (plan.mode !== 'Apply' || !windowSince) return [];
  const tried = past.filter(({ at }) => at !== undefined && Temporal.Instant.compare(Temporal.Instant.from(at), windowSince) >= 0);
  const left = maxPerWindow - tried.filter(({ result }) => result === 'Applied').length;
  return proposed
    .filter(({ check, knownAs }) => plan.allow.includes(check) && isAgreed(knownAs))
    .filter((correction) => !limits || beyondLimits(correction, limits) === undefined)
    .filter(({ check, command }) => !tried.some((entry) => entry.check === check && entry.command === command))
    .slice(0, Math.max(0, left));
}

/** Makes changes within the operator's own configuration. Never throws: what stands in the way is the result. */
export function createCorrector(transport: Transport, limits: CorrectionLimits) {
  return async (correction: Proposed, now: Temporal.Instant, signal: AbortSignal): Promise<CorrectionReport> => {
    const message = beyondLimits(correction, limits);
    if (message === undefined) return apply(transport, correction, now, signal);
    const { check, object, command } = correction;
    return { check, object, command, result: 'Refused', message, at: stamp(now) };
  };
}

/**
 * Makes one change: only if the object is still as it was read (or still not there), the API server's dry-run gives exactly what is meant and
 * warns of nothing, and the object read again afterwards has it. Never throws: what stands in the way is the result.
 */
export async function apply(
  transport: Transport,
  correction: Proposed,
  now: Temporal.Instant,
  signal: AbortSignal,
): Promise<CorrectionReport> {
  const { check, object, command } = correction;
  const done = ([result, message]: Result): CorrectionReport => ({
    ...{ check, object, command, result },
    message: message.slice(0, 1024),
    at: stamp(now),
  });
  try {
    return done(await ('patch' in correction ? change(transport, correction, signal) : create(transport, correction, signal)));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return done([isKubeError(error, 'Forbidden', 'Conflict', 'Invalid') ? 'Refused' : 'Failed', message]);
  }
}

type Result = [CorrectionReport['result'], string];

async function change(transport: Transport, { type, name, namespace, patch }: Proposed & Patching, signal: AbortSignal): Promise<Result> {
  const path = objectPath(type, name, namespace);
  const before = await transport.json<KubeObject>({ path, signal });
  const wanted = merged(before, patch);
  if (isDeepStrictEqual(essence(before), essence(wanted))) return ['Refused', 'It is so already.'];
  const body = merged(patch, { metadata: { resourceVersion: before.metadata?.resourceVersion } }) as object;
  const request = { method: 'PATCH', path, contentType: 'application/merge-patch+json', body, signal } as const;
  const objection = await rehearsed(transport, request, wanted);
  if (objection) return ['Refused', objection];
  await transport.json({ ...request, query: { fieldManager } });
  const after = await transport.json<KubeObject>({ path, signal });
  return isDeepStrictEqual(essence(merged(after, patch)), essence(after))
    ? ['Applied', 'The change was made and is there.']
    : ['Failed', 'The change was made and taken back at once by somebody else.'];
}

async function create(transport: Transport, { type, name, namespace, copyOf }: Proposed & Copying, signal: AbortSignal): Promise<Result> {
  const found = (path: string) => unlessNotFound(transport.json<KubeObject & { spec?: unknown }>({ path, signal }));
  const template = await found(objectPath(type, copyOf.name, copyOf.namespace));
  if (!template) return ['Refused', `The template ${objectName(type.kind, copyOf.name, copyOf.namespace)} is gone.`];
  const path = objectPath(type, name, namespace);
  if (await found(path)) return ['Refused', 'It is there already.'];
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  const wanted = { apiVersion, kind: type.kind, metadata: { name, ...(namespace ? { namespace } : {}) }, spec: template.spec };
  const request = { method: 'POST', path: collectionPath(type, namespace), body: wanted, signal } as const;
  const objection = await rehearsed(transport, request, wanted);
  if (objection) return ['Refused', objection];
  await transport.json({ ...request, query: { fieldManager } });
  const after = await found(path);
  if (!after) return ['Failed', 'It was made and deleted at once by somebody else.'];
  return isDeepStrictEqual(essence(after), essence(wanted))
    ? ['Applied', 'It was made and is there.']
    : ['Failed', 'It was made and changed at once by somebody else.'];
}

/** What speaks against a request: its dry-run warns, or gives something else than what is meant. */
async function rehearsed(transport: Transport, request: KubeRequest, wanted: unknown): Promise<string | undefined> {
  const warnings: string[] = [];
  const onWarning = (text: string) => warnings.push(text);
  const answer = await transport.json<KubeObject>({ ...request, query: { fieldManager, dryRun: 'All' }, onWarning });
  if (warnings.length > 0) return `The API server warns of the change: ${warnings.join('; ')}`;
  return isDeepStrictEqual(essence(answer), essence(wanted))
    ? undefined
    : 'The dry-run gives another result than the change alone: an admission webhook or policy adds to it.';
}

async function unlessNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object without what the API server itself gives it; an empty map is as good as none. */
function essence(object: unknown): unknown {
  const { metadata, status: _, ...rest } = object as KubeObject & { status?: unknown };
  const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...named } = metadata ?? {};
  const { uid: _uid, creationTimestamp: _created, ...kept } = named;
  const filled = Object.fromEntries(Object.entries(kept).filter(([, value]) => !isObject(value) || Object.keys(value).length > 0));
  return { ...rest, metadata: filled };
}
