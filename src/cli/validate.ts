import { resourceTypeOf } from '../api/v1alpha1/kinds.ts';
import { isKubeError } from '../kube/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { type Document, documentsIn } from './manifest.ts';
import { data } from './output.ts';
import type { Problem } from './schema.ts';
import { type CommandStore, createCommandStore } from './store.ts';
import { oneLine } from './words.ts';
import { CommandError, type OutputFormat, type Target, type World } from './world.ts';

export interface ValidateOptions extends Target {
  /** Paths; `-` is standard input. */
  files: readonly string[];
  /** Have the API server judge too. */
  server: boolean;
  output: OutputFormat;
}

/** What `-o json` prints of each document, in a list. */
interface Verdict {
  file: string;
  object: string;
  checked: boolean;
  problems: Problem[];
}

/** Judges manifests of our kinds before they are applied. Nothing is written. */
export async function validateCommand(world: World, options: ValidateOptions): Promise<number> {
  const store = options.server ? createCommandStore(await world.connect(options)) : undefined;
  const verdicts: Verdict[] = [];
  for (const file of options.files) verdicts.push(...(await judge(world, store, file)));
  // What was not looked at has not passed.
  if (verdicts.every(({ checked, problems }) => !checked && problems.length === 0))
    throw new CommandError(`there is no manifest of platformsupport.io in ${options.files.join(', ')}`);
  world.terminal.print(options.output === 'text' ? verdicts.flatMap(lines).join('\n') : data(options.output, { items: verdicts }));
  return verdicts.some(({ problems }) => problems.length > 0) ? exitCodes.findings : exitCodes.ok;
}

async function judge(world: World, store: CommandStore | undefined, file: string): Promise<Verdict[]> {
  const documents = documentsIn(await read(world, file), world.clock.now());
  if ('unreadable' in documents)
    return [
      { file, object: 'the file', checked: false, problems: [{ path: '', message: `cannot be read as YAML: ${documents.unreadable}` }] },
    ];
  const verdicts: Verdict[] = [];
  for (const { name, kind, object, problems } of documents) {
    const found = store && kind && problems.length === 0 ? await refusals(store, { kind, object }) : problems;
    verdicts.push({ file, object: name, checked: kind !== undefined, problems: found });
  }
  return verdicts;
}

async function read({ readFile }: World, file: string): Promise<string> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${oneLine(error)}`);
  }
}

/** What the API server refuses; not to be allowed to ask, or to get no answer, is no refusal of the manifest. */
async function refusals(
  store: CommandStore,
  { kind, object }: Pick<Document, 'object'> & { kind: NonNullable<Document['kind']> },
): Promise<Problem[]> {
  try {
    await store.rehearse(resourceTypeOf(kind), object);
    return [];
  } catch (error) {
    if (isKubeError(error, 'Invalid', 'NotFound', 'Conflict')) return [{ path: '', message: oneLine(error) }];
    throw error;
  }
}

function lines({ file, object, checked, problems }: Verdict): string[] {
  const where = `${file === '-' ? 'standard input' : file}: ${object}`;
  if (problems.length > 0) return problems.map(({ path, message }) => `${where}: ${path === '' ? '' : `${path}: `}${message}`);
  return [`${where}: ${checked ? 'ok' : 'not of platformsupport.io, so not checked'}`];
}
