/** The sizes of `make bench`, what a run yields, and what is asked of it. */

export interface Size {
  name: string;
  nodes: number;
  pods: number;
  /** How long the operator is left alone to see whether it lists anything, in milliseconds. */
  quietMs: number;
  /** Whether the run belongs in docs/benchmarks.md. */
  published: boolean;
}

const quietMs = 120_000;

export const sizes: readonly Size[] = [
  // A try of the bench itself: too small to say anything about the operator.
  { name: 'xs', nodes: 10, pods: 200, quietMs: 5_000, published: false },
  { name: 's', nodes: 100, pods: 3_000, quietMs, published: true },
  { name: 'm', nodes: 500, pods: 15_000, quietMs, published: true },
  { name: 'l', nodes: 2_000, pods: 60_000, quietMs, published: true },
];

/** Of raw transfer, informer and operator, in this order; the medians count. */
export const repeats = 3;
export const passes = 20;

/** The last line that a run prints, in this order. Seconds, milliseconds and MB (10⁶ bytes) as the names say. */
export interface Figures {
  size: string;
  nodes: number;
  pods: number;
  /** First request sent → the last collection's initial state complete. */
  raw_s: number;
  /** Process start → complete report in the API server. */
  report_s: number;
  ratio: number;
  peak_rss_mb: number;
  /** null where client-node's informer failed. */
  informer_rss_mb: number | null;
  /** 95th percentile of the passes. */
  pass_ms: number;
  loop_p99_ms: number;
  steady_lists: number;
  series: number;
}

/** What the project promises of a figure: at most so much; `only`: promised at that size alone. */
export const limits: readonly { figure: keyof Figures; atMost: number; only?: string }[] = [
  { figure: 'ratio', atMost: 1.5 },
  { figure: 'peak_rss_mb', atMost: 200, only: 'm' },
  { figure: 'pass_ms', atMost: 300 },
  { figure: 'loop_p99_ms', atMost: 50 },
  { figure: 'steady_lists', atMost: 0 },
  { figure: 'series', atMost: 1_000 },
];

/** The figures that are over their limit. */
export function over(figures: Figures): (keyof Figures)[] {
  return limits
    .filter(({ figure, atMost, only }) => (only === undefined || only === figures.size) && Number(figures[figure]) > atMost)
    .map(({ figure }) => figure);
}
