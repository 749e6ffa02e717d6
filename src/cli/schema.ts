import * as z from 'zod';
import type { Rule } from '../api/v1alpha1/fields.ts';
import { compileRule, UnknownRule } from './cel.ts';

/** What is wrong with a manifest, with the path of the field. */
export interface Problem {
  path: string;
  message: string;
}

/** The part of a CRD's schema that is more than types and bounds, which Zod judges. */
export interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  format?: string;
  default?: unknown;
  maxProperties?: number;
  'x-kubernetes-validations'?: readonly Rule[];
  'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  'x-kubernetes-list-map-keys'?: readonly string[];
}

type Fields = Record<string, unknown>;

/** The schema as the CRD has it. */
export function schemaOf(type: z.ZodType): Schema {
  return z.toJSONSchema(type, { target: 'openapi-3.0', io: 'input' }) as Schema;
}

/** What the API server would refuse of a value. A rule is left out where the value is too wrong for it to be judged; Zod says so then. */
export function schemaProblems(type: z.ZodType, value: unknown, path: string): Problem[] {
  const schema = schemaOf(type);
  return [
    ...typeProblems(type, value, path),
    ...structureProblems(schema, value, path),
    ...ruleProblems(schema, celValue(schema, value), path),
  ];
}

/** Every rule of a schema that is not judged here but by the API server alone. */
export function rulesOfTheServer(schema: Schema): string[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ rule }) => rule).filter((rule) => compiled(rule) === undefined);
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...[schema.items, schema.additionalProperties].filter((child) => child !== undefined),
  ];
  return [...own, ...inner.flatMap(rulesOfTheServer)];
}

function typeProblems(type: z.ZodType, value: unknown, path: string): Problem[] {
  return (type.safeParse(value).error?.issues ?? []).map((issue) => ({
    path: issue.path.reduce<string>(joined, path),
    message:
      issue.code === 'invalid_type' && at(value, issue.path) === undefined
        ? `is required: write ${article(issue.expected)}`
        : issue.message,
  }));
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((holder, key) => (holder as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function article(noun: string): string {
  return `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

function joined(path: string, key: PropertyKey): string {
  return typeof key === 'number' ? `${path}[${key}]` : `${path}.${String(key)}`;
}

/** Fields that the schema does not know, lists that hold something twice, times that are none. */
function structureProblems(schema: Schema, value: unknown, path: string): Problem[] {
  if (Array.isArray(value))
    return [
      ...duplicates(schema, value, path),
      ...value.flatMap((entry, index) => structureProblems(schema.items ?? {}, entry, joined(path, index))),
    ];
  if (typeof value === 'string') return timeProblems(schema, value, path);
  return isFields(value) ? fieldProblems(schema, value, path) : [];
}

function fieldProblems({ properties, additionalProperties, maxProperties }: Schema, value: Fields, path: string): Problem[] {
  const keys = Object.keys(value);
  const tooMany =
    maxProperties !== undefined && keys.length > maxProperties
      ? [{ path, message: `has ${keys.length} entries: at most ${maxProperties} can be` }]
      : [];
  const own = keys.flatMap((key) => {
    const child = properties?.[key] ?? additionalProperties;
    if (child) return structureProblems(child, value[key], joined(path, key));
    return properties
      ? [{ path: joined(path, key), message: `there is no such field; known are ${Object.keys(properties).sort().join(', ')}` }]
      : [];
  });
  return [...tooMany, ...own];
}

function duplicates(schema: Schema, list: readonly unknown[], path: string): Problem[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'map' && type !== 'set') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const identity = (entry: unknown) => JSON.stringify(type === 'map' && isFields(entry) ? keys.map((key) => entry[key]) : entry);
  const what = type === 'map' ? `${keys.join(' and ')} of an earlier entry` : 'value';
  const seen = new Set<string>();
  return list.flatMap((entry, index) => {
    if (seen.has(identity(entry))) return [{ path: joined(path, index), message: `has the same ${what} again` }];
    seen.add(identity(entry));
    return [];
  });
}

function timeProblems({ format }: Schema, value: string, path: string): Problem[] {
  if (format === 'date-time' && instantOf(value) === undefined)
    return [{ path, message: `${JSON.stringify(value)} is not a time: write RFC 3339, for example 2027-01-31T12:00:00Z` }];
  if (format === 'date' && dateOf(value) === undefined)
    return [{ path, message: `${JSON.stringify(value)} is not a day of the calendar: write for example 2027-01-31` }];
  return [];
}

function instantOf(text: string): Temporal.Instant | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  return attempt(() => Temporal.Instant.from(text));
}

function dateOf(text: string): Temporal.PlainDate | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? attempt(() => Temporal.PlainDate.from(text)) : undefined;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** The value as a rule sees it: with defaults, and times as times. */
function celValue(schema: Schema, value: unknown): unknown {
  if (typeof value === 'string') {
    if (schema.format === 'date-time') return instantOf(value) ?? value;
    if (schema.format === 'date') return dateOf(value)?.toZonedDateTime('UTC').toInstant() ?? value;
  }
  if (Array.isArray(value)) return value.map((entry) => celValue(schema.items ?? {}, entry));
  if (!isFields(value)) return value;
  const given = Object.entries(value).map(([key, entry]) => [
    key,
    celValue(schema.properties?.[key] ?? schema.additionalProperties ?? {}, entry),
  ]);
  const defaults = Object.entries(schema.properties ?? {}).flatMap(([key, child]) =>
    child.default === undefined || key in value ? [] : [[key, celValue(child, child.default)]],
  );
  return Object.fromEntries([...given, ...defaults]);
}

function ruleProblems(schema: Schema, value: unknown, path: string): Problem[] {
  if (value === undefined || value === null) return [];
  const own = (schema['x-kubernetes-validations'] ?? [])
    .filter(({ rule }) => compiled(rule)?.(value) === false)
    .map(({ message }) => ({ path, message }));
  return [...own, ...innerRuleProblems(schema, value, path)];
}

function innerRuleProblems(schema: Schema, value: unknown, path: string): Problem[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => ruleProblems(schema.items ?? {}, entry, joined(path, index)));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    ruleProblems(schema.properties?.[key] ?? schema.additionalProperties ?? {}, entry, joined(path, key)),
  );
}

function compiled(rule: string): ((self: unknown) => boolean | undefined) | undefined {
  try {
    return compileRule(rule);
  } catch (error) {
    if (error instanceof UnknownRule) return undefined;
    throw error;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Temporal.Instant);
}
