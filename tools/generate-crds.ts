import { mkdirSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import * as z from 'zod';
import { group, type KindDefinition, kinds, version } from '../src/api/v1alpha1/kinds.ts';

type Schema = Record<string, unknown>;

/** Writes one CustomResourceDefinition a kind into each of the folders. */
export function generateCrds(folders: string[]): void {
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    for (const kind of kinds) {
      const text = `# Generated from src/api/${version} by \`make generate\`; do not edit.\n${dump(crd(kind), { lineWidth: 140, noRefs: true })}`;
      writeFileSync(`${folder}/${group}_${kind.plural}.yaml`, text);
    }
  }
}

/** The CustomResourceDefinition of a kind. */
export function crd(kind: KindDefinition): Schema {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
        categories: ['support'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(kind.status ? { subresources: { status: {} } } : {}),
          additionalPrinterColumns: kind.columns,
          schema: { openAPIV3Schema: rootSchema(kind) },
        },
      ],
    },
  };
}

function rootSchema(kind: KindDefinition): Schema {
  return {
    type: 'object',
    description: kind.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: structural(kind.spec),
      ...(kind.status ? { status: structural(kind.status) } : {}),
    },
  };
}

/** The structural schema that kube-apiserver accepts, of a Zod schema. */
export function structural(schema: z.ZodType): Schema {
  return prune(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' })) as Schema;
}

/** Drops what a structural schema may not say, and the bounds that Zod gives every integer. */
function prune(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(prune);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, value]) => {
      if (key === '$schema' || key === 'propertyNames' || (key === 'additionalProperties' && value === false)) return [];
      if ((key === 'minimum' || key === 'maximum') && typeof value === 'number' && Math.abs(value) === Number.MAX_SAFE_INTEGER) return [];
      return [[key, prune(value)]];
    }),
  );
}
