/** What of a CustomResourceDefinition is compared. */
export interface Definition {
  metadata: { name: string };
  spec: { scope: string; names: { kind: string; plural: string }; versions: DefinitionVersion[] };
}

interface DefinitionVersion {
  name: string;
  served: boolean;
  subresources?: { status?: object };
  schema: { openAPIV3Schema: Schema };
}

/** A structural schema, as an API server takes it. */
export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema;
  required?: string[];
  enum?: unknown[];
  default?: unknown;
  'x-kubernetes-validations'?: { rule: string }[];
  [word: string]: unknown;
}

/** Words whose number may only grow, and those whose number may only shrink; without a number anything goes. */
const upperBounds = ['maximum', 'maxLength', 'maxItems', 'maxProperties'];
const lowerBounds = ['minimum', 'minLength', 'minItems', 'minProperties'];
/** Words that may go but neither come nor change: whether another value narrows cannot be told from it. */
const constraints = [
  'pattern',
  'format',
  'multipleOf',
  'uniqueItems',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
];
/** Words that may come but neither go nor change: they widen what is taken. */
const permissions = ['nullable', 'x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'];
/** Words that say how a list or map is merged: what was applied before is understood by these. */
const merging = ['x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-map-type'];

/**
 * Why objects that the definitions before took, or fields that people use, would not be taken by those after: one line each, with the path;
 * none where every object that was valid still is. What is new is no matter.
 */
export function incompatibilities(before: readonly Definition[], after: readonly Definition[]): string[] {
  return before.flatMap((old) => {
    const now = after.find(({ metadata }) => metadata.name === old.metadata.name);
    if (!now) return [`${old.metadata.name}: the kind was removed`];
    const { kind } = old.spec.names;
    const identity = [
      ...(old.spec.scope === now.spec.scope ? [] : [`${kind}: its scope was ${old.spec.scope} and is ${now.spec.scope}`]),
      ...(kind === now.spec.names.kind ? [] : [`${kind}: its kind is called ${now.spec.names.kind}`]),
    ];
    return [...identity, ...old.spec.versions.filter(({ served }) => served).flatMap((version) => versionProblems(kind, version, now))];
  });
}

function versionProblems(kind: string, old: DefinitionVersion, definition: Definition): string[] {
  const now = definition.spec.versions.find(({ name, served }) => name === old.name && served);
  const path = `${kind} ${old.name}`;
  if (!now) return [`${path}: the version is no longer served`];
  const hadStatus = old.subresources?.status !== undefined;
  const hasStatus = now.subresources?.status !== undefined;
  return [
    ...(hadStatus === hasStatus ? [] : [`${path}: its status ${hadStatus ? 'was' : 'was not'} a subresource`]),
    ...schemaProblems(`${path} `, old.schema.openAPIV3Schema, now.schema.openAPIV3Schema),
  ];
}

function schemaProblems(path: string, old: Schema, now: Schema): string[] {
  return [
    ...valueProblems(old, now).map((problem) => `${path.trim()}: ${problem}`),
    ...requiredProblems(path, old, now),
    ...Object.entries(old.properties ?? {}).flatMap(([name, child]) => below(`${path}.${name}`, child, now.properties?.[name], now)),
    ...(old.items ? below(`${path}[]`, old.items, now.items, now) : []),
    ...(old.additionalProperties ? below(`${path}{}`, old.additionalProperties, now.additionalProperties, now) : []),
  ];
}

function below(path: string, old: Schema, now: Schema | undefined, parent: Schema): string[] {
  if (now) return schemaProblems(path, old, now);
  return parent['x-kubernetes-preserve-unknown-fields'] === true ? [] : [`${path}: the field was removed`];
}

/** A field with a default is there by the time that it is required. */
function requiredProblems(path: string, old: Schema, now: Schema): string[] {
  return (now.required ?? [])
    .filter((name) => !old.required?.includes(name) && now.properties?.[name]?.default === undefined)
    .map((name) => `${path}.${name}: it is required now`);
}

/** What one value may be, apart from what is in it. */
function valueProblems(old: Schema, now: Schema): string[] {
  const differs = (word: string) => JSON.stringify(old[word]) !== JSON.stringify(now[word]);
  const has = (schema: Schema, word: string) => schema[word] !== undefined && schema[word] !== false;
  return [
    ...['type', ...merging].filter(differs).map((word) => `${word} was ${text(old[word])} and is ${text(now[word])}`),
    ...upperBounds.filter((word) => bound(now, word, Infinity) < bound(old, word, Infinity)).map((word) => narrowed(word, old, now)),
    ...lowerBounds
      .filter((word) => bound(now, word, lowest(word)) > bound(old, word, lowest(word)))
      .map((word) => narrowed(word, old, now)),
    ...constraints.filter((word) => has(now, word) && differs(word)).map((word) => narrowed(word, old, now)),
    ...permissions.filter((word) => has(old, word) && differs(word)).map((word) => narrowed(word, old, now)),
    ...enumProblems(old, now),
    ...ruleProblems(old, now),
    ...defaultProblems(old, now),
  ];
}

const text = (value: unknown) => (value === undefined ? 'not given' : JSON.stringify(value));
const narrowed = (word: string, old: Schema, now: Schema) =>
  `${word} was ${text(old[word])} and is ${text(now[word])}, which may take less`;

function bound(schema: Schema, word: string, otherwise: number): number {
  const value = schema[word];
  return typeof value === 'number' ? value : otherwise;
}

/** A length or count is never below zero, so that a minimum of zero says nothing. */
function lowest(word: string): number {
  return word === 'minimum' ? -Infinity : 0;
}

function enumProblems(old: Schema, now: Schema): string[] {
  if (!now.enum) return [];
  if (!old.enum) return [narrowed('enum', old, now)];
  const gone = old.enum.filter((value) => !now.enum?.includes(value));
  return gone.length === 0 ? [] : [`enum no longer has ${gone.map(text).join(', ')}`];
}

/** A rule whose text changed counts as new: whether it takes less is for a person to judge. */
function ruleProblems(old: Schema, now: Schema): string[] {
  const before = new Set(old['x-kubernetes-validations']?.map(({ rule }) => rule));
  return (now['x-kubernetes-validations'] ?? []).filter(({ rule }) => !before.has(rule)).map(({ rule }) => `the rule ${rule} is new`);
}

/** Objects that were written without the field would mean something else from one version to the next. */
function defaultProblems(old: Schema, now: Schema): string[] {
  if (old.default === undefined || JSON.stringify(old.default) === JSON.stringify(now.default)) return [];
  return [`its default was ${text(old.default)} and is ${text(now.default)}`];
}
