import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { incompatibleSince, previousRelease, type Release } from './previous-release.ts';

/**
 * Runs every test and check, and ends with a line `N passed, N failed`: what `make test` does. `--static` leaves the tests out, `--e2e` adds
 * the end-to-end suite where the machine can run it, and says so where not: what CI does (E2E=1, CI_STARTED in seconds since 1970).
 */

const generatedFolders = ['crds', 'charts', 'deploy', 'docs'];

process.chdir(new URL('..', import.meta.url).pathname);

/** Of what failed, at the end: so many causes, and so many characters of each. */
const shown = { causes: 20, characters: 1500 };

/** CI ends after 90. Of what is left the end-to-end suite needs so many where nothing of it has been built before, and of these its tests so many. */
const ciMinutes = 87;
const endToEndMinutes = 38;
const endToEndTestMinutes = 18;
const started = Number(process.env.CI_STARTED ?? Date.now() / 1_000);

let passed = 0;
let failed = 0;
/** Why, by what says it; where one cause fails many tests, once. */
const causes = new Map<string, string>();

function step(title: string, run: () => boolean): void {
  process.stdout.write(`== ${title}\n`);
  const startedAt = performance.now();
  const ok = run();
  if (ok) passed += 1;
  else fail(title, 'see above');
  process.stdout.write(`== ${title}: ${ok ? 'ok' : 'FAILED'} (${Math.round((performance.now() - startedAt) / 1000)} s)\n`);
}

function command(name: string, args: string[], environment: Record<string, string> = {}): boolean {
  return spawnSync(name, args, { stdio: 'inherit', env: { ...process.env, ...environment } }).status === 0;
}

function fail(where: string, why: string): void {
  failed += 1;
  if (!causes.has(why)) causes.set(why, where);
}

/** True where generating changes nothing; the files are left as generated. */
function generatedIsCurrent(): boolean {
  const before = fingerprint();
  if (!command('node', ['tools/generate.ts'])) return false;
  const stale = [...fingerprint()].filter(([file, hash]) => before.get(file) !== hash).map(([file]) => file);
  for (const file of stale) process.stdout.write(`${file} was stale: commit it as it is now\n`);
  return stale.length === 0;
}

function fingerprint(): Map<string, string> {
  const files = generatedFolders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(files.map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]));
}

/** True where whatever the definitions of a release took is still taken. */
function definitionsAreCompatible(release: Release): boolean {
  const problems = incompatibleSince('.', release);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  return problems.length === 0;
}

/** Of what jest writes with `--json`. A file that could not be run has no assertions. */
interface Result {
  numPassedTests: number;
  testResults: {
    name: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

/** Runs one of jest's projects and adds its tests to the count. A run without a single test has failed. */
function jest(project: string, ...options: string[]): void {
  counted(project, (json) => {
    command('jest', ['--selectProjects', project, ...json, '--verbose', ...options], {
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    });
  });
}

/** `run` is given the options by which jest writes the result that is counted. */
function counted(project: string, run: (json: string[]) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'jest-'));
  const output = join(folder, 'result.json');
  process.stdout.write(`== ${project} tests\n`);
  run(['--json', `--outputFile=${output}`]);
  try {
    const result = JSON.parse(readFileSync(output, 'utf8')) as Result;
    passed += result.numPassedTests;
    for (const { name, message, assertionResults } of result.testResults) {
      if (assertionResults.length === 0) fail(name, message);
      for (const { fullName, status, failureMessages } of assertionResults) {
        if (status !== 'passed') fail(`${name}: ${fullName}`, failureMessages.join('\n') || `it was not run: ${status}`);
      }
    }
    if (result.numPassedTests === 0) fail(project, 'no test has passed');
  } catch (error) {
    fail(project, `no result of jest: ${(error as Error).message}`);
  }
  rmSync(folder, { recursive: true });
}

/** Why the end-to-end suite cannot run here; undefined where it can. */
function endToEndNeeds(): string | undefined {
  const left = minutesLeft();
  if (left < endToEndMinutes) return `${endToEndMinutes} minutes, of which ${left.toFixed(0)} are left to CI`;
  const given = within(endToEndMinutes - endToEndTestMinutes, 'test/e2e/run.sh', '--machine') === 0;
  return given ? undefined : 'what this machine does not give (see above)';
}

const minutesLeft = () => ciMinutes - (Date.now() / 1_000 - started) / 60;

function endToEnd(): void {
  const missing = endToEndNeeds() ?? programsMissing();
  if (missing) process.stdout.write(`== end-to-end tests: NOT RUN, since they need ${missing}\n`);
  else counted('end-to-end', (json) => void within(minutesLeft(), 'test/e2e/run.sh', ...json));
}

/** Builds what the suite runs; a machine that is too slow for that cannot run it, and one that fails at it shows so in the suite. */
function programsMissing(): string | undefined {
  const late = within(minutesLeft() - endToEndTestMinutes, 'node', 'test/e2e/build.ts') === timedOut;
  return late ? 'programs that were not built in the time that is left to CI' : undefined;
}

/** Of `timeout`. */
const timedOut = 124;

function within(minutes: number, ...program: string[]): number | null {
  return spawnSync('timeout', ['--kill-after=10', `${Math.floor(minutes)}m`, ...program], { stdio: 'inherit' }).status;
}

step('types', () => command('tsc', ['-p', '.']));
step('lint and format', () => command('biome', ['ci']));
step('generated files', generatedIsCurrent);
const release = previousRelease('.');
if (release) step(`definitions compatible with ${release.version}`, () => definitionsAreCompatible(release));
else process.stdout.write('== no release in the history, or none that this clone has: the definitions are compared with none\n');
if (!process.argv.includes('--static')) {
  jest('unit');
  // One at a time: each starts a control plane of its own.
  jest('integration', '--runInBand');
  jest('chaos', '--runInBand');
}
if (process.argv.includes('--e2e')) endToEnd();

for (const [why, where] of [...causes].slice(0, shown.causes)) {
  const lines = why.split('\n').filter((line) => !/^\s+at .*node_modules/.test(line));
  process.stdout.write(`== failed: ${relative('.', where)}\n${lines.join('\n').slice(0, shown.characters)}\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
