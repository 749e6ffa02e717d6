import { instantOf } from './resource.ts';

/** A run that has ended, such as one of a pipeline. */
export interface Run {
  name: string;
  /** When it ended, RFC 3339 in UTC. */
  at: string;
  ok: boolean;
}

/** So many are remembered of each pipeline. */
export const runsKept = 100;

/** Nothing is told of what has not run for so long; a run each night is within it. Milliseconds. */
export const toldForMs = 48 * 60 * 60_000;

/** The latest last. The same whatever the order in which runs are added, and however often each is. */
export function withRun(runs: readonly Run[], run: Run): readonly Run[] {
  const place = runs.findLastIndex((other) => isBefore(other, run)) + 1;
  const next = runs[place];
  if (next?.at === run.at && next.name === run.name) return runs;
  return [...runs.slice(0, place), run, ...runs.slice(place)].slice(-runsKept);
}

/** RFC 3339 in UTC, as the API server writes it, is in the order of its text. */
function isBefore(a: Run, b: Run): boolean {
  return a.at < b.at || (a.at === b.at && a.name < b.name);
}

/** The latest ones that all ended like the last. */
export function presentRow(runs: readonly Run[]): readonly Run[] {
  const ok = runs.at(-1)?.ok;
  return runs.slice(runs.findLastIndex((run) => run.ok !== ok) + 1);
}

/** True where the last run ended so long ago that nothing is told of it any more. */
export function isOver(runs: readonly Run[], now: Temporal.Instant): boolean {
  const last = instantOf(runs.at(-1)?.at);
  return last === undefined || now.epochMilliseconds - last.epochMilliseconds >= toldForMs;
}
