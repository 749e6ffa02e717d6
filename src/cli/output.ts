import { dump } from 'js-yaml';
import type { OutputFormat } from './world.ts';

/** A value for a program, without a line end behind it. */
export function data(format: Exclude<OutputFormat, 'text'>, value: unknown): string {
  const json = JSON.stringify(value, undefined, 2);
  // By way of JSON: YAML has no place for what is undefined.
  return format === 'json' ? json : dump(JSON.parse(json), { lineWidth: -1, noRefs: true }).trimEnd();
}
