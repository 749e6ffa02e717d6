import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../test/controlplane/command.ts';
import { manifest } from '../../test/fixtures/command-world.ts';
import { version } from '../version.ts';

const binary = new URL('../main.ts', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'plugin-'));
const plugin = join(folder, 'kubectl-supportcoverage');
symlinkSync(binary, plugin);
afterAll(() => rmSync(folder, { recursive: true }));

const env = { ...process.env, NODE_OPTIONS: '', PATH: `${join(process.execPath, '..')}:${process.env.PATH}` };
const run = (file: string, args: string[], input = '') => runCommand(file, args, { input, env });

describe('the binary', () => {
  it('runs a command that is its first word', async () => {
    const { code, stdout, stderr } = await run(binary, ['validate', '-'], manifest('SupportCoverage', 'production', { tier: 'Level1' }));
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'standard input: SupportCoverage/production: ok\n', stderr: '' });
  }, 30_000);

  it('is the operator with flags alone', async () => {
    expect(await run(binary, ['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
    const { code, stderr } = await run(binary, ['--metrics-auth', 'perhaps']);
    expect(stderr).toContain("option '--metrics-auth <switch>' argument 'perhaps' is invalid");
    expect(code).toBe(1);
  }, 30_000);

  it.each([
    ['--features', 'foo', '--features: there is no "foo"; known are '],
    ['--corrections-allow', 'foo', '--corrections-allow: there is no "foo"; known are '],
    ['--allow-addresses', '127.0.0.0/33', '--allow-addresses: "127.0.0.0/33" is no range of addresses; '],
    ['--metrics-bind-address', '8080', '--metrics-bind-address: "8080" is no address to listen on: '],
  ])(
    'as the operator refuses %s %s in one line',
    async (flag, value, message) => {
      const { code, stderr } = await run(binary, [flag, value]);
      expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 1, lines: 2 });
      expect(stderr).toContain(`error: ${message}`);
    },
    30_000,
  );

  it('as kubectl’s plugin is never the operator', async () => {
    const { code, stderr } = await run(plugin, []);
    expect(stderr).toMatch(/^Usage: kubectl supportcoverage /);
    expect(code).toBe(3);
    expect((await run(plugin, ['--help'])).stdout).toMatch(/^Usage: kubectl supportcoverage /);
  }, 30_000);
});

describe('on a Node that is too old', () => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`;
  const old = { ...env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretend)}` };

  it.each([
    ['kubectl’s plugin', plugin, 'status', 3],
    ['the operator', binary, '--version', 1],
  ])('%s says which it needs, in one line', async (_, file, argument, code) => {
    expect(await runCommand(file, [argument], { env: old })).toMatchObject({
      ...{ code, stdout: '', stderr: 'error: Node 26 or later is needed, and this is Node 20.20.2\n' },
    });
  });

  it('that is the one of package.json', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { engines: { node: string } };
    expect(engines.node).toBe('>=26');
  });
});

it('what goes wrong is one line without a stack trace', async () => {
  const { code, stdout, stderr } = await run(plugin, ['--kubeconfig', '/nowhere', 'status']);
  expect(stderr).toMatch(/^error: the kubeconfig cannot be read: ENOENT[^\n]*\n$/);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
}, 30_000);

it('a reader that has seen enough is no error', async () => {
  const { stdout, stderr } = await run('bash', ['-c', `"${plugin}" status --help | true; echo "\${PIPESTATUS[0]}"`]);
  expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
}, 30_000);
