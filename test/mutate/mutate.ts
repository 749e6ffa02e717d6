import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mutant, mutants } from './mutants.ts';

/** `make mutate`: breaks one promise at a time in a copy of the project and shows that a test turns red for each. Exits non-zero where one survives. */

const root = new URL('../..', import.meta.url).pathname;
const parts = [
  'src',
  'test',
  'tools',
  'docs',
  'charts',
  'crds',
  'deploy',
  'jest.config.js',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

function copyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** A mutant may make tests hang; unbroken, those of one mutant end in seconds, and all of them together within minutes. */
const limitMs = 120_000;
const allLimitMs = 600_000;

interface Run {
  failed: number;
  passed: number;
  /** Full names of the tests that failed. */
  names: string[];
}

/** Without `options` all tests of the pattern run, side by side. */
function runTests(folder: string, pattern: string, options: string[] = [], timeout = limitMs): Run {
  const output = join(folder, 'result.json');
  rmSync(output, { force: true });
  const { signal } = spawnSync(
    'jest',
    ['--selectProjects=unit', '--forceExit', `--testPathPatterns=${pattern}`, '--json', `--outputFile=${output}`, '--silent', ...options],
    {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' },
      timeout,
      killSignal: 'SIGKILL',
    },
  );
  if (signal === 'SIGKILL')
    return { failed: 1, passed: 0, names: [`none ended within ${timeout / 1000} s, which CI would not accept either`] };
  // Without a result nobody knows; that is no killed mutant.
  if (!existsSync(output)) throw new Error(`jest gave no result for ${pattern}`);
  const result = JSON.parse(readFileSync(output, 'utf8')) as {
    numFailedTests: number;
    numPassedTests: number;
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  const names = result.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  );
  return { failed: result.numFailedTests, passed: result.numPassedTests, names };
}

/** Undefined where the mutant is killed, else why not. */
function survives(folder: string, mutant: Mutant): { survived: string } | { killedBy: string } {
  const file = join(folder, mutant.file);
  const original = readFileSync(file, 'utf8');
  if (original.split(mutant.find).length !== 2)
    return { survived: `${mutant.file} does not hold ${JSON.stringify(mutant.find)} exactly once` };
  writeFileSync(
    file,
    original.replace(mutant.find, () => mutant.replace),
  );
  try {
    // In one process: nothing of a test that hangs outlives it.
    const only = mutant.only === undefined ? [] : [`--testNamePattern=${mutant.only}`];
    const { failed, passed, names } = runTests(folder, mutant.tests, ['--runInBand', ...only]);
    if (failed > 0) return { killedBy: `${failed} of ${failed + passed} tests: ${names[0]}` };
    return { survived: `all ${passed} tests of ${mutant.tests} passed` };
  } finally {
    writeFileSync(file, original);
  }
}

const folder = copyProject();
let survivors = 0;
try {
  const before = runTests(folder, [...new Set(mutants.map(({ tests }) => tests))].join('|'), [], allLimitMs);
  if (before.failed > 0 || before.passed === 0) throw new Error(`the tests are red before anything is broken: ${before.names.join('; ')}`);
  process.stdout.write(`${before.passed} tests pass unbroken; ${mutants.length} mutants\n`);
  for (const mutant of mutants) {
    const result = survives(folder, mutant);
    if ('survived' in result) survivors += 1;
    process.stdout.write(
      'survived' in result ? `SURVIVED  ${mutant.name}: ${result.survived}\n` : `killed    ${mutant.name}, by ${result.killedBy}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.stdout.write(`${mutants.length - survivors} of ${mutants.length} mutants killed\n`);
process.exitCode = survivors === 0 ? 0 : 1;
