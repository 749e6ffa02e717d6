import { createHash } from 'node:crypto';

/** JSON with keys in alphabetical order and every list sorted: two texts are equal where the values are, the order of lists apart. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, below]) => below !== undefined);
  const fields = entries.map(([key, below]) => `${JSON.stringify(key)}:${canonical(below)}`);
  return `{${fields.sort().join(',')}}`;
}

/** 128 bits of SHA-256 in hex: enough that nobody finds another value with the same. The order of lists does not count. */
export function canonicalHash(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 32);
}
