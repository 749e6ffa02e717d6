import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { binDirectory } from './binaries.ts';
import { withBuildLock } from './build-lock.ts';

const progressIntervalMs = 20_000;

export interface Target {
  /** The name of the executable, and of the target for --only. */
  name: string;
  /** What go calls it, where that is another name than ours. */
  executable?: string;
  /** What is being built, for the reader. */
  title: string;
  /** Roughly how long a first build takes on two cores, for the reader. */
  firstTime: string;
  /** What the result depends on besides the go release; a change builds again. */
  inputs: string[];
  /** Arguments of go, which writes the executable into the given directory. */
  args(output: string): string[];
  /** Done even when nothing was built. */
  afterwards?(): void;
}

/** Programs that one Go module builds. */
export interface Programs {
  /** What it is called in what is printed. */
  title: string;
  /** Of the module: where its go.mod lies and go runs. */
  directory: string;
  targets: readonly Target[];
}

/** Arguments of go that make one package a small executable. */
export function goBuild(output: string, name: string, from: string, ldflags = '-s -w'): string[] {
  return ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, '-o', join(output, name), from];
}

/** Arguments of go that make a small executable of a module that is none of ours, `path@version`. */
export function goInstall(from: string, ldflags = '-s -w'): string[] {
  return ['install', '-v', '-trimpath', '-ldflags', ldflags, from];
}

/** A program that goes by other names too. A removed link comes back; one in place is left alone, since tests may be using it. */
export function linkProgram(program: string, names: readonly string[]): void {
  for (const name of names) {
    const link = join(binDirectory, name);
    if (existsSync(link)) continue;
    rmSync(link, { force: true }); // one that leads nowhere
    symlinkSync(program, link);
  }
}

/** The text of these files of the module, for `inputs`. */
export function moduleFiles(directory: string, ...names: string[]): string[] {
  return names.map((file) => readFileSync(join(directory, file), 'utf8'));
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function say(text: string): void {
  process.stdout.write(`build: ${text}\n`);
}

interface GoResult {
  code: number;
  stdout: string;
  stderr: string[];
}

interface GoRun {
  /** The module's. */
  directory: string;
  env?: Record<string, string>;
  onLine?: (line: string) => void;
}

function runGo(args: string[], { directory, env = {}, onLine = () => undefined }: GoRun): Promise<GoResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, { cwd: directory, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const stderr: string[] = [];
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      stderr.push(line);
      onLine(line);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

/**
 * The release of go that builds the module. Since go itself reads the module's `go` line and may fetch the release it asks for,
 * the question is put to go inside the module.
 */
async function goVersion({ title, directory }: Programs): Promise<string> {
  const required = /^go (\S+)$/m.exec(readFileSync(join(directory, 'go.mod'), 'utf8'))?.[1] ?? 'unknown';
  const advice = `Go ${required} or later is needed to build ${title}; see https://go.dev/dl/`;
  const answer = await runGo(['env', 'GOVERSION'], { directory }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? `\`go\` is not on the PATH. ${advice}` : `\`go\` cannot be run: ${error.message}. ${advice}`);
  });
  if (answer.code !== 0) throw new Error(`${answer.stderr.join('\n')}\n${advice}`);
  const found = answer.stdout.trim();
  if (isOlder(found, required)) throw new Error(`${found} is too old. ${advice}`);
  return found;
}

/** Compares `go1.26.8` with `1.26.0`; what follows the numbers (rc1, -custom) does not count. */
function isOlder(found: string, required: string): boolean {
  const numbers = (text: string) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number);
  const [have, need] = [numbers(found), numbers(required)];
  for (const [index, number] of need.entries()) {
    const difference = (have[index] ?? 0) - number;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function watchProgress(target: Target, started: number): { line(line: string): void; stop(): void } {
  let compiled = 0;
  let last = 'starting';
  const timer = setInterval(() => {
    say(`${target.name}: ${duration(performance.now() - started)} so far, ${compiled} packages compiled, last: ${last}`);
  }, progressIntervalMs);
  return {
    line(line) {
      if (!line.startsWith('go: ')) compiled += 1;
      last = line.trim();
    },
    stop: () => clearInterval(timer),
  };
}

function stampOf(target: Target): string {
  return join(binDirectory, `.${target.name}.stamp`);
}

function isUpToDate(target: Target, stamp: string): boolean {
  const file = stampOf(target);
  return existsSync(join(binDirectory, target.name)) && existsSync(file) && readFileSync(file, 'utf8') === stamp;
}

async function compile(target: Target, stamp: string, directory: string): Promise<void> {
  const started = performance.now();
  const output = join(binDirectory, `.building-${target.name}`);
  say(`${target.name}: building ${target.title} (the first time ${target.firstTime} on two cores) …`);
  mkdirSync(output, { recursive: true });
  const progress = watchProgress(target, started);
  try {
    const result = await runGo(target.args(output), { directory, env: { CGO_ENABLED: '0', GOBIN: output }, onLine: progress.line });
    if (result.code !== 0) throw new Error(`${target.name}: go ended with ${result.code}\n${result.stderr.slice(-30).join('\n')}`);
    // Renamed into place, so that a program in use keeps its old file and none is ever seen half written.
    renameSync(join(output, target.executable ?? target.name), join(binDirectory, target.name));
  } finally {
    progress.stop();
    rmSync(output, { recursive: true, force: true });
  }
  writeFileSync(stampOf(target), stamp);
  const megabytes = Math.round(statSync(join(binDirectory, target.name)).size / 1e6);
  say(`${target.name}: built in ${duration(performance.now() - started)} (${megabytes} MB)`);
}

async function buildAll(programs: Programs, chosen: readonly Target[]): Promise<void> {
  const version = await goVersion(programs);
  const started = performance.now();
  for (const target of chosen) {
    const stamp = createHash('sha256')
      .update(JSON.stringify([version, ...target.inputs]))
      .digest('hex');
    if (isUpToDate(target, stamp)) say(`${target.name}: up to date`);
    else await compile(target, stamp, programs.directory);
    target.afterwards?.();
  }
  say(`ready in ${binDirectory} after ${duration(performance.now() - started)}`);
}

function chosenTargets(targets: readonly Target[]): readonly Target[] {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  if (values.only === undefined) return targets;
  const known = targets.map((target) => target.name);
  return values.only.split(',').map((name) => {
    const found = targets.find((target) => target.name === name.trim());
    if (!found) throw new Error(`--only: there is no target "${name}"; there are ${known.join(', ')}`);
    return found;
  });
}

/** Builds what the command line asks for, by default everything; a failure is printed and sets the exit code. */
export async function buildPrograms(programs: Programs): Promise<void> {
  try {
    const chosen = chosenTargets(programs.targets);
    mkdirSync(binDirectory, { recursive: true });
    await withBuildLock(join(binDirectory, '.lock'), say, () => buildAll(programs, chosen));
  } catch (error) {
    process.stderr.write(`build: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
