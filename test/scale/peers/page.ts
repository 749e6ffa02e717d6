import { mergedRows, row, table } from '../row.ts';

/** What one program took on the cluster. */
export interface PeerFigures {
  program: string;
  /** Seconds from the start of the process to its first complete answer. */
  answer_s: number;
  /** Seconds of processor time until then. */
  answer_cpu_s: number;
  /** MB (10⁶ bytes) of its whole life. */
  peak_rss_mb: number;
  /** Seconds of processor time in two minutes after it; undefined: it has ended. */
  rest_cpu_s?: number;
  /** MB (10⁶ bytes) at the end of these. */
  rest_rss_mb?: number;
  says: string;
}

export interface PeerRun {
  size: string;
  programs: readonly PeerFigures[];
  measured: string;
}

const order = ['s', 'm'];
const titles = [
  ...['Size', 'Program', 'First answer', 'CPU until then', 'Peak RSS', 'CPU in two minutes at rest', 'RSS then', 'What it says'],
  'Measured',
];

function rowsOf({ size, programs, measured }: PeerRun): string[] {
  const orEnded = (value: number | undefined, unit: string) => (value === undefined ? 'ended' : `${value.toLocaleString('en')} ${unit}`);
  return programs.map((of) =>
    row([
      ...[size, of.program, orEnded(of.answer_s, 's'), orEnded(of.answer_cpu_s, 's'), orEnded(of.peak_rss_mb, 'MB')],
      ...[orEnded(of.rest_cpu_s, 's'), orEnded(of.rest_rss_mb, 'MB'), of.says, measured],
    ]),
  );
}

/** The table of one run. */
export const peerTable = (run: PeerRun): string => table(titles, rowsOf(run));

/** docs/beside-others.md with this run's rows; those of the other size stay as they are in the page before. */
export function updatedPage(before: string, run: PeerRun): string {
  return `# Beside other programs

Two programs that many clusters know, on the cluster of [the benchmarks](benchmarks.md): Popeye, which looks at a cluster once and tells what it would have otherwise, and kube-state-metrics, which watches it and has a series for everything. \`make bench-peers SIZE=s\` (or \`m\`) builds them (10 minutes the first time), measures them and the operator one after the other, and replaces its own rows here; the rest is written by \`test/scale/peers/page.ts\`.

${table(titles, mergedRows(before, titles, order, run.size, rowsOf(run)))}

- **The operator** is what \`make build\` made, with the command and the settings of the image, under the chart's permissions. One coverage of tier Level3 is checked once a minute, so twice in the two minutes. Its first answer is a CoverageReport in which no check is Unknown. One start before is not counted.
- **kube-state-metrics** has its own defaults and may read everything. Its first answer is a scrape with a series of every pod.
- **Popeye** (\`popeye -A -o json\`) may read everything, runs once, and ends. Size m is not tried with it: what it holds at size s says why. Its memory is read every 20 ms while it runs.
- **At rest** nothing changes in the cluster; the two that go on are scraped every 30 s, the operator's readiness is not asked.

On a small cluster kube-state-metrics is the lighter one: with 10 nodes and 200 pods (\`SIZE=xs\`, which writes no rows) it held 71 MB and the operator 107, most of them Node and its own program; Popeye 479. What kube-state-metrics holds grows with the cluster.

The pods are written as the bench writes them, alike and without everything that a linter would like: how many issues Popeye has says something about such pods, not about a cluster of yours. The operator speaks about what the agreement covers, so pods of applications without a limit are none of its findings.
`;
}
