import { createCommandWorld, statusOf } from '../../test/fixtures/command-world.ts';
import { KubeError } from '../kube/errors.ts';

describe('a command line that cannot be read', () => {
  it.each([
    [['staus'], "error: unknown command 'staus' (Did you mean status?)"],
    [['status', '--al'], "error: unknown option '--al' (Did you mean --all?)"],
    [['status', 'a', 'b'], "error: too many arguments for 'status'. Expected 1 argument but got 2."],
    [['status', '-o', 'xml'], "error: option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are text, json, yaml."],
    [['ack', 'production', 'x'], "error: required option '--reason <text>' not specified"],
    [
      ['run', 'production', '--timeout', 'soon'],
      "error: option '--timeout <duration>' argument 'soon' is invalid. Write a duration such as 90s or 5m.",
    ],
    [
      ['baseline', 'capture', 'production', '--features', 'all'],
      "error: option '--features <names>' argument 'all' is invalid. Known are tls-secrets, helm-releases, service-account-tokens, kubelet-stats, pull-secrets.",
    ],
    [
      ['baseline', 'capture', 'production', '--name', 'X Y'],
      "error: option '--name <name>' argument 'X Y' is invalid. Write lower case letters, digits, '-' and '.'.",
    ],
  ])('%j is refused in one line, and exits 3: 1 and 2 say how the platform is', async (args, err) => {
    expect(await createCommandWorld().run(...args)).toEqual({ code: 3, out: '', err });
  });

  it('without a command is answered with what there is', async () => {
    const { code, out, err } = await createCommandWorld().run();
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('status [options] [name]');
  });
});

it('--help and --version print and exit 0', async () => {
  const world = createCommandWorld();
  expect(await world.run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('baseline') });
  expect(await world.run('status', '--help')).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes:\n  0  healthy') });
  expect(await world.run('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});

it('namespace, kubeconfig and context are taken before the command and behind it', async () => {
  const world = createCommandWorld();
  world.coverage({}, statusOf('True', 'All'));
  const flags = ['-n', 'support', '--kubeconfig', '/tmp/config', '--context', 'prod'];
  await world.run(...flags, 'status', 'production');
  await world.run('status', 'production', ...flags);
  const target = { namespace: 'support', kubeconfig: '/tmp/config', context: 'prod' };
  expect(world.seen.targets).toEqual([expect.objectContaining(target), expect.objectContaining(target)]);
});

it.each([
  [
    'is not there',
    new KubeError('Transient', 'connect ECONNREFUSED 127.0.0.1:1', { reason: 'ECONNREFUSED' }),
    'connect ECONNREFUSED 127.0.0.1:1',
  ],
  ['does not know the caller', new KubeError('Forbidden', 'Unauthorized', { code: 401 }), 'Unauthorized'],
])('an API server that %s is named, with the context', async (_, error, message) => {
  const world = createCommandWorld();
  world.api.intercept(() => {
    throw error;
  });
  const { code, err } = await world.run('status', '--context', 'prod');
  expect({ code, err }).toEqual({ code: 3, err: `error: ${world.api.server}, context prod: ${message}` });
});

it('the connection is closed when the command has ended, however it ended', async () => {
  const world = createCommandWorld();
  let closed = 0;
  world.api.close = async () => {
    closed += 1;
  };
  await world.run('status', 'nobody');
  expect(closed).toBe(1);
});
