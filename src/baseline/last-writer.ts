import type { ManagedFieldsEntry } from '../kube/types.ts';

export interface Writer {
  manager: string;
  /** RFC 3339; undefined where the API server did not keep it. */
  changedAt: string | undefined;
}

/**
 * Who wrote a field last, from managedFields: of the managers that own it (or something below it), the one with the latest time. No
 * fields: of all managers that own something outside status.
 */
export function lastWriter(managedFields: readonly ManagedFieldsEntry[], fields: readonly string[]): Writer | undefined {
  let latest: Writer | undefined;
  for (const { manager, time, fieldsV1 } of managedFields) {
    if (!manager || !owns(fieldsV1, fields)) continue;
    if (!latest || (time ?? '') >= (latest.changedAt ?? '')) latest = { manager, changedAt: time };
  }
  return latest;
}

function owns(owned: unknown, fields: readonly string[]): boolean {
  // By what an entry owns, not by its subresource: a label can be written through nodes/status too.
  if (fields.length === 0) return Object.keys(owned ?? {}).some((key) => key !== 'f:status');
  let node = owned;
  for (const field of fields) {
    if (typeof node !== 'object' || node === null) return false;
    node = (node as Record<string, unknown>)[field.startsWith('k:') ? field : `f:${field}`];
  }
  return node !== undefined && node !== null;
}
