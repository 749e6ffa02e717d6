import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { systemClock } from '../runtime/clock.ts';
import { runCommandLine } from './program.ts';
import type { Terminal, World } from './world.ts';

/** Runs one command line of this process. */
export async function main(args: readonly string[]): Promise<void> {
  // Whoever reads may have seen enough, as head does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.exitCode = await runCommandLine(args, createWorld());
}

function createWorld(): World {
  return {
    terminal: createTerminal(),
    clock: systemClock,
    connect: async (target) => (await import('./connect.ts')).connect(target),
    observe: async (look) => (await import('./observe-once.ts')).observeOnce(look, systemClock),
    readFile: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
  };
}

function createTerminal(): Terminal {
  return {
    print: (line) => process.stdout.write(`${line}\n`),
    note: (line) => process.stderr.write(`${line}\n`),
    ...(process.stdin.isTTY ? { confirm } : {}),
  };
}

async function confirm(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
  } finally {
    asking.close();
  }
}
