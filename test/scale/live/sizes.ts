import { sizes as clusters, type Size } from '../sizes.ts';
import { type Place, places } from './witness.ts';

export interface LiveSize extends Pick<Size, 'name' | 'nodes' | 'pods' | 'published'> {
  /** Of pods, by the load. */
  changesPerSecond: number;
  /** Of each kind, one after the other. */
  faults: number;
}

/** A fault begins so long after the one of the same kind before it, or once that one's end was told, where that is later; milliseconds. */
export const faultEveryMs = 10_000;
/** From its beginning until it is mended, at the earliest; milliseconds. */
export const openMs = 7_000;

const loads: Record<string, Pick<LiveSize, 'changesPerSecond' | 'faults'>> = {
  // Two workloads of twenty would soon have two pods away at once under the whole load.
  xs: { changesPerSecond: 5, faults: 2 },
  s: { changesPerSecond: 50, faults: 20 },
  m: { changesPerSecond: 50, faults: 20 },
};

export const liveSizes: readonly LiveSize[] = clusters.flatMap((size) => {
  const load = loads[size.name];
  return load ? [{ ...size, ...load }] : [];
});

/** Percentiles in milliseconds. */
export interface Percentiles {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** What a run yields: the line of JSON that it prints last, in this order. */
export interface LiveFigures {
  size: string;
  nodes: number;
  pods: number;
  /** Made, not only planned. */
  changes_per_s: number;
  load_s: number;
  faults: number;
  opened_ms: Record<Place, Percentiles>;
  resolved_ms: Record<Place, Percentiles>;
  /** Of one core, over the load. */
  cpu_cores: number;
  peak_rss_mb: number;
  /** 99th percentile of the p99s that the scrapes brought. */
  loop_p99_ms: number;
  /** Findings that opened and were no fault. */
  others_opened: number;
}

export const limits = { latencyMs: 2_000, cpuCores: 0.3, rssMb: 250 } as const;

/** The size that the limits are promised at. */
const promisedAt = 'm';

/** In words, what is over its limit. */
export function overLimits({ size, opened_ms, resolved_ms, cpu_cores, peak_rss_mb }: LiveFigures): string[] {
  if (size !== promisedAt) return [];
  const late = (what: string, of: LiveFigures['opened_ms']) =>
    places.filter((place) => of[place].p99 > limits.latencyMs).map((place) => `${what} in the ${place}: ${of[place].p99} ms`);
  return [
    ...late('opened', opened_ms),
    ...late('resolved', resolved_ms),
    ...(cpu_cores > limits.cpuCores ? [`CPU: ${cpu_cores} core`] : []),
    ...(peak_rss_mb > limits.rssMb ? [`peak RSS: ${peak_rss_mb} MB`] : []),
  ];
}
