import { existsSync, readFileSync } from 'node:fs';
import { createProgram, type Options, optionRows } from './options.ts';

const environment = { ...process.env };
/** The Pod's namespace, where the tests themselves run in one. */
const podFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const home = existsSync(podFile) ? readFileSync(podFile, 'utf8').trim() : 'platform-support';

beforeEach(() => {
  for (const row of optionRows) delete process.env[row.environment];
});

afterEach(() => {
  process.env = { ...environment };
});

/** Reads a command line; what it prints is kept, and a line that cannot be read is an error instead of the end of the process. */
async function read(...flags: string[]): Promise<Options> {
  let found: Options | undefined;
  const program = createProgram(async (options) => {
    found = options;
  });
  program.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  await program.parseAsync(flags, { from: 'user' });
  return found!;
}
const help = () =>
  createProgram(async () => {})
    .configureHelp({ helpWidth: 200 })
    .helpInformation();

describe('without flags', () => {
  it('the operator serves its own namespace, without leader election, with metrics that need a token', async () => {
    expect(await read()).toEqual({
      kubeconfig: undefined,
      namespace: home,
      coverageNamespaces: [home],
      metricsBindAddress: ':8080',
      metricsAuth: true,
      healthProbeBindAddress: ':8081',
      leaderElect: false,
      features: [],
      allowAddresses: [],
      correctionsAllow: [],
      correctionsNamespaces: [],
      tier: 'Level3',
      logLevel: 'info',
    });
  });
});

describe('each flag', () => {
  const cases: [string, string, Partial<Options>][] = [
    ['--kubeconfig', '/tmp/config', { kubeconfig: '/tmp/config' }],
    ['--namespace', 'ops', { namespace: 'ops', coverageNamespaces: ['ops'] }],
    ['--coverage-namespaces', 'team-a, team-b,,', { namespace: home, coverageNamespaces: ['team-a', 'team-b'] }],
    ['--metrics-bind-address', '127.0.0.1:9090', { metricsBindAddress: '127.0.0.1:9090' }],
    ['--metrics-auth', 'false', { metricsAuth: false }],
    ['--health-probe-bind-address', '0', { healthProbeBindAddress: '0' }],
    ['--leader-elect', 'true', { leaderElect: true }],
    ['--features', 'tls-secrets, kubelet-stats', { features: ['tls-secrets', 'kubelet-stats'] }],
    ['--allow-addresses', '10.20.0.0/16, ::1', { allowAddresses: ['10.20.0.0/16', '::1'] }],
    ['--corrections-allow', 'ns-pod-security, sa-default-automount', { correctionsAllow: ['ns-pod-security', 'sa-default-automount'] }],
    ['--corrections-namespaces', 'platform-*, monitoring', { correctionsNamespaces: ['platform-*', 'monitoring'] }],
    ['--tier', 'Level1', { tier: 'Level1' }],
    ['--log-level', 'debug', { logLevel: 'debug' }],
  ];

  it('is in this list', () => {
    expect(cases.map(([flag]) => flag)).toEqual(optionRows.map(({ flag }) => flag.split(' ')[0]));
  });

  it.each(cases)('%s takes a value', async (flag, value, expected) => {
    expect(await read(flag, value)).toMatchObject(expected);
    expect(await read(`${flag}=${value}`)).toMatchObject(expected);
  });

  it.each(cases)('%s is read from its environment variable', async (flag, value, expected) => {
    process.env[optionRows.find((row) => row.flag.startsWith(flag))!.environment] = value;
    expect(await read()).toMatchObject(expected);
  });

  it('wins over its environment variable', async () => {
    process.env.LOG_LEVEL = 'debug';
    expect((await read('--log-level', 'error')).logLevel).toBe('error');
  });
});

it('a check without corrections is refused with those that have some', async () => {
  await expect(read('--corrections-allow', 'node-not-ready')).rejects.toThrow(
    /there is no "node-not-ready"; known are default-ingressclass, /,
  );
});

it('a feature that does not exist is refused with those that do', async () => {
  await expect(read('--features', 'everything')).rejects.toThrow(/there is no "everything"; known are tls-secrets, /);
});

it.each(['localhost', '10.0.0.0/33', '10.20.0.0/16,nonsense'])(
  '--allow-addresses %j is refused with what a range looks like',
  async (list) => {
    await expect(read('--allow-addresses', list)).rejects.toThrow(/is no range of addresses; write one such as 10\.20\.0\.0\/16/);
  },
);

describe('leader election', () => {
  it.each<[string[], boolean]>([
    [['--leader-elect'], true],
    [['--leader-elect=true'], true],
    [['--leader-elect=false'], false],
    [['--leader-elect', '--log-level', 'debug'], true],
  ])('is set by %j', async (flags, leaderElect) => {
    expect((await read(...flags)).leaderElect).toBe(leaderElect);
  });

  it('can be switched off where the environment switches it on', async () => {
    process.env.LEADER_ELECT = 'true';
    expect((await read()).leaderElect).toBe(true);
    expect((await read('--leader-elect=false')).leaderElect).toBe(false);
  });
});

describe('what cannot be read is refused', () => {
  it.each([
    [['--log-level', 'loud'], /Allowed choices are error, warn, info, debug/],
    [['--metrics-auth', 'yes'], /Allowed choices are true, false/],
    [['--leader-elect=perhaps'], /Allowed choices are true, false/],
    [['--metrics-adress', ':1'], /unknown option '--metrics-adress'/],
    [['--namespace'], /argument missing/],
    [['--namespace', 'Ops'], /--namespace: "Ops" is no name of a namespace/],
    [['--coverage-namespaces', 'a b'], /--coverage-namespaces: "a b" is no name of a namespace/],
    [['--coverage-namespaces', 'team-a,team.b'], /--coverage-namespaces: "team.b" is no name of a namespace/],
    [['--metrics-bind-address', '8080'], /--metrics-bind-address: "8080" is no address to listen on/],
    [['--health-probe-bind-address', 'localhost'], /--health-probe-bind-address: "localhost" is no address to listen on/],
  ])('%j', async (flags, message) => {
    await expect(read(...flags)).rejects.toThrow(message);
  });

  it('from the environment too', async () => {
    process.env.LOG_LEVEL = 'loud';
    await expect(read()).rejects.toThrow(/LOG_LEVEL.*Allowed choices are error, warn, info, debug/);
  });
});

describe('--help', () => {
  it('names each flag with its meaning, its environment variable and its default', () => {
    const lines = help().replaceAll(/\s+/g, ' ');
    for (const row of optionRows) {
      expect(lines).toContain(row.flag);
      expect(lines).toContain(row.description.replaceAll(/\s+/g, ' '));
      expect(lines).toContain(`env: ${row.environment}`);
      if (row.default !== '') expect(lines).toMatch(new RegExp(`default: "?${row.default}"?`));
    }
  });
});

it('an empty environment variable is as good as none', async () => {
  for (const name of ['KUBECONFIG', 'POD_NAMESPACE', 'COVERAGE_NAMESPACES']) process.env[name] = '';
  expect(await read()).toMatchObject({ kubeconfig: undefined, namespace: home, coverageNamespaces: [home] });
});
