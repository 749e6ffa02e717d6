import { createCommandWorld, driftOf, findingOf } from '../../test/fixtures/command-world.ts';

function setup() {
  const world = createCommandWorld();
  world.coverage({ scope: { clusters: [{ name: 'local' }, { name: 'us', kubeconfigSecretRef: { name: 'us', key: 'kubeconfig' } }] } });
  world.report({ findings: [findingOf(), findingOf({ id: 'aaaa', object: 'Node/worker-4' })], drift: [driftOf()] });
  world.report({ findings: [findingOf({ id: 'bbbb', object: 'Node/other' })] }, 'us');
  world.report({ findings: [findingOf({ id: 'cccc' })] }, 'local', 'staging');
  world.api.intercept((request, proceed) => {
    const { status = {} } = request.path.endsWith('/selfsubjectreviews') ? { status: { userInfo: { username: 'jane@example.com' } } } : {};
    return Object.assign(proceed() as object, status === undefined ? {} : { status });
  });
  const created = () =>
    world
      .takeWrites()
      .filter(({ path }) => path.endsWith('/acknowledgements'))
      .map(({ body }) => body);
  return { ...world, created };
}
const reason = ['--reason', 'INC-7'];

describe('ack by ids', () => {
  it('creates an Acknowledgement by the caller under a name of its own, and says what it matches', async () => {
    const world = setup();
    const { code, out } = await world.run('ack', 'production', '0123456789abcdef', 'fedcba9876543210', ...reason);
    expect(world.created()).toEqual([
      {
        ...{ apiVersion: 'platformsupport.io/v1alpha1', kind: 'Acknowledgement' },
        metadata: { generateName: 'production-', namespace: 'support' },
        spec: { coverage: 'production', findings: ['0123456789abcdef', 'fedcba9876543210'], by: 'jane@example.com', reason: 'INC-7' },
      },
    ]);
    expect(out).toMatch(/^production-\d+: acknowledged by jane@example.com, until it is resolved. It matches 2 findings now:\n/);
    expect(out).toContain(
      '  0123456789abcdef node-not-ready Node/worker-3 in local\n  fedcba9876543210 storage-classes StorageClass/fast in local',
    );
    expect(code).toBe(0);
  });

  it('is refused for an id that is not open in this coverage, and creates nothing', async () => {
    const world = setup();
    expect(await world.run('ack', 'production', '0123456789abcdef', 'cccc', ...reason)).toEqual({
      ...{
        code: 3,
        out: '',
        err: 'error: no open finding of production has the id cccc; kubectl supportcoverage status production -n support shows the ids',
      },
    });
    expect(world.created()).toEqual([]);
  });

  it('takes who and until when, as a duration from now or as a time', async () => {
    const world = setup();
    await world.run('ack', 'production', 'aaaa', ...reason, '--by', 'joe', '--expires', '8h');
    await world.run('ack', 'production', 'aaaa', ...reason, '--by', 'joe', '--expires', '2027-01-31T13:00:00+01:00');
    expect(world.created()).toMatchObject([
      { spec: { by: 'joe', expires: '2026-11-23T20:00:00Z' } },
      { spec: { by: 'joe', expires: '2027-01-31T12:00:00Z' } },
    ]);
  });
});

describe('ack by globs', () => {
  it.each<[string, string[], string[], object]>([
    ['of checks', ['--check', 'node-*'], ['0123456789abcdef', 'aaaa', 'bbbb'], { check: 'node-*', object: '*' }],
    ['of facts', ['--check', 'storage-*'], ['fedcba9876543210'], { check: 'storage-*', object: '*' }],
    ['of objects', ['--object', 'Node/worker-*'], ['0123456789abcdef', 'aaaa'], { check: '*', object: 'Node/worker-*' }],
    ['in one cluster', ['--cluster', 'us'], ['bbbb'], { check: '*', object: '*', cluster: 'us' }],
  ])('%s matches what is open now and what is yet to come', async (_, flags, ids, match) => {
    const world = setup();
    const { out } = await world.run('ack', 'production', ...flags, ...reason, '--expires', '1h');
    expect(world.created()).toMatchObject([{ spec: { match } }]);
    expect([...out.matchAll(/^ {2}(\w+) /gm)].map(([, id]) => id).sort()).toEqual(ids.sort());
  });

  it.each([
    ['--cluster', 'asia', 'the coverage has no cluster asia; it has local, us'],
    ['--check', 'nod-*', '"nod-*" matches no check or fact'],
  ])('%s %s can match nothing, and is refused', async (flag, value, why) => {
    const world = setup();
    const { code, err } = await world.run('ack', 'production', flag, value, ...reason, '--expires', '1h');
    expect([code, err]).toEqual([3, `error: nothing can match: ${why}`]);
    expect(world.created()).toEqual([]);
  });

  it('may match nothing yet, and says so', async () => {
    const world = setup();
    const { code, out } = await world.run('ack', 'production', '--check', 'pod-*', ...reason, '--expires', '1h');
    expect(out).toMatch(/until 2026-11-23T13:00:00Z. It matches nothing now.$/);
    expect(code).toBe(0);
  });
});

it.each<[string, string[], string]>([
  [
    'globs without an end',
    ['--check', 'x'],
    '--check, --object and --cluster acknowledge what is yet to come too: write --expires, such as 8h',
  ],
  ['neither ids nor globs', [], 'write either ids of findings, as status shows them, or --check, --object and --cluster'],
  ['both', ['aaaa', '--check', 'x'], 'write either ids of findings, as status shows them, or --check, --object and --cluster'],
  ['an end that is over', ['aaaa', '--expires', '2026-11-23T11:00:00Z'], '--expires 2026-11-23T11:00:00Z is over already'],
  ['an end at once', ['aaaa', '--expires', '0s'], '--expires 0s is over already'],
  [
    'an end that is no time',
    ['aaaa', '--expires', 'tomorrow'],
    '--expires tomorrow is neither a duration such as 8h nor a time such as 2027-01-31T12:00:00Z',
  ],
])('%s is refused, and nothing is created', async (_, args, message) => {
  const world = setup();
  expect(await world.run('ack', 'production', ...args, ...reason)).toEqual({ code: 3, out: '', err: `error: ${message}` });
  expect(world.created()).toEqual([]);
});

it('a caller whose name nobody knows must write --by', async () => {
  const world = setup();
  world.api.intercept(undefined);
  expect((await world.run('ack', 'production', 'aaaa', ...reason)).err).toBe('error: the API server does not say who you are: write --by');
});

it('-o json has what was created and what it matches', async () => {
  const world = setup();
  const { out } = await world.run('ack', 'production', 'aaaa', ...reason, '-o', 'json');
  expect(JSON.parse(out)).toMatchObject({
    acknowledgement: { kind: 'Acknowledgement', metadata: { name: expect.stringMatching(/^production-/) } },
    matched: [{ id: 'aaaa', check: 'node-not-ready', object: 'Node/worker-4', cluster: 'local' }],
  });
});
