import * as z from 'zod';

/** A parameter's documentation travels with its schema, in Zod's metadata. */
export interface ParameterDocs {
  description: string;
  /** As a user writes it. */
  default: string;
  range: string;
}

/** A share between 0 and 1, such as "0.85"; thresholds are inclusive. */
export function ratio(value: number, description: string) {
  return number(value, description, { min: 0, max: 1, range: 'a number from 0 to 1' });
}

/** A whole number of days, 0 to 3,650. */
export function days(value: number, description: string) {
  return number(value, description, { min: 0, max: 3650, range: 'a whole number of days from 0 to 3650', whole: true });
}

/** A whole number, such as how often something happened. */
export function wholeNumber(value: number, description: string, { min, max }: { min: number; max: number }) {
  return number(value, description, { min, max, range: `a whole number from ${min} to ${max}`, whole: true });
}

/** Names separated by commas, such as "KubeNodeNotReady,Watchdog"; none only where that is the default. */
export function names(value: readonly string[], description: string) {
  const range = 'names separated by commas';
  return z
    .string()
    .default(value.join(','))
    .transform((text, context) => {
      const given = text === '' && value.length === 0 ? [] : text.split(',').map((name) => name.trim());
      if (given.every((name) => /^[\w.:/-]+$/.test(name))) return [...new Set(given)];
      context.addIssue({ code: 'custom', message: `must be ${range}, not ${JSON.stringify(text.slice(0, 64))}` });
      return z.NEVER;
    })
    .meta({ description, default: value.join(','), range } satisfies ParameterDocs);
}

/** The name of a label of an alert, such as "cluster". */
export function alertLabel(value: string, description: string) {
  const range = 'the name of a label';
  return z
    .string()
    .default(value)
    .refine((text) => /^[a-zA-Z_]\w{0,62}$/.test(text), { error: `must be ${range}` })
    .meta({ description, default: value, range } satisfies ParameterDocs);
}

function number(value: number, description: string, rule: { min: number; max: number; range: string; whole?: boolean }) {
  return z
    .string()
    .default(String(value))
    .transform((text, context) => {
      const parsed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      if (parsed >= rule.min && parsed <= rule.max && (!rule.whole || Number.isInteger(parsed))) return parsed;
      context.addIssue({ code: 'custom', message: `must be ${rule.range}, not ${JSON.stringify(text.slice(0, 64))}` });
      return z.NEVER;
    })
    .meta({ description, default: String(value), range: rule.range } satisfies ParameterDocs);
}

/** For checks that have nothing to set. */
export const noParameters = z.strictObject({});
