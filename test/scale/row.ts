/** A row of a table in Markdown. */
export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A table in Markdown, and rows that end it. */
export function table(titles: readonly string[], rows: readonly string[], last: readonly string[] = []): string {
  return [row(titles), row(titles.map(() => '---')), ...rows, ...last].join('\n');
}

/**
 * The rows of the table under those titles on a page, by size in the given order: those of the size that was measured now are the new
 * ones, those of others stay.
 */
export function mergedRows(
  page: string,
  titles: readonly string[],
  order: readonly string[],
  size: string,
  fresh: readonly string[],
): string[] {
  const lines = page.split('\n');
  const from = lines.indexOf(row(titles));
  const old = from === -1 ? [] : lines.slice(from + 2);
  const ended = old.findIndex((line) => !line.startsWith('|'));
  const kept = ended === -1 ? old : old.slice(0, ended);
  return order.flatMap((one) => (one === size ? fresh : kept.filter((line) => line.startsWith(`| ${one} |`))));
}
