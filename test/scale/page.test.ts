import { detailColumns, figuresTable, updatedPage } from './page.ts';
import type { Figures } from './sizes.ts';

const figures: Figures = {
  size: 's',
  nodes: 100,
  pods: 3_000,
  raw_s: 2,
  report_s: 2.5,
  ratio: 1.25,
  peak_rss_mb: 150,
  informer_rss_mb: 300,
  pass_ms: 12,
  loop_p99_ms: 20,
  steady_lists: 0,
  series: 281,
};
const details = detailColumns.map((title) => `${title} of s`);
const rowOf = (page: string, size: string) => page.split('\n').filter((line) => line.startsWith(`| ${size} |`));

describe('docs/benchmarks.md after a run', () => {
  const first = updatedPage('', { figures, details });

  it('has the run’s figures and details in a row of each table', () => {
    const [main, more] = rowOf(first, 's');
    expect(main).toBe('| s | 100 | 3,000 | 2 s | 2.5 s | 1.25 | 150 MB | 300 MB | 12 ms | 20 ms | 0 | 281 |');
    expect(more).toBe(`| s | ${details.join(' | ')} |`);
  });

  it('keeps the rows of other sizes, in the order of the sizes', () => {
    const second = updatedPage(first, { figures: { ...figures, size: 'm', pods: 15_000 }, details: details.map(() => 'm') });
    expect(rowOf(second, 's')).toEqual(rowOf(first, 's'));
    expect(rowOf(second, 'm')[0]).toContain('| 15,000 |');
    const third = updatedPage(second, { figures: { ...figures, size: 'l' }, details });
    expect([...third.matchAll(/^\| ([sml]|limit) \|/gm)].map(([, size]) => size)).toEqual(['s', 'm', 'l', 'limit', 's', 'm', 'l']);
  });

  it('has the new row of a size in the place of the old one', () => {
    const again = updatedPage(first, { figures: { ...figures, ratio: 1.4 }, details });
    expect(rowOf(again, 's')).toHaveLength(2);
    expect(rowOf(again, 's')[0]).toContain('| 1.4 |');
  });

  it('marks what is over its limit, and nothing at a size that the limit is not for', () => {
    const worse = { ...figures, ratio: 1.51, peak_rss_mb: 201 };
    expect(rowOf(updatedPage('', { figures: worse, details }), 's')[0]).toContain('| 1.51 (over) | 201 MB |');
    expect(rowOf(updatedPage('', { figures: { ...worse, size: 'm' }, details }), 'm')[0]).toContain('| 1.51 (over) | 201 MB (over) |');
  });

  it('says so where the informer failed', () => {
    expect(figuresTable({ ...figures, informer_rss_mb: null })).toContain("| client-node's informer, peak RSS | failed |  |");
  });
});
