import type { Probe } from './probe.ts';
import { version } from './version.ts';

/** Every probe that a check or fact can ask for, by the name they ask with. One line a file. */
export const probes = {
  version,
} as const satisfies Record<string, Probe<unknown>>;

export type ProbeName = keyof typeof probes;
/** The answers of probes by name. */
export type ProbeAnswers = { [K in ProbeName]: (typeof probes)[K] extends Probe<infer T> ? T : never };
export const probeNames = Object.keys(probes) as ProbeName[];
