import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { createCommandWorld } from '../../test/fixtures/command-world.ts';
import { createCommandLine } from './program.ts';
import type { World } from './world.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const program = createCommandLine({ terminal: {} } as World, () => {});
const leaves = (command: Command): Command[] => (command.commands.length > 0 ? command.commands.flatMap(leaves) : [command]);
const namesOf = (command: Command): string[] => (command.parent ? [...namesOf(command.parent), command.name()] : []);
const commands = leaves(program).map((command) => ({ command, names: namesOf(command), section: sectionOf(command) }));

function headingOf(command: Command): string {
  const given = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [...namesOf(command), ...given].join(' ');
}

function sectionOf(command: Command): string {
  return page.split(/^## /m).find((section) => section.startsWith(`${headingOf(command)}\n`)) ?? '';
}

/** The rows of the table with this header, as they stand there. */
function rows(text: string, header: string): string[] {
  const [, table = ''] = text.split(`| ${header} |`);
  return [...(table.split('\n\n')[0] ?? '').matchAll(/^\| .*$/gm)].map(([row]) => row);
}

function rowOf({ flags, mandatory, defaultValueDescription, defaultValue, description, argChoices }: Option): string {
  const value = mandatory ? 'required' : (defaultValueDescription ?? defaultValue ?? '');
  return `| \`${flags}\` | ${value} | ${description}${argChoices ? ` One of ${argChoices.join(', ')}.` : ''} |`;
}

const flags = 'Flag | Default | Meaning';

it('every command has a section of its own, and there is none of another', () => {
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(headings.slice(2)).toEqual(commands.map(({ command }) => headingOf(command)));
});

it('the flags that all commands take are those of --help', () => {
  const own = program.options.filter(({ long }) => long !== '--version').map(rowOf);
  expect(rows(page.split(/^## /m)[2] ?? '', flags)).toEqual(own);
});

it.each(commands.map((entry) => [entry.names.join(' '), entry] as const))(
  'the flags and exit codes of %s are those of --help',
  async (_, entry) => {
    expect(rows(entry.section, flags)).toEqual(entry.command.options.map(rowOf));
    const { out } = await createCommandWorld().run(...entry.names, '--help');
    const codes = [...out.matchAll(/^ {2}(\d) {2}(.*)$/gm)].map(([, code, meaning]) => `| ${code} | ${meaning} |`);
    expect(codes.length).toBeGreaterThan(1);
    expect(rows(entry.section, 'Exit code | Meaning')).toEqual(codes);
  },
);

it('every flag and every command is explained in --help', () => {
  for (const { command } of commands) {
    expect(command.description()).toMatch(/\.$/);
    for (const { description } of command.options) expect(description).toMatch(/\.$/);
  }
});
