import { readFileSync } from 'node:fs';
import type { Cause, Stage } from '../../api/v1alpha1/fields.ts';
import { type Classification, classify } from './classify.ts';
import { patterns } from './patterns.ts';

interface Entry {
  tool: string;
  kind: string;
  reason: string;
  message: string;
  stage: Stage;
  cause: Cause;
  source: string;
}

/** A message with what the classifier says of it. */
interface Judged {
  entry: Entry;
  verdict: Classification;
}

/**
 * The first two have been opened to those who write rows, so they say how well the rows fit what they were fitted to. The third has not: it
 * says what is to be expected of a message that is met for the first time.
 */
const sets = ['held-out', 'held-out-2', 'held-out-3'] as const;
const labels = ['cause', 'stage'] as const;
const entriesOf = (set: (typeof sets)[number]): readonly Entry[] =>
  JSON.parse(readFileSync(new URL(`../../../test/fixtures/delivery-messages/${set}.json`, import.meta.url), 'utf8'));
/** The sets call a job of GitLab or GitHub a Job, which to Kubernetes is something else. */
const kindOf = ({ tool, kind }: Entry) => (tool.endsWith('-runner') && kind === 'Job' ? 'CIJob' : kind);
const judge = (entries: readonly Entry[]): readonly Judged[] =>
  entries.map((entry) => ({ entry, verdict: classify({ text: entry.message, reason: entry.reason, kind: kindOf(entry) }) }));

/** `told` is every verdict but Unknown, and `right` those of them that are as the label: to tell what nobody can decide is wrong too. */
function measure(of: readonly Judged[], label: (typeof labels)[number]) {
  const told = of.filter(({ verdict }) => verdict[label] !== 'Unknown');
  return { n: of.length, told: told.length, right: told.filter(({ entry, verdict }) => verdict[label] === entry[label]).length };
}

const share = (part: number, whole: number) => (whole === 0 ? '-' : (part / whole).toFixed(3));

function row(tool: string, label: (typeof labels)[number], of: readonly Judged[]): string {
  const { n, told, right } = measure(of, label);
  return [tool.padEnd(14), label.padEnd(6), n, told, right, share(right, told), share(n - told, n)]
    .map((cell) => String(cell).padStart(9))
    .join(' ');
}

/** Figures by tool; of the messages nothing, since whoever writes patterns reads this. */
function table(judged: readonly Judged[]): string {
  const head = [`${'tool'.padEnd(14)}`, 'label '.padStart(9), ...['n', 'told', 'right', 'precision', 'unknown'].map((c) => c.padStart(9))];
  const byTool = [...Map.groupBy(judged, ({ entry }) => entry.tool), ['all', judged] as const];
  return [head.join(' '), ...labels.flatMap((label) => byTool.map(([tool, of]) => row(tool, label, of)))].join('\n');
}

/** Each place that a source names, an issue or pull request in the one form. */
function placesOf(source: string): string[] {
  return source
    .split('; ')
    .map((place) => place.trim().replace(/^https:\/\/github\.com\/([^/]+\/[^/]+)\/(?:issues|pull)\/(\d+).*$/, '$1#$2'));
}

it('no sample of a pattern is from a thread or page that a held-out message is from', () => {
  const heldOut = new Set(sets.flatMap(entriesOf).flatMap(({ source }) => placesOf(source)));
  const shared = patterns.flatMap(({ id, samples }) =>
    samples.flatMap(({ source }) => (placesOf(source).some((place) => heldOut.has(place)) ? [`${id}: ${source}`] : [])),
  );
  expect(placesOf('https://github.com/fluxcd/flux2/issues/1; go-git/go-git remote.go')).toEqual([
    'fluxcd/flux2#1',
    'go-git/go-git remote.go',
  ]);
  expect(shared).toEqual([]);
});

describe.each(sets)('on the messages of %s', (set) => {
  const entries = entriesOf(set);
  const judged = judge(entries);

  it('every one is judged, and what comes of it is printed by tool', () => {
    const printed = table(judged);
    process.stdout.write(`\n${printed}\n`);
    expect(measure(judged, 'cause').n).toBe(entries.length);
    expect(printed.split('\n')).toHaveLength(1 + 2 * (new Set(entries.map(({ tool }) => tool)).size + 1));
  });

  it.each(labels)('of each %s that is told at least 95 in 100 are right', (label) => {
    const { told, right } = measure(judged, label);
    expect(told).toBeGreaterThan(0);
    expect(right / told).toBeGreaterThanOrEqual(0.95);
  });

  it('the figures of all tools are those that docs/delivery.md gives', () => {
    const page = readFileSync(new URL('../../../docs/delivery.md', import.meta.url), 'utf8');
    for (const label of labels) {
      const { n, told, right } = measure(judged, label);
      expect(page).toContain(`| all | ${[label, n, told, right, share(right, told), share(n - told, n)].join(' | ')} |`);
    }
  });

  it('the figures show no message', () => {
    const printed = table(judged);
    expect(entries.filter(({ message }) => message.length > 12 && printed.includes(message.slice(0, 12)))).toEqual([]);
  });
});

it('a verdict other than the label counts against the precision, and Unknown against the share that is told', () => {
  const entry = { tool: 'flux', kind: 'GitRepository', reason: '', message: '', stage: 'Source', cause: 'TLS', source: '' } as const;
  const verdict = (cause: Cause): Judged => ({ entry, verdict: { stage: 'Source', cause } });
  const of = [verdict('TLS'), verdict('NotFound'), verdict('Unknown')];
  expect(measure(of, 'cause')).toEqual({ n: 3, told: 2, right: 1 });
  expect(measure([{ entry: { ...entry, cause: 'Unknown' }, verdict: { stage: 'Source', cause: 'TLS' } }], 'cause').right).toBe(0);
  expect(row('flux', 'cause', of).trim().split(/ +/)).toEqual(['flux', 'cause', '3', '2', '1', '0.500', '0.333']);
});
