import { mergedRows, row, table } from '../row.ts';
import { faults } from './faults.ts';
import { unreadyMs } from './load.ts';
import { faultEveryMs, type LiveFigures, limits, openMs, type Percentiles } from './sizes.ts';
import { type Place, places, scrapeMs } from './witness.ts';

/** One run, as docs/benchmarks.md shows it. */
export interface LiveRun {
  figures: LiveFigures;
  /** Everything else worth a look, in the order of detailColumns. */
  details: readonly string[];
}

export const detailColumns = [
  'Reconciles a second',
  'one takes',
  'a look with news takes, p50 / p99',
  'kB a second received',
  'Writes a second',
  'Events sent',
  'Events over the limit of their object',
  'Scrapes',
  'A change’s request, p50 / p99',
  'Measured',
] as const;

const begin = '<!-- live evaluation: written by test/scale/live/page.ts -->';
const end = '<!-- live evaluation: end -->';
const order = ['s', 'm'];
const named: Record<Place, string> = { report: 'CoverageReport', status: 'status', event: 'Event', series: 'series' };
const latencyTitles = ['Size', 'What', 'Where', 'p50', 'p90', 'p99', 'max'];
const costTitles = ['Size', 'Pod changes a second', 'for', 'Faults', 'Other findings opened', 'CPU', 'Peak RSS', 'Loop delay, p99'];

function marked(value: string, isOver: boolean): string {
  return isOver ? `${value} (over)` : value;
}

function latencyRows({ size, opened_ms, resolved_ms }: LiveFigures): string[] {
  const of = (what: string, { p50, p90, p99, max }: Percentiles, place: Place) => {
    const [a, b, c, d] = [p50, p90, p99, max].map((ms) => `${ms.toLocaleString('en')} ms`);
    return row([size, what, named[place], a ?? '', b ?? '', marked(c ?? '', size === 'm' && p99 > limits.latencyMs), d ?? '']);
  };
  return [
    ...places.map((place) => of('opened', opened_ms[place], place)),
    ...places.map((place) => of('resolved', resolved_ms[place], place)),
  ];
}

function costRow(figures: LiveFigures): string {
  const { size, changes_per_s, load_s, faults: count, others_opened, cpu_cores, peak_rss_mb, loop_p99_ms } = figures;
  return row([
    ...[size, String(changes_per_s), `${load_s} s`, String(count), String(others_opened)],
    marked(`${cpu_cores} core`, size === 'm' && cpu_cores > limits.cpuCores),
    marked(`${peak_rss_mb} MB`, size === 'm' && peak_rss_mb > limits.rssMb),
    `${loop_p99_ms} ms`,
  ]);
}

const latencyLimit = row(['limit at m', '', '', '', '', `≤ ${limits.latencyMs.toLocaleString('en')} ms`, '']);
const costLimit = row(['limit at m', '', '', '', '', `≤ ${limits.cpuCores} core`, `≤ ${limits.rssMb} MB`, '']);

/** The tables of one run, with their limits. */
export function liveTables({ figures, details }: LiveRun): string {
  return [
    table(latencyTitles, latencyRows(figures), [latencyLimit]),
    table(costTitles, [costRow(figures)], [costLimit]),
    table(['Size', ...detailColumns], [row([figures.size, ...details])]),
  ].join('\n\n');
}

/** The section of a page with its marks and an empty line before it; empty where it has none. */
export function liveSectionOf(page: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  return from === -1 || to < from ? '' : `\n${page.slice(from, to + end.length)}\n`;
}

/** docs/benchmarks.md with this run's rows in the section about live evaluation; everything else stays as it is. */
export function updatedPage(page: string, { figures, details }: LiveRun): string {
  const before = liveSectionOf(page);
  const of = (titles: readonly string[], fresh: readonly string[]) => mergedRows(before, titles, order, figures.size, fresh);
  const more = ['Size', ...detailColumns];
  const section = `
${begin}

## Live evaluation

\`make bench-live SIZE=m\` (or \`s\`) measures how soon a fault is told of, and what that costs, while pods change all the time. It replaces its own rows here.

${table(latencyTitles, of(latencyTitles, latencyRows(figures)), [latencyLimit])}

${table(costTitles, of(costTitles, [costRow(figures)]), [costLimit])}

\`(over)\` marks a figure that is over its limit.

${table(more, of(more, [row([figures.size, ...details])]))}

${method}
${end}
`;
  return before === '' ? `${page.trimEnd()}\n${section}` : page.replace(before, () => section);
}

const checks = faults.map(({ check, holdMs }) => `\`${check}\` with \`for: ${holdMs / 1000}s\``).join(', ');

const method = `The cluster is the one above, with a Deployment, a Service, its EndpointSlice and an Ingress for each ten pods, and the operator is what \`make build\` made, under the chart's permissions. One coverage of tier Level3 is checked by its schedule once a year, so that everything that is found is found live.

- **The load**: of five changes one labels a pod, two take a pod's readiness away (by its probe, or since a container ended) and two give it back ${unreadyMs / 1000} s later (a container with a higher restart count). So four of five change what the operator keeps of a pod. They go from workload to workload, and none of them is to be told of: findings that open on their account are counted as others. They are made when they are due, whether or not those before are through.
- **The faults**, each of a workload of its own which the load leaves alone: ${checks}: a container in CrashLoopBackOff, a pod that is not ready, a Service that loses all its endpoints. Each kind has one fault every ${faultEveryMs / 1000} s, mended after ${openMs / 1000} s at the earliest, so that its series is 1 or 0 and at most three are open at once. A boundary rule of the coverage makes them support's, and its settings make them critical, so that they are among the ten in \`status.topFindings\`.
- **From when**: from the moment at which the change is sent, a few milliseconds before the API server has it; of a state that Kubernetes dates, from that date and the \`for\`. **To when**: until a watch has the CoverageReport with the finding, the SupportCoverage with it in \`status.topFindings\`, and the Event about the object; and until the series of the check has the value, asked for every ${scrapeMs} ms while it is awaited, so that up to ${scrapeMs} ms are the scrape's. Percentiles are by nearest rank: of 60 faults the p99 is the slowest.
- **CPU** is of \`/proc/<pid>/stat\` over the whole load, **peak RSS** \`VmHWM\` from the start of the process. The scrapes are in both: a Prometheus asks once in 15 or 30 s. **Loop delay** is the 99th percentile of \`nodejs_eventloop_lag_p99_seconds\` of all scrapes; each begins it anew, so of a tenth of a second it is the longest delay or nearly so; the time between two of Node's looks is taken off as above.

What changes within half a second is looked at together, and a look is followed by four times the processor time that it took without one (\`src/coverage/live.ts\`): this is most of the latency, and bounds the CPU. A check that has nothing open and nothing waiting is looked at again after a sixtieth of its \`for\` at most; here these are all but those of the faults, whose \`for\` is so short that they are looked at each time, and those that have found something. An object has 25 Events at once and then one in five minutes: each of the faults has two, so none of theirs is left out; the summaries on the SupportCoverage are over that after some faults, which is meant.

The load changes pods alone: in a real cluster each lost and regained readiness also changes a Deployment and an EndpointSlice, which are looked at together with the pod.
`;
