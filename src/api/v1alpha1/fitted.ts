import * as z from 'zod';

/** The part of a JSON schema that bounds texts and lists. */
interface Schema {
  maxLength?: number;
  maxItems?: number;
  properties?: Readonly<Record<string, Schema>>;
  items?: Schema;
}

/** What a schema bounds, without the parts of it that bound nothing. */
interface Bounds {
  maxLength: number | undefined;
  maxItems: number | undefined;
  items: Bounds | undefined;
  properties: readonly (readonly [string, Bounds])[];
}

/**
 * Cuts each text and list to what the schema allows. The API server refuses an object as a whole for one text from outside that is too
 * long, and the beginning of it says more than nothing. What fits is the value itself, not a copy.
 */
export function fitted<T extends z.ZodType>(schema: T): <V extends z.infer<T>>(value: V) => V {
  const bounds = boundsOf(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as Schema);
  return <V>(value: V) => (bounds ? (cut(value, bounds) as V) : value);
}

/** Undefined where nothing is bounded. */
function boundsOf({ maxLength, maxItems, ...parts }: Schema): Bounds | undefined {
  const items = parts.items && boundsOf(parts.items);
  const properties = Object.entries(parts.properties ?? {}).flatMap(([name, schema]) => {
    const bounds = boundsOf(schema);
    return bounds ? [[name, bounds] as const] : [];
  });
  const isBounded = maxLength !== undefined || maxItems !== undefined || items || properties.length > 0;
  return isBounded ? { maxLength, maxItems, items, properties } : undefined;
}

function cut(value: unknown, { maxLength, maxItems, properties, items }: Bounds): unknown {
  if (typeof value === 'string')
    return maxLength !== undefined && value.length > maxLength ? value.slice(0, maxLength).toWellFormed() : value;
  if (Array.isArray(value)) {
    const kept = maxItems !== undefined && value.length > maxItems ? value.slice(0, maxItems) : value;
    const fitting = items ? kept.map((each) => cut(each, items)) : kept;
    return fitting.every((each, index) => each === kept[index]) ? kept : fitting;
  }
  if (typeof value !== 'object' || value === null) return value;
  let fitting = value as Readonly<Record<string, unknown>>;
  for (const [name, bounds] of properties) {
    const given = fitting[name];
    const cutTo = cut(given, bounds);
    if (cutTo !== given) fitting = { ...fitting, [name]: cutTo };
  }
  return fitting;
}
