import { type PeerFigures, updatedPage } from './page.ts';

const operator: PeerFigures = {
  program: 'operator',
  answer_s: 2,
  answer_cpu_s: 1.9,
  peak_rss_mb: 107,
  rest_cpu_s: 2,
  rest_rss_mb: 103,
  says: 'x',
};
const once: PeerFigures = { program: 'once', answer_s: 55, answer_cpu_s: 80, peak_rss_mb: 6_982, says: 'y' };
const run = (size: string, programs = [operator, once]) => ({ size, programs, measured: 'now' });
const rowsOf = (page: string) => page.split('\n').filter((line) => /^\| [sm] \|/.test(line));

describe('docs/beside-others.md after a run', () => {
  const first = updatedPage('', run('s'));

  it('has a row for each program, and says of one that has ended that there was no rest', () => {
    expect(rowsOf(first)).toEqual([
      '| s | operator | 2 s | 1.9 s | 107 MB | 2 s | 103 MB | x | now |',
      '| s | once | 55 s | 80 s | 6,982 MB | ended | ended | y | now |',
    ]);
  });

  it('keeps the rows of the other size, in their order, and has new ones in the place of old ones', () => {
    const both = updatedPage(updatedPage(first, run('m', [operator])), run('s', [once]));
    expect(rowsOf(both).map((line) => line.slice(2, 14))).toEqual(['s | once | 5', 'm | operator']);
    expect(updatedPage(both, run('s', [once]))).toBe(both);
  });
});
