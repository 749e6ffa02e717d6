import type { Agreement } from '../checks/agreement.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import type { Fact } from './fact.ts';

/**
 * True where what is in the namespace is compared: always when a baseline is captured; with an approved one only if that knows the namespace.
 * What a new one holds is no drift by itself: the fact `namespaces` says whether the new namespace is.
 */
export function isCompared(namespace: string, agreement: Agreement): boolean {
  if (!agreement.isCovered(namespace)) return false;
  return !agreement.baselineApproved || agreement.agreed(`Namespace/${namespace}`) !== undefined;
}

/** True where the approved baseline has one of these paths for the object, or a path below one. */
export function isAgreed(object: string, prefixes: readonly string[], agreement: Agreement): boolean {
  const known = Object.keys(agreement.agreed(object) ?? {});
  return known.some((path) => prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}.`)));
}

/**
 * An entry for each namespace that has values. A namespace that has lost all that was agreed has an empty one, so that it differs from a
 * namespace that is gone.
 */
export function entriesByNamespace(
  prefixes: readonly string[],
  view: ClusterView,
  agreement: Agreement,
  values: ReadonlyMap<string, Record<string, string>>,
): ReturnType<Fact['collect']> {
  return [...view.list('namespaces')].flatMap(({ name }) => {
    const object = `Namespace/${name}`;
    const value = values.get(name);
    if (!isCompared(name, agreement) || (!value && !isAgreed(object, prefixes, agreement))) return [];
    return [{ object, value: value ?? {} }];
  });
}
