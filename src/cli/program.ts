import { type Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../kube/duration.ts';
import { isKubeError } from '../kube/errors.ts';
import { dnsSubdomain } from '../kube/names.ts';
import { type Feature, featureNames } from '../observe/features.ts';
import { version } from '../version.ts';
import { exitCodes } from './exit-codes.ts';
import { harmless, oneLine } from './words.ts';
import type { OutputFormat, Session, World } from './world.ts';

/** Runs one command line and returns its exit code. Everything that goes wrong is one line on standard error. */
export async function runCommandLine(args: readonly string[], world: World): Promise<number> {
  const sessions: Session[] = [];
  const connect: World['connect'] = async (target) => {
    const session = await world.connect(target);
    sessions.push(session);
    return session;
  };
  const terminal = { ...world.terminal, print: (text: string) => world.terminal.print(harmless(text)) };
  let code: number = exitCodes.ok;
  const program = createCommandLine({ ...world, connect, terminal }, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.error;
    world.terminal.note(`error: ${whereOf(error, sessions.at(-1))}${oneLine(error)}`);
    return exitCodes.error;
  } finally {
    await Promise.all(sessions.map(({ transport }) => transport.close()));
  }
}

/** Which API server gave no answer, or did not know the caller: what it says itself does not tell. */
function whereOf(error: unknown, session: Session | undefined): string {
  const namesNoServer = isKubeError(error) && (error.code === 401 || (error.kind === 'Transient' && error.code === 0));
  if (!session || !namesNoServer) return '';
  return `${session.transport.server}${session.context === undefined ? '' : `, context ${session.context}`}: `;
}

/** The commands. Each loads what it needs when it runs, and nothing before. `done` is told its exit code. */
export function createCommandLine(world: World, done: (code: number) => void): Command {
  const program = new Command('kubectl supportcoverage')
    .description('Looks at and works with the support agreement of a Kubernetes platform. Documentation: docs/cli.md.')
    .version(version)
    .option('-n, --namespace <name>', "Namespace of the coverage. Default: the one of the kubeconfig's context, else platform-support.")
    .option('--kubeconfig <file>', 'Kubeconfig. Default: KUBECONFIG, else ~/.kube/config.')
    .option('--context <name>', 'Context of the kubeconfig. Default: its current one.');
  quiet(program, world);
  addStatus(program, world, done);
  addBaseline(program, world, done);
  addAck(program, world, done);
  addRun(program, world, done);
  addValidate(program, world, done);
  return program;
}

type Add = (program: Command, world: World, done: (code: number) => void) => void;

const addStatus: Add = (program, world, done) => {
  command(program, 'status [name]', 'How a coverage is, and what to do about it; without a name every coverage of the namespace.', [
    '0  healthy',
    '1  not healthy: a finding or drift is open',
    '2  not known, also where the operator has not run the checks for 5 minutes after they were due',
    '3  error',
  ])
    .addOption(output(['text', 'json', 'yaml']))
    .option('--all', 'Every finding and difference instead of the 20 most urgent.')
    .action(async (name, _, self) => {
      const { status } = await import('./status.ts');
      done(await status(world, { ...given(self), ...(name === undefined ? {} : { name }), all: self.opts().all === true }));
    });
};

const addBaseline: Add = (program, world, done) => {
  const baseline = quiet(program.command('baseline'), world).description(
    'What was agreed about a cluster: capture it, compare with it, approve it.',
  );
  addCapture(baseline, world, done);
  addDiff(baseline, world, done);
  addApprove(baseline, world, done);
};

const addCapture: Add = (program, world, done) => {
  command(
    program,
    'capture <coverage>',
    'Print the CoverageBaseline of the cluster as it is now, to be kept in Git and applied with kubectl apply --server-side. Reads with your permissions and writes nothing. Refused where a fact cannot be read, or over 900 KiB.',
    ['0  printed', '3  refused, or error'],
  )
    .addOption(clusterOption())
    .addOption(contextOption())
    .option(
      '--name <name>',
      'Name of the CoverageBaseline. Default: the one that the coverage names, else the names of coverage and cluster with a dot between.',
      nameIn,
    )
    .addOption(
      new Option('--features <names>', `Also what the operator reads only behind a switch, as its flag: ${featureNames.join(', ')}.`)
        .argParser(featuresIn)
        .default([], 'none'),
    )
    .addOption(timeout('60s', 'How long reading the cluster may take'))
    .addOption(output(['yaml', 'json']))
    .action(async (coverage, _, self) => {
      const { captureCommand } = await import('./baseline-capture.ts');
      done(await captureCommand(world, { ...given(self), coverage }));
    });
};

const addDiff: Add = (program, world, done) => {
  command(
    program,
    'diff <coverage>',
    'What differs now between the cluster and its baseline, as the operator judges it, by object. Reads with your permissions and writes nothing.',
    ['0  no difference', '1  differences', '2  no difference in what could be read, and some facts could not', '3  error'],
  )
    .option('--baseline <name>', 'Name of the CoverageBaseline. Default: the one that the coverage is compared with.')
    .addOption(clusterOption())
    .addOption(contextOption())
    .addOption(timeout('60s', 'How long reading the cluster may take'))
    .addOption(output(['text', 'json', 'yaml']))
    .action(async (coverage, _, self) => {
      const { diffCommand } = await import('./baseline-diff.ts');
      done(await diffCommand(world, { ...given(self), coverage }));
    });
};

const addApprove: Add = (program, world, done) => {
  command(
    program,
    'approve <name>',
    'Approve a CoverageBaseline: show what it states, ask, and set spec.approval. It cannot be taken back.',
    ['0  approved', '3  refused, such as where it is approved already, or error'],
  )
    .requiredOption('--by <who>', 'Who agrees to it.')
    .option('--note <text>', 'A note, such as the number of a change.')
    .option('--yes', 'Do not ask. Without a terminal nobody can be asked, and this is needed.')
    .action(async (name, _, self) => {
      const { approveCommand } = await import('./baseline-approve.ts');
      done(await approveCommand(world, { ...given(self), name, yes: self.opts().yes === true }));
    });
};

const addAck: Add = (program, world, done) => {
  command(
    program,
    'ack <coverage> [findings...]',
    'Say that you take care of findings or drift, by the ids that status shows, or of all that match: their escalation stops. Nothing is hidden.',
    ['0  acknowledged', '3  error'],
  )
    .requiredOption('--reason <text>', 'What is done about it, such as the number of a ticket.')
    .option('--check <glob>', 'Instead of ids: checks or facts, such as node-*. Default: all, where one of these three is given.')
    .option('--object <glob>', 'Instead of ids: objects, such as "Node/*". Default: all.')
    .option('--cluster <name>', 'Instead of ids: one cluster of the coverage. Default: all.')
    .option('--by <who>', 'Who takes care of it. Default: you, as the API server knows you.')
    .option(
      '--expires <when>',
      'When escalation goes on: a duration from now such as 8h, or a time such as 2027-01-31T12:00:00Z. Needed without ids. Default: when the findings are resolved.',
    )
    .addOption(output(['text', 'json', 'yaml']))
    .action(async (coverage, findings, _, self) => {
      const { ackCommand } = await import('./ack.ts');
      done(await ackCommand(world, { ...given(self), coverage, findings }));
    });
};

const addRun: Add = (program, world, done) => {
  command(program, 'run <coverage>', 'Run the checks of a coverage now.', [
    '0  asked for; with --wait: healthy',
    '1  with --wait: not healthy',
    '2  with --wait: not known',
    '3  error, also where the checks have not run in time',
  ])
    .option('--wait', 'Wait until they have run, and print the status.')
    .addOption(timeout('5m', 'How long to wait'))
    .addOption(output(['text', 'json', 'yaml']))
    .action(async (coverage, _, self) => {
      const { runCommand } = await import('./run.ts');
      done(await runCommand(world, { ...given(self), coverage, wait: self.opts().wait === true }));
    });
};

const addValidate: Add = (program, world, done) => {
  command(
    program,
    'validate <files...>',
    "Judge manifests before they are applied, without a cluster: unknown fields, types, bounds, and what the operator would say in the condition Ready. The CRD's validation rules (CEL) are the API server's: those about one object are evaluated here too, those about a change and admission policies only with --server. Several documents a file; - is standard input.",
    ['0  no problem', '1  problems', '3  error'],
  )
    .option('--server', 'Have the API server judge too, by a dry-run that changes nothing. Needs the permission to write them.')
    .addOption(output(['text', 'json', 'yaml']))
    .action(async (files, _, self) => {
      const { validateCommand } = await import('./validate.ts');
      done(await validateCommand(world, { ...given(self), files, server: self.opts().server === true }));
    });
};

function command(program: Command, usage: string, description: string, codes: readonly string[]): Command {
  const [name = '', ...names] = usage.split(' ');
  const added = program.command(name).description(description);
  for (const argument of names) added.argument(argument, '');
  return added.copyInheritedSettings(program).addHelpText('after', `\nExit codes:\n${codes.map((code) => `  ${code}`).join('\n')}`);
}

/** What was given of a command's flags and the program's; commander knows no types, and the flags above give exactly these. */
function given<T>(self: Command): T {
  const { timeout: timeoutMs, ...flags } = self.optsWithGlobals();
  return { ...flags, ...(timeoutMs === undefined ? {} : { timeoutMs }) } as T;
}

/** Plain lines, and errors as one of them; nothing ends the process. */
function quiet(program: Command, { terminal }: World): Command {
  return program
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, visibleArguments: (): Argument[] => [] })
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: (text, write) => write(oneLine(text)),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function output(formats: readonly OutputFormat[]): Option {
  return new Option('-o, --output <format>', 'How to print.').choices([...formats]).default(formats[0]);
}

function timeout(value: string, meaning: string): Option {
  return new Option('--timeout <duration>', `${meaning}, such as 90s or 5m.`).argParser(durationIn).default(durationIn(value), value);
}

function clusterOption(): Option {
  return new Option('--cluster <name>', 'Name of the cluster in the coverage. Default: its only one.');
}

function contextOption(): Option {
  return new Option('--cluster-context <name>', 'Context of the kubeconfig for that cluster, where the coverage is in another one.');
}

function nameIn(text: string): string {
  if (text.length > 253 || !dnsSubdomain.test(text)) throw new InvalidArgumentError("Write lower case letters, digits, '-' and '.'.");
  return text;
}

function durationIn(text: string): number {
  const ms = parseDuration(text);
  if (!ms) throw new InvalidArgumentError('Write a duration such as 90s or 5m.');
  return ms;
}

/** Names with commas between. Throws InvalidArgumentError. */
export function featuresIn(list: string): Feature[] {
  return list.split(',').map((name) => {
    const feature = featureNames.find((known) => known === name.trim());
    if (!feature) throw new InvalidArgumentError(`Known are ${featureNames.join(', ')}.`);
    return feature;
  });
}
