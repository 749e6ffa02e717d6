import { readFileSync } from 'node:fs';
import { causes, stages } from '../../api/v1alpha1/fields.ts';
import { patterns } from './patterns.ts';
import { stagesOfCauses } from './places.ts';

const page = readFileSync(new URL('../../../docs/delivery.md', import.meta.url), 'utf8');

/** The rows of the table below a heading, without those of its head. */
function rowsBelow(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| (.+) \|$/gm)].map(([, row = '']) => row.split(' | ')).slice(1);
}

it('docs/delivery.md explains every stage and every cause, and no other', () => {
  expect(rowsBelow('Stages').map(([name]) => name)).toEqual(stages.map((stage) => `\`${stage}\``));
  expect(rowsBelow('Causes').map(([name]) => name)).toEqual(causes.map((cause) => `\`${cause}\``));
});

it('docs/delivery.md lists every row by which messages are told, in the order in which they are tried', () => {
  expect(rowsBelow('How they are found')).toEqual(
    patterns.map(({ id, tool, stage, cause }) => {
      const where = stagesOfCauses[cause] ?? stage;
      return [id, tool, where ? `\`${where}\`` : 'where it was at that time', `\`${cause}\``];
    }),
  );
});
