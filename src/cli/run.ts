import { delay } from '../runtime/clock.ts';
import { exitCodes } from './exit-codes.ts';
import { data } from './output.ts';
import { lookAt, printStatus } from './status.ts';
import { type CommandStore, createCommandStore } from './store.ts';
import { roughly, statusCommand } from './words.ts';
import { CommandError, type OutputFormat, type Target, type World } from './world.ts';

export interface RunOptions extends Target {
  coverage: string;
  /** Wait until the checks have run, and print the status. */
  wait: boolean;
  timeoutMs: number;
  output: OutputFormat;
}

const pollMs = 1000;

/** Has the checks of a coverage run now. Exits as `status` does where it waits for them. */
export async function runCommand(world: World, options: RunOptions): Promise<number> {
  const { clock, terminal } = world;
  const session = await world.connect(options);
  const store = createCommandStore(session);
  const { metadata, spec } = await store.coverage(options.coverage);
  if (spec.suspend) throw new CommandError(`the coverage ${metadata.name} is suspended (spec.suspend): no check runs`);
  const value = clock.now().toString({ smallestUnit: 'millisecond' });
  await store.askForRun(metadata.name, value);
  const shown = statusCommand(metadata.name, session.namespace);
  if (!options.wait) {
    terminal.print(
      options.output === 'text'
        ? `The checks of ${metadata.name} run now; ${shown} shows what they find.`
        : data(options.output, { coverage: metadata.name, namespace: session.namespace, runAt: value }),
    );
    return exitCodes.ok;
  }
  await untilRun(world, store, options, value, shown);
  const picture = await lookAt(world, store, metadata.name);
  printStatus(world, [picture], { name: metadata.name, output: options.output, all: false });
  return picture.exitCode;
}

async function untilRun(
  { clock }: World,
  store: CommandStore,
  { coverage, timeoutMs }: RunOptions,
  value: string,
  shown: string,
): Promise<void> {
  const startedAt = clock.monotonic();
  while ((await store.coverage(coverage)).status?.lastHandledRunAt !== value) {
    if (clock.monotonic() - startedAt >= timeoutMs)
      throw new CommandError(
        `the checks of ${coverage} have not run for ${roughly(timeoutMs)}: look whether the operator runs, and at the condition Ready (${shown})`,
      );
    await delay(clock, pollMs);
  }
}
