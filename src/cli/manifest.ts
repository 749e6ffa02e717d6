import { loadAll } from 'js-yaml';
import type { z } from 'zod';
import type { CoverageBaselineSpec } from '../api/v1alpha1/coveragebaseline.ts';
import { apiVersion, coverageBaselineKind, group, type KindDefinition, kinds, supportCoverageKind } from '../api/v1alpha1/kinds.ts';
import type { SupportCoverage, SupportCoverageSpec } from '../api/v1alpha1/supportcoverage.ts';
import { tooLarge } from '../baseline/capture.ts';
import { facts } from '../baseline/catalogue.ts';
import { checks } from '../checks/catalogue.ts';
import { addressProblems } from '../coverage/addresses.ts';
import { planOf } from '../coverage/plan.ts';
import { dnsSubdomain } from '../kube/names.ts';
import { kubectlSchema } from './kubectl-yaml.ts';
import { type Problem, schemaProblems } from './schema.ts';
import type { ManifestObject } from './store.ts';
import { oneLine } from './words.ts';

/** A document of a file. */
export interface Document {
  /** `Kind/name`, as far as it has them. */
  name: string;
  /** Undefined where it is not one of ours. */
  kind: KindDefinition | undefined;
  object: ManifestObject;
  problems: Problem[];
}

/** The documents of a YAML or JSON text, with what the API server or the operator would refuse in each. */
export function documentsIn(text: string, now: Temporal.Instant): Document[] | { unreadable: string } {
  try {
    return loadAll(text, { schema: kubectlSchema })
      .filter((value) => value !== null && value !== undefined)
      .flatMap((value) => (isList(value) ? value.items : [value]))
      .map((value) => documentOf(value, now));
  } catch (error) {
    if ((error as Error).name !== 'YAMLException') throw error;
    return { unreadable: oneLine(error) };
  }
}

function isList(value: unknown): value is { items: unknown[] } {
  return isObject(value) && value.kind === 'List' && Array.isArray((value as { items?: unknown }).items);
}

function isObject(value: unknown): value is ManifestObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function documentOf(value: unknown, now: Temporal.Instant): Document {
  if (!isObject(value))
    return {
      name: 'a document',
      kind: undefined,
      object: {},
      problems: [{ path: '', message: 'is not an object with apiVersion and kind' }],
    };
  const name = `${value.kind ?? 'object'}/${value.metadata?.name ?? ''}`;
  const ours = value.apiVersion?.startsWith?.(`${group}/`) === true || value.apiVersion === undefined;
  if (!ours) return { name, kind: undefined, object: value, problems: [] };
  const kind = kinds.find((candidate) => candidate.kind === value.kind);
  return { name, kind, object: value, problems: kind ? problemsOf(kind, value, now) : [unknownKind(value)] };
}

function unknownKind({ apiVersion: version, kind }: ManifestObject): Problem {
  if (version === undefined) return { path: 'apiVersion', message: `is required: write ${apiVersion}` };
  return { path: 'kind', message: `${group} has no kind ${JSON.stringify(kind)}; it has ${kinds.map((own) => own.kind).join(', ')}` };
}

function problemsOf(kind: KindDefinition, object: ManifestObject, now: Temporal.Instant): Problem[] {
  const found = [...envelopeProblems(kind, object), ...schemaProblems(kind.spec as z.ZodType, object.spec, 'spec')];
  // As the operator does: what cannot be run is only asked of what has the form.
  return found.length > 0 ? found : meaningProblems(kind, object, now);
}

function envelopeProblems(kind: KindDefinition, object: ManifestObject): Problem[] {
  const { apiVersion: version, metadata } = object;
  const fields = ['apiVersion', 'kind', 'metadata', 'spec', ...(kind.status ? ['status'] : [])];
  const name = metadata?.name ?? '';
  return [
    ...(version === apiVersion
      ? []
      : [
          {
            path: 'apiVersion',
            message: version === undefined ? `is required: write ${apiVersion}` : `${version} is not served: write ${apiVersion}`,
          },
        ]),
    ...((dnsSubdomain.test(name) && name.length <= 253) || metadata?.generateName
      ? []
      : [{ path: 'metadata.name', message: `${JSON.stringify(name)} is not a name: write lower case letters, digits, '-' and '.'` }]),
    ...Object.keys(object)
      .filter((key) => !fields.includes(key))
      .map((key) => ({ path: key, message: `there is no such field; known are ${fields.join(', ')}` })),
  ];
}

function meaningProblems(kind: KindDefinition, object: ManifestObject, now: Temporal.Instant): Problem[] {
  if (kind.kind === coverageBaselineKind.kind) {
    const problem = tooLarge((object.spec as CoverageBaselineSpec).facts);
    return problem ? [{ path: 'spec.facts', message: problem }] : [];
  }
  if (kind.kind !== supportCoverageKind.kind) return [];
  const planned = planOf(object as unknown as SupportCoverage, checks, facts, now);
  const unreachable = addressProblems(object.spec as SupportCoverageSpec);
  return 'problems' in planned ? [...planned.problems, ...unreachable] : unreachable;
}
