import { exitCodes } from './exit-codes.ts';
import { data } from './output.ts';
import { pictureOf, type StatusPicture } from './status-picture.ts';
import { statusText } from './status-text.ts';
import { type CommandStore, createCommandStore } from './store.ts';
import { CommandError, type OutputFormat, type Target, type World } from './world.ts';

export interface StatusOptions extends Target {
  /** Absent: every coverage of the namespace. */
  name?: string;
  output: OutputFormat;
  /** Every finding instead of the most urgent ones. */
  all: boolean;
}

/** How a coverage is, or all of a namespace are. Exits as the worst of them: not healthy before not known. */
export async function status(world: World, options: StatusOptions): Promise<number> {
  const session = await world.connect(options);
  const store = createCommandStore(session);
  const pictures = options.name === undefined ? await allOf(world, store) : [await lookAt(world, store, options.name)];
  if (pictures.length === 0) throw new CommandError(`there is no SupportCoverage in the namespace ${session.namespace} (see -n)`);
  printStatus(world, pictures, options);
  const codes = pictures.map(({ exitCode }) => exitCode);
  return codes.includes(exitCodes.findings) ? exitCodes.findings : Math.max(...codes);
}

/** One coverage with its reports. */
export async function lookAt({ clock }: World, store: CommandStore, name: string): Promise<StatusPicture> {
  const [coverage, reports] = await Promise.all([store.coverage(name), store.reports()]);
  return pictureOf(coverage, reports, clock.now());
}

async function allOf({ clock }: World, store: CommandStore): Promise<StatusPicture[]> {
  const [coverages, reports] = await Promise.all([store.coverages(), store.reports()]);
  return coverages.map((coverage) => pictureOf(coverage, reports, clock.now()));
}

export function printStatus(
  { terminal, clock }: World,
  pictures: readonly StatusPicture[],
  { name, output, all }: Pick<StatusOptions, 'name' | 'output' | 'all'>,
): void {
  if (output !== 'text') terminal.print(data(output, name === undefined ? { items: pictures } : pictures[0]));
  else terminal.print(pictures.map((picture) => statusText(picture, clock.now(), all)).join('\n\n'));
}
