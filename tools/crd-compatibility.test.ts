import { kinds } from '../src/api/v1alpha1/kinds.ts';
import { type Definition, incompatibilities, type Schema } from './crd-compatibility.ts';
import { crd } from './generate-crds.ts';

/** A definition of a kind `Thing` with these fields in its spec. */
function thing(spec: Schema, version: Partial<Definition['spec']['versions'][number]> = {}): Definition {
  const openAPIV3Schema: Schema = { type: 'object', required: ['spec'], properties: { spec: { type: 'object', ...spec } } };
  return {
    metadata: { name: 'things.example.com' },
    spec: {
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [{ name: 'v1', served: true, subresources: { status: {} }, schema: { openAPIV3Schema }, ...version }],
    },
  };
}

/** What is said where one field becomes another. */
const between = (before: Schema, after: Schema | undefined) =>
  incompatibilities([thing({ properties: { size: before } })], [thing({ properties: after ? { size: after } : {} })]);

const number = { type: 'integer' };
const word = { type: 'string' };
const words = { type: 'array', items: word };

describe('a definition is compatible', () => {
  it('with itself, as ours are', () => {
    const ours = kinds.map((kind) => crd(kind) as unknown as Definition);

    expect(incompatibilities(ours, ours)).toEqual([]);
  });

  it.each<[string, Schema, Schema]>([
    ['higher bounds', { ...number, maximum: 5, minimum: 2 }, { ...number, maximum: 9, minimum: 1 }],
    ['bounds that went', { ...word, maxLength: 5, minLength: 1 }, word],
    ['a smallest length of nothing', word, { ...word, minLength: 0 }],
    ['more values', { ...word, enum: ['a', 'b'] }, { ...word, enum: ['b', 'c', 'a'] }],
    ['any value', { ...word, enum: ['a'] }, word],
    [
      'a pattern, format and rule that went',
      { ...word, pattern: '^a', format: 'date', 'x-kubernetes-validations': [{ rule: 'self' }] },
      word,
    ],
    ['null as well', word, { ...word, nullable: true }],
    ['another description', { ...word, description: 'a' }, { ...word, description: 'b' }],
    ['a default where there was none', word, { ...word, default: 'a' }],
    [
      'a field that is no longer required',
      { type: 'object', properties: { a: word }, required: ['a'] },
      { type: 'object', properties: { a: word } },
    ],
    ['a new field', { type: 'object', properties: {} }, { type: 'object', properties: { a: word } }],
    [
      'a new required field that has a default',
      { type: 'object', properties: {} },
      { type: 'object', properties: { a: { ...word, default: 'x' } }, required: ['a'] },
    ],
    [
      'fields that are kept without being known',
      { type: 'object', properties: { a: word } },
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    ],
  ])('where it takes %s', (_, before, after) => {
    expect(between(before, after)).toEqual([]);
  });

  it('where a new optional object requires something in it', () => {
    const after = thing({ properties: { extra: { type: 'object', properties: { a: word }, required: ['a'] } } });

    expect(incompatibilities([thing({ properties: {} })], [after])).toEqual([]);
  });

  it('where a version that was not served goes, and a kind is new', () => {
    const before = thing({});
    before.spec.versions.unshift({ ...before.spec.versions[0]!, name: 'v0', served: false });

    expect(incompatibilities([before], [thing({}), { ...thing({}), metadata: { name: 'others.example.com' } }])).toEqual([]);
  });
});

describe('a definition is not compatible', () => {
  it.each<[string, Schema, Schema | undefined, string]>([
    ['a removed field', word, undefined, 'the field was removed'],
    ['another type', word, number, 'type was "string" and is "integer"'],
    ['a lower maximum', { ...number, maximum: 5 }, { ...number, maximum: 4 }, 'maximum was 5 and is 4'],
    ['a maximum where there was none', words, { ...words, maxItems: 9 }, 'maxItems was not given and is 9'],
    ['a higher minimum', { ...number, minimum: 1 }, { ...number, minimum: 2 }, 'minimum was 1 and is 2'],
    ['a minimum of zero for a number', number, { ...number, minimum: 0 }, 'minimum was not given and is 0'],
    ['a smallest length', word, { ...word, minLength: 1 }, 'minLength was not given and is 1'],
    ['fewer values', { ...word, enum: ['a', 'b'] }, { ...word, enum: ['a'] }, 'enum no longer has "b"'],
    ['a list of values', word, { ...word, enum: ['a'] }, 'enum was not given'],
    ['another pattern', { ...word, pattern: '^a' }, { ...word, pattern: '^ab' }, 'pattern was "^a" and is "^ab"'],
    ['a format', word, { ...word, format: 'date' }, 'format was not given'],
    ['a new rule', word, { ...word, 'x-kubernetes-validations': [{ rule: 'self != ""' }] }, 'the rule self != "" is new'],
    ['no null', { ...word, nullable: true }, word, 'nullable was true'],
    [
      'no unknown fields',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      { type: 'object' },
      'x-kubernetes-preserve-unknown-fields was true',
    ],
    ['another default', { ...word, default: 'a' }, { ...word, default: 'b' }, 'its default was "a" and is "b"'],
    ['no default', { ...word, default: 'a' }, word, 'its default was "a" and is not given'],
    [
      'another way to merge',
      { ...words, 'x-kubernetes-list-type': 'atomic' },
      { ...words, 'x-kubernetes-list-type': 'set' },
      'x-kubernetes-list-type was "atomic"',
    ],
  ])('where it has %s', (_, before, after, problem) => {
    expect(between(before, after)).toEqual([expect.stringContaining(`Thing v1 .spec.size: ${problem}`)]);
  });

  it('where a field is required that was not', () => {
    const [before, after] = [{ properties: { a: word } }, { properties: { a: word }, required: ['a'] }].map((spec) => [thing(spec)]);

    expect(incompatibilities(before!, after!)).toEqual(['Thing v1 .spec.a: it is required now']);
  });

  it('however deep it changed: in lists and maps', () => {
    const deep = (leaf: Schema): Schema => ({
      ...words,
      items: { type: 'object', additionalProperties: { type: 'object', properties: { a: leaf } } },
    });

    expect(between(deep({ ...word, maxLength: 9 }), deep({ ...word, maxLength: 8 }))).toEqual([
      'Thing v1 .spec.size[]{}.a: maxLength was 9 and is 8, which may take less',
    ]);
  });

  it('where its kind, a served version, its scope or its status goes', () => {
    expect(incompatibilities([thing({})], [])).toEqual(['things.example.com: the kind was removed']);
    expect(incompatibilities([thing({})], [thing({}, { served: false })])).toEqual(['Thing v1: the version is no longer served']);
    const cluster = thing({});
    cluster.spec.scope = 'Cluster';
    expect(incompatibilities([thing({})], [cluster])).toEqual(['Thing: its scope was Namespaced and is Cluster']);
    const { subresources: _, ...bare } = thing({}).spec.versions[0]!;
    const without = thing({});
    without.spec.versions = [bare];
    expect(incompatibilities([thing({})], [without])).toEqual(['Thing v1: its status was a subresource']);
  });
});
