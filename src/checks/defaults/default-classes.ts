import type { Agreement } from '../agreement.ts';

interface Class {
  name: string;
  isDefault: boolean;
  createdAt: string | undefined;
}

/** Those marked as the default, the one that Kubernetes takes first: the newest, then by name (its admission plugins). */
export function defaultsOf<T extends Class>(classes: readonly T[]): T[] {
  return classes
    .filter(({ isDefault }) => isDefault)
    .sort((a, b) => byText(b.createdAt ?? '', a.createdAt ?? '') || byText(a.name, b.name));
}

/** True where the approved baseline says which classes are the default: one that is marked besides is agreed, or drift's to report. */
export function isStated(kind: string, classes: readonly Class[], agreement: Agreement): boolean {
  return classes.some(({ name }) => agreement.agreed(`${kind}/${name}`)?.default !== undefined);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
