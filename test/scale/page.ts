import { loopSampleMs } from '../../src/runtime/metrics.ts';
import { liveSectionOf } from './live/page.ts';
import { mergedRows, row, table } from './row.ts';
import { type Figures, limits, over, passes } from './sizes.ts';

/** One run, as docs/benchmarks.md shows it. */
export interface Run {
  figures: Figures;
  /** Everything else worth a look, in the order of detailColumns. */
  details: readonly string[];
}

export const detailColumns = [
  'Raw transfers, s',
  'First reports, s',
  'of which start-up, s',
  'pods read, s',
  'Informer, s',
  'Transferred',
  'Average pod',
  'Raw peak RSS',
  'Pass, request to status, p95',
  'Longest loop delay in passes',
  'Loop delay p99 while starting',
  'Slowest checks of a pass, ms',
  'Measured',
] as const;

const order = ['s', 'm', 'l'];

type Column = [title: string, figure: keyof Figures, unit: string];

const columns: readonly Column[] = [
  ['Nodes', 'nodes', ''],
  ['Pods', 'pods', ''],
  ['Raw transfer', 'raw_s', ' s'],
  ['First complete report', 'report_s', ' s'],
  ['Ratio', 'ratio', ''],
  ['Peak RSS', 'peak_rss_mb', ' MB'],
  ["client-node's informer, peak RSS", 'informer_rss_mb', ' MB'],
  ['Pass, p95', 'pass_ms', ' ms'],
  ['Loop delay, p99', 'loop_p99_ms', ' ms'],
  ['LISTs in 2 quiet minutes', 'steady_lists', ''],
  ['Series', 'series', ''],
];

const titles = ['Size', ...columns.map(([title]) => title)];
const detailTitles = ['Size', ...detailColumns];

function cellOf(figures: Figures, [, figure, unit]: Column): string {
  const value = figures[figure];
  if (value === null) return 'failed';
  return `${typeof value === 'number' ? value.toLocaleString('en') : value}${unit}${over(figures).includes(figure) ? ' (over)' : ''}`;
}

function limitOf([, figure, unit]: Column): string {
  const limit = limits.find((candidate) => candidate.figure === figure);
  if (!limit) return '';
  return `≤ ${limit.atMost.toLocaleString('en')}${unit}${limit.only ? ` at ${limit.only}` : ''}`;
}

/** The figures of one run as a table of their own, with their limits. */
export function figuresTable(figures: Figures): string {
  const lines = columns.map((column) => row([column[0], cellOf(figures, column), limitOf(column)]));
  return table([`Size ${figures.size}`, 'Measured', 'Limit'], lines);
}

/** docs/benchmarks.md with this run's rows; those of other sizes stay as they are in the page before. */
export function updatedPage(before: string, { figures, details }: Run): string {
  const fresh = columns.map((column) => cellOf(figures, column));
  const of = (titles: readonly string[], cells: readonly string[]) =>
    mergedRows(before, titles, order, figures.size, [row([figures.size, ...cells])]);
  const limitRow = row(['limit', ...columns.map(limitOf)]);
  return `# Benchmarks

\`make bench SIZE=s\` (or \`m\`, \`l\`) measures the operator beside two other ways of reading the same cluster, prints what it found, and replaces its own rows on this page; the rest of the page is written by \`test/scale/page.ts\`, but for [live evaluation](#live-evaluation), which \`make bench-live\` measures.

## Figures

${table(titles, of(titles, fresh), [limitRow])}

\`(over)\` marks a figure that is over its limit.

## More of the same runs

${table(detailTitles, of(detailTitles, details))}

${method}${liveSectionOf(before)}`;
}

const method = `## What is measured

A control plane of its own on the same machine, without kubelets: nodes and pods are written through the API server as a kubelet, a ReplicaSet and an injected sidecar would have made them (two containers, environment, probes, volumes, conditions, container statuses, the API server's own managedFields). The scheduler is stopped, and of the controller manager only what ServiceAccounts need runs, so that nothing else writes or reads meanwhile.

Three programs read every resource that the operator watches, under the operator's ServiceAccount and the chart's permissions, each in a process of its own, one after the other in this order and the whole three times, after one transfer that is not counted; the medians are shown:

- **Raw transfer**: streaming WatchList of all resources at once; bytes are counted and thrown away, nothing is parsed. From the first request until the last resource's initial state is complete: the start of the program is not in it.
- **client-node's informer**: list with the typed API, then watch, for all resources at once.
- **Operator**: what \`make build\` made, started by the command of the image, from the start of its process until the API server has a CoverageReport in which no check is Unknown; seen by a watch, so within milliseconds. The start of the program, leader election and the capture of the baseline are in it. Coverage, report and baseline are new each time.

**Ratio** is first complete report by raw transfer. **Peak RSS** is \`VmHWM\` of \`/proc\`; the operator's is the higher of the median at the first report and the peak of the process that goes on: with that one, ${passes} passes are asked for by the \`run-at\` annotation, one as soon as the status shows the one before.

- **Pass, p95**: the operator's own \`lastCheckDuration\`, nearest rank.
- **Loop delay, p99**: \`nodejs_eventloop_lag_p99_seconds\` over the time of these passes; prom-client begins anew at each scrape. Node looks every ${loopSampleMs} ms and counts this time in; here it is taken off (not yet from rows measured before 2026-11-28, which have 10 ms in).
- **LISTs in 2 quiet minutes**: after the passes nothing is asked of the operator; counted are its LISTs, and watches that ask for the initial state again, in the API server's audit log. Lease renewals and the ends and beginnings of watches are none. Of Events, which have no bookmarks, one object is listed every five minutes (docs/decisions/0025-events-without-bookmarks.md); of these none or one falls into the two minutes.
- **Series**: lines of \`/metrics\`, with one coverage of one cluster.

MB are 10⁶ bytes. \`make bench SIZE=m PROFILE=<folder>\` also writes a CPU profile of every operator process there; the figures of such runs are not written here.

## Where a figure would be over its limit

At size s the operator's own start counts most: as several hundred modules, loaded one by one, it took the ratio to 1.8 (0.24 s of start beside a transfer of 0.43 s). \`make build\` therefore makes one program of them and keeps what V8 compiled: half the CPU time at start and 15 MB less (docs/decisions/0017-one-program-in-few-files.md).

With all three levels built in it was 1.7 again. What mended that, each seen in CPU profiles of the start: \`managedFields\`, two fifths of a pod here, are emptied before the text is parsed; resources whose API group the server does not have are not asked for (30 of 74, in 55 requests as some have several versions); the API server's \`/metrics\` is read while the watches begin, and of its lines only those that are wanted become text. Eight paired starts, old and new in turn: 1.86 s and 1.50 s on average, with 1.70 s and 1.38 s of CPU time in the median.

On 2026-11-28 it was over again, at 1.6 to 1.9, where a raw transfer took what it had taken and programs of JavaScript a third longer than on the machine of the day before. Six starts each in turn, nothing else running: the version of the day before, whose ratio was 1.21 there, had its report after 2.03 s, this one after 2.18 s, and this one without the image's settings for memory after 2.08 s. Those cost processor time, 2.17 instead of 1.88 s for a start, and save 42 MB of 154 at peak (docs/decisions/0031-parts-of-undici.md): a start is once, and memory is held all day. What is left of a start is the reading of 27 MB, Node's own modules and the handshakes of 55 connections. At sizes m and l, where there is more to read, the ratio is within its limit.

At size m passes and live evaluation were over their limits with these settings as well (330 ms, and 2.5 to 2.9 s for the slowest of 60 faults). They are not now: docs/decisions/0035-calm-checks.md has what mended it. The figures above and below were measured beside a cluster at rest on the same machine.

## What it does not say

Server and clients share the machine's cores, so a client that computes takes time from the API server; with a server elsewhere raw transfer and report would both be shorter. Pods do not change while the passes run; [live evaluation](#live-evaluation) has those that do. One coverage of one cluster, with few findings.
`;
