import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import * as z from 'zod';
import { keyedBy, rules } from '../src/api/v1alpha1/fields.ts';
import { kinds } from '../src/api/v1alpha1/kinds.ts';
import { crd, generateCrds, structural } from './generate-crds.ts';

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema;
  required?: string[];
  enum?: string[];
  maxItems?: number;
  maxLength?: number;
  maxProperties?: number;
  format?: string;
  'x-kubernetes-validations'?: { rule: string; message: string }[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  [word: string]: unknown;
}
interface Version {
  additionalPrinterColumns: { name: string; type: string; jsonPath: string }[];
  schema: { openAPIV3Schema: Schema };
  subresources?: object;
}

const definitions = kinds.map((kind) => {
  const [version] = (crd(kind) as { spec: { versions: Version[] } }).spec.versions;
  return { kind, version: version!, schema: version!.schema.openAPIV3Schema };
});
const parts = definitions.flatMap(({ kind, schema }) => walk(schema).map(([path, node]) => ({ path: `${kind.kind}${path}`, node })));
const written = parts.filter(({ path }) => /^(SupportCoverage|CoverageBaseline)\.spec\b/.test(path));

/** Every schema within a schema, with its path. */
function walk(node: Schema, path = ''): [string, Schema][] {
  const below = [
    ...Object.entries(node.properties ?? {}).map(([name, child]) => [`${path}.${name}`, child] as const),
    ...(node.items ? [[`${path}[]`, node.items] as const] : []),
    ...(node.additionalProperties ? [[`${path}{}`, node.additionalProperties] as const] : []),
  ];
  return [[path, node], ...below.flatMap(([childPath, child]) => walk(child, childPath))];
}

describe('every schema is one that kube-apiserver takes as structural', () => {
  it('with a type in every place and no word that is refused', () => {
    const refused = ['$schema', '$ref', 'anyOf', 'oneOf', 'allOf', 'not', 'const', 'propertyNames', 'prefixItems', 'exclusiveMinimum'];
    expect(parts.length).toBeGreaterThan(100);
    expect(parts.filter(({ node }) => typeof node.type !== 'string')).toEqual([]);
    expect(parts.filter(({ node }) => refused.some((word) => word in node) || node.additionalProperties === (false as unknown))).toEqual(
      [],
    );
  });

  it('without the bounds that Zod gives every integer', () => {
    expect(JSON.stringify(definitions)).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });

  it('with a bound on every list, map and text that a user writes, so that CEL stays in its budget', () => {
    const unbounded = written.filter(({ node }) => {
      if (node.type === 'array') return node.maxItems === undefined;
      if (node.type === 'string') return node.maxLength === undefined && node.enum === undefined;
      return node.additionalProperties !== undefined && node.maxProperties === undefined;
    });
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  it('with a bound on every list of a status', () => {
    const lists = parts.filter(({ path, node }) => path.includes('.status') && node.type === 'array');
    expect(lists.length).toBeGreaterThan(5);
    expect(lists.filter(({ node }) => node.maxItems === undefined).map(({ path }) => path)).toEqual([]);
  });

  it('that says of every list how it is merged, and keys it by a field that its entries must have', () => {
    for (const { path, node } of parts.filter(({ node }) => node.type === 'array')) {
      expect([path, node['x-kubernetes-list-type']]).toEqual([path, expect.stringMatching(/^(atomic|map|set)$/)]);
      if (node['x-kubernetes-list-type'] !== 'map') continue;
      expect([path, node.items?.required]).toEqual([path, expect.arrayContaining(node['x-kubernetes-list-map-keys'] ?? ['a key'])]);
    }
  });

  it('whose rules each say what to write instead', () => {
    const all = parts.flatMap(({ node }) => node['x-kubernetes-validations'] ?? []);
    expect(all.length).toBeGreaterThan(5);
    for (const { rule, message } of all)
      expect([rule, message]).toEqual([expect.stringMatching(/self/), expect.stringMatching(/^.{20,}$/)]);
  });
});

describe('a SupportCoverage', () => {
  const { schema } = definitions.find(({ kind }) => kind.kind === 'SupportCoverage')!;

  it('requires its tier and nothing else', () => {
    expect(schema.required).toEqual(['spec']);
    expect(schema.properties?.spec?.required).toEqual(['tier']);
    expect(schema.properties?.spec?.properties?.tier?.enum).toEqual(['Level1', 'Level2', 'Level3']);
  });

  it('explains every field that a user writes', () => {
    const undescribed = written.filter(
      ({ path, node }) => !node.description && !/(\[\]|\{\}|\.(scope|workingHours|checks|baseline|spec|note))$/.test(path),
    );
    expect(undescribed.map(({ path }) => path).filter((path) => path.startsWith('SupportCoverage'))).toEqual([]);
  });
});

describe('kubectl get', () => {
  it.each(definitions.map(({ kind, version, schema }) => [kind.kind, version, schema] as const))(
    '%s has columns of fields that exist',
    (_, version, schema) => {
      for (const { name, jsonPath } of version.additionalPrinterColumns) {
        if (jsonPath.startsWith('.metadata.')) continue;
        const found = jsonPath
          .replaceAll(/\[[^\]]*\]/g, '[]')
          .split(/\.|(?=\[\])/)
          .slice(1)
          .reduce<Schema | undefined>((node, step) => (step === '[]' ? node?.items : node?.properties?.[step]), schema);
        expect([name, found?.type]).toEqual([name, expect.stringMatching(/^(string|integer)$/)]);
      }
    },
  );

  it('shows the columns of the design', () => {
    const columns = (kind: string) =>
      definitions.find((each) => each.kind.kind === kind)!.version.additionalPrinterColumns.map(({ name }) => name.toUpperCase());
    expect(columns('SupportCoverage')).toEqual([
      'TIER',
      'READY',
      'HEALTHY',
      'CRIT',
      'WARN',
      'DRIFT',
      'WINDOW',
      'LAST-CHECK',
      'AGE',
      'CLUSTERS',
      'NEXT-CHECK',
      'NEXT-MAINTENANCE',
      'BASELINE',
    ]);
    expect(columns('CoverageBaseline')).toEqual(['CLUSTER', 'APPROVED', 'APPROVED-BY', 'AGE']);
    expect(columns('Acknowledgement')).toEqual(['COVERAGE', 'BY', 'MATCHED', 'EXPIRES', 'AGE', 'REASON']);
    expect(columns('CoverageReport')).toEqual(['COVERAGE', 'CLUSTER', 'CRIT', 'WARN', 'INFO', 'UNKNOWN', 'DRIFT', 'AGE']);
  });

  it('finds all kinds by their category and short names', () => {
    const names = kinds.map((kind) => (crd(kind) as { spec: { names: { shortNames: string[]; categories: string[] } } }).spec.names);
    expect(names.map(({ shortNames }) => shortNames)).toEqual([['scov'], ['scbl'], ['scrp'], ['scack']]);
    expect(names.every(({ categories }) => categories.includes('support'))).toBe(true);
  });
});

it('only kinds with a status have the status subresource', () => {
  expect(definitions.map(({ kind, version }) => [kind.kind, version.subresources !== undefined])).toEqual([
    ['SupportCoverage', true],
    ['CoverageBaseline', false],
    ['CoverageReport', true],
    ['Acknowledgement', true],
  ]);
});

it('a schema keeps rules, keys, defaults and bounds that were written, and drops only what is refused', () => {
  const schema = z.object({
    level: z.int().min(1).max(5).default(2),
    count: z.int(),
    labels: z.record(z.string().max(5), z.string()).meta({ maxProperties: 3 }),
    list: z.array(z.object({ name: z.string() })).meta(keyedBy('name')),
    text: z.string().meta(rules({ rule: 'self != ""', message: 'write something' })),
  });
  expect(structural(schema)).toEqual({
    type: 'object',
    properties: {
      level: { type: 'integer', minimum: 1, maximum: 5, default: 2 },
      count: { type: 'integer' },
      labels: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 3 },
      list: {
        type: 'array',
        items: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      },
      text: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != ""', message: 'write something' }] },
    },
    required: ['count', 'labels', 'list', 'text'],
  });
});

it('the files written are the definitions, and those in the repository are current', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crds-'));
  try {
    generateCrds([folder]);
    const files = readdirSync(folder).sort();
    expect(files).toEqual(kinds.map(({ plural }) => `platformsupport.io_${plural}.yaml`).sort());
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8');
      expect(load(text)).toEqual(crd(kinds.find(({ plural }) => file.includes(plural))!));
      for (const committed of ['crds', 'charts/support-coverage-operator/generated/crds'])
        expect(readFileSync(new URL(`../${committed}/${file}`, import.meta.url), 'utf8')).toBe(text);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
