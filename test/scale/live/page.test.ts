import { updatedPage as pageAfterBench } from '../page.ts';
import type { Figures } from '../sizes.ts';
import { detailColumns, liveSectionOf, updatedPage } from './page.ts';
import type { LiveFigures, Percentiles } from './sizes.ts';
import type { Place } from './witness.ts';

function everywhere(p99: number): Record<Place, Percentiles> {
  const one = { p50: 400, p90: 800, p99, max: 1_500 };
  return { report: one, status: one, event: one, series: one };
}

const figures: LiveFigures = {
  size: 's',
  nodes: 100,
  pods: 3_000,
  changes_per_s: 50,
  load_s: 210,
  faults: 60,
  opened_ms: everywhere(1_200),
  resolved_ms: everywhere(900),
  cpu_cores: 0.2,
  peak_rss_mb: 180,
  loop_p99_ms: 40,
  others_opened: 0,
};
const run = (more: Partial<LiveFigures> = {}) => ({ figures: { ...figures, ...more }, details: detailColumns.map(String) });
const others = '# Benchmarks\n\n## Figures\n\n| s | 1 |\n| m | 2 |\n';
const rowsOf = (page: string, size: string) => page.split('\n').filter((line) => line.startsWith(`| ${size} |`));

describe('docs/benchmarks.md after a run of live evaluation', () => {
  const first = updatedPage(others, run());

  it('has a section of its own after what was there', () => {
    expect(first.startsWith(others)).toBe(true);
    expect(rowsOf(liveSectionOf(first), 's')[0]).toBe('| s | opened | CoverageReport | 400 ms | 800 ms | 1,200 ms | 1,500 ms |');
    expect(rowsOf(liveSectionOf(first), 's')).toHaveLength(10);
  });

  it('keeps the rows of the other size, and has the new ones of a size in the place of its old ones', () => {
    const both = updatedPage(updatedPage(first, run({ size: 'm' })), run({ faults: 59 }));
    expect(rowsOf(liveSectionOf(both), 'm')).toHaveLength(10);
    expect(rowsOf(liveSectionOf(both), 's')).toHaveLength(10);
    expect(both).toContain('| s | 50 | 210 s | 59 |');
    expect(both).not.toContain('| s | 50 | 210 s | 60 |');
    expect(both.match(/^## Live evaluation$/gm)).toHaveLength(1);
  });

  it('stays the same where the same was measured again', () => {
    expect(updatedPage(first, run())).toBe(first);
  });

  it('marks what is over its limit at the size that the limit is for', () => {
    const worse = { opened_ms: everywhere(2_001), cpu_cores: 0.31, peak_rss_mb: 251 };
    const atM = liveSectionOf(updatedPage(others, run({ ...worse, size: 'm' })));
    expect(atM).toContain('| 2,001 ms (over) |');
    expect(atM).toContain('| 0.31 core (over) | 251 MB (over) |');
    expect(rowsOf(liveSectionOf(updatedPage(others, run(worse))), 's').join()).not.toContain('(over)');
  });

  it('keeps the section when the other bench writes its own rows', () => {
    const bench = { size: 's' } as Figures;
    const page = pageAfterBench(first, { figures: bench, details: [] });
    expect(liveSectionOf(page)).toBe(liveSectionOf(first));
    expect(pageAfterBench(page, { figures: bench, details: [] })).toBe(page);
  });
});
