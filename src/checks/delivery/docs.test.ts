import { readFileSync } from 'node:fs';
import { causes, stages } from '../../api/v1alpha1/fields.ts';

const page = readFileSync(new URL('../../../docs/delivery.md', import.meta.url), 'utf8');

/** The first cell of each row below a heading. */
function rowsBelow(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}

it('docs/delivery.md explains every stage and every cause, and no other', () => {
  expect(rowsBelow('Stages')).toEqual([...stages]);
  expect(rowsBelow('Causes')).toEqual([...causes]);
});
