import * as z from 'zod';

/** The part of a schema that bounds texts and lists. */
interface Bounds {
  maxLength?: number;
  maxItems?: number;
  properties?: Readonly<Record<string, Bounds>>;
  items?: Bounds;
}

/**
 * Cuts each text and list to what the schema allows. The API server refuses an object as a whole for one text from outside that is too
 * long, and the beginning of it says more than nothing.
 */
export function fitted<T extends z.ZodType>(schema: T): <V extends z.infer<T>>(value: V) => V {
  const bounds = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as Bounds;
  return <V>(value: V) => cut(value, bounds) as V;
}

/** The value itself where there is nothing to cut. */
function cut(value: unknown, { maxLength, maxItems, properties, items }: Bounds): unknown {
  if (typeof value === 'string')
    return maxLength !== undefined && value.length > maxLength ? value.slice(0, maxLength).toWellFormed() : value;
  if (Array.isArray(value)) {
    const kept = maxItems !== undefined && value.length > maxItems ? value.slice(0, maxItems) : value;
    const fitting = items ? kept.map((each) => cut(each, items)) : kept;
    return fitting.every((each, index) => each === kept[index]) ? kept : fitting;
  }
  if (typeof value !== 'object' || value === null || !properties) return value;
  const given = value as Readonly<Record<string, unknown>>;
  const changed = Object.keys(properties)
    .map((name) => [name, cut(given[name], properties[name] ?? {})] as const)
    .filter(([name, fitting]) => fitting !== given[name]);
  return changed.length > 0 ? { ...given, ...Object.fromEntries(changed) } : value;
}
