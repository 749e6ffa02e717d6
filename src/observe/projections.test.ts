import fc from 'fast-check';
import { complete, optionalPaths, type Path } from '../../test/fixtures/complete-objects.ts';
import type { KubeObject } from '../kube/types.ts';
import type { Stored } from '../runtime/store.ts';
import { type ResourceName, resources } from './catalogue.ts';
import type { Resource } from './resource.ts';

/** The object without what stands at the paths. */
function without(value: unknown, paths: readonly Path[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const gone = new Set(paths.filter(({ length }) => length === 1).map(([key]) => String(key)));
  const kept = Object.entries(value)
    .filter(([key]) => !gone.has(key))
    .map(
      ([key, below]) =>
        [
          key,
          without(
            below,
            paths.filter((path) => path.length > 1 && String(path[0]) === key).map((path) => path.slice(1)),
          ),
        ] as const,
    );
  return Array.isArray(value) ? kept.map(([, below]) => below) : Object.fromEntries(kept);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [key, ...textsIn(below)]);
}

describe.each(Object.keys(resources) as ResourceName[])('the projection of %s', (name) => {
  const { project } = resources[name] as Resource<Stored>;
  const paths = optionalPaths(complete[name]);

  it('keeps an object that has every field', () => {
    expect(project(complete[name] as KubeObject)?.name).toBe((complete[name] as KubeObject).metadata?.name);
  });

  it('takes an object with any of its optional fields missing, and makes no text out of what is not there', () => {
    fc.assert(
      fc.property(fc.subarray(paths), (gone) => {
        const projected = project(without(complete[name], gone) as KubeObject);
        expect(textsIn(projected).filter((text) => /undefined|null|NaN|\[object/.test(text))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('takes an object with any one of its optional fields missing', () => {
    for (const path of paths) expect(() => project(without(complete[name], [path]) as KubeObject)).not.toThrow();
  });

  it('takes an object that is empty', () => {
    expect(() => project({})).not.toThrow();
  });
});
