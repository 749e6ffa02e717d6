#!/usr/bin/env node
import { basename } from 'node:path';

const [, script = '', ...args] = process.argv;

/** The operator takes flags alone; a first word is a command, and as kubectl's plugin there is nothing else. */
const isCommand = basename(script).startsWith('kubectl-') || (args[0] !== undefined && !args[0].startsWith('-'));

/** As in package.json. An older one would fail somewhere, with a stack trace. */
const neededNode = 26;

// Neither loads the other: the operator stays as small as it is, and a command does not wait for its parts.
if (Number.parseInt(process.versions.node, 10) < neededNode) {
  process.stderr.write(`error: Node ${neededNode} or later is needed, and this is Node ${process.versions.node}\n`);
  process.exitCode = isCommand ? 3 : 1;
} else if (isCommand) {
  const { main } = await import('./cli/main.ts');
  await main(args);
} else {
  const { startOperator } = await import('./operator.ts');
  await startOperator();
}
