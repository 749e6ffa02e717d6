import { createCommandWorld, driftOf, findingOf, statusOf } from '../../test/fixtures/command-world.ts';
import { KubeError } from '../kube/errors.ts';

const healthy = () => statusOf('True', 'All of NodesHealthy, VersionsSupported');

describe('a healthy coverage', () => {
  it('is said to be so in the first line, with why, and exits 0', async () => {
    const world = createCommandWorld();
    world.coverage({}, healthy());
    world.report({ findings: [], drift: [] });
    const { code, out, err } = await world.run('status', 'production');
    expect(out.split('\n')[0]).toBe(
      'production (Level1, namespace support) is healthy, since 2026-11-23T09:50:00Z (2h10m ago): All of NodesHealthy, VersionsSupported.',
    );
    expect(out).toContain('No finding is open.');
    expect(out).toContain('  local (v1.37.2, 12 nodes): 0 critical, 0 warning, 0 drift; baseline production.local approved by jane 2d ago');
    expect(out).toContain('Working hours: always. Maintenance windows: none agreed.');
    expect(out.split('\n').at(-1)).toBe('Checked 2026-11-23T11:56:00Z (4m ago), in 1s200ms; next 2026-11-23T12:11:00Z (in 11m).');
    expect(out).not.toContain('undefined');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('whose checks have not run for five minutes after they were due is not taken for healthy', async () => {
    const world = createCommandWorld();
    world.coverage({}, { ...healthy(), nextCheckTime: '2026-11-23T11:54:00Z' });
    const { code, out } = await world.run('status', 'production');
    expect(out).toContain('Careful: the checks were due at 2026-11-23T11:54:00Z and have not run since: look whether the operator runs.');
    expect(code).toBe(2);
    world.coverage({}, { ...healthy(), nextCheckTime: '2026-11-23T11:56:00Z' });
    expect((await world.run('status', 'production')).code).toBe(0);
  });

  it('that was changed and not looked at since is not taken for healthy', async () => {
    const world = createCommandWorld();
    world.coverage({}, { ...healthy(), observedGeneration: 0 });
    const { code, out } = await world.run('status', 'production');
    expect(out).toContain('Careful: the last change of the coverage has not been looked at yet.');
    expect(code).toBe(2);
  });
});

describe('a coverage that is not healthy', () => {
  const unhealthy = () => statusOf('False', 'NodesHealthy: Node worker-3 is not ready.');

  it('exits 1 and says so, with each finding: how urgent, where, since when, whose work, who takes care, what to do', async () => {
    const world = createCommandWorld();
    world.coverage({}, unhealthy());
    const correction = {
      check: 'node-not-ready',
      object: 'Node/worker-3',
      command: 'kubectl cordon worker-3',
      result: 'Suggested' as const,
    };
    world.report({ findings: [findingOf({ notified: ['desk@0s'] })], corrections: [correction] });
    const { code, out } = await world.run('status', 'production');
    expect(out).toContain('is NOT healthy, since 2026-11-23T09:50:00Z (2h10m ago): NodesHealthy: Node worker-3 is not ready.\n');
    expect(out).toContain(
      [
        '1 open finding: 1 critical',
        "  CRITICAL Node/worker-3, since 2026-11-23T09:45:00Z (2h15m ago), support's work, not acknowledged",
        '    node-not-ready: Node worker-3 is not ready.',
        '    What to do: Look at its kubelet.',
        '    Or run: kubectl cordon worker-3',
        '    Id 0123456789abcdef; told desk@0s',
      ].join('\n'),
    );
    expect(code).toBe(1);
  });

  it('has the most urgent findings of all clusters first, with their cluster', async () => {
    const world = createCommandWorld();
    world.coverage(
      {},
      { ...unhealthy(), clusters: ['eu', 'us'].map((name) => ({ name, reachable: true, critical: 1, warning: 1, drift: 0 })) },
    );
    world.report({ findings: [findingOf({ id: '1', severity: 'warning', object: 'Node/a' })] }, 'eu');
    world.report({ findings: [findingOf({ id: '2', object: 'Node/b', acknowledgedBy: 'joe' })] }, 'us');
    const { out } = await world.run('status', 'production');
    expect(out).toContain('2 open findings: 1 critical and 1 warning');
    expect(out.match(/^ {2}(CRITICAL|WARNING).*/gm)).toEqual([
      expect.stringMatching(/^ {2}CRITICAL Node\/b in us, .*acknowledged by joe$/),
      expect.stringMatching(/^ {2}WARNING Node\/a in eu, .*not acknowledged$/),
    ]);
  });

  it('shows the twenty most urgent and says how many more there are; --all shows all', async () => {
    const world = createCommandWorld();
    world.coverage({}, unhealthy());
    world.report({ findings: Array.from({ length: 23 }, (_, index) => findingOf({ id: String(index), object: `Node/n${index}` })) });
    const { out } = await world.run('status', 'production');
    expect(out.match(/CRITICAL/g)).toHaveLength(20);
    expect(out).toContain('  and 3 more: --all');
    const everything = (await world.run('status', 'production', '--all')).out;
    expect(everything.match(/CRITICAL/g)).toHaveLength(23);
    expect(everything).not.toContain('more');
  });

  it('has consequences below their cause, and one whose cause is not shown for itself', async () => {
    const world = createCommandWorld();
    world.coverage({}, unhealthy());
    const consequence = (id: string, rootCause: string) =>
      findingOf({ id, object: `Node/${id}`, message: `Node ${id} is not ready.`, rootCause });
    world.report({
      findings: [
        findingOf({ id: 'a', severity: 'warning' }),
        consequence('b', 'a'),
        consequence('c', 'left out'),
        consequence('d', 'gone'),
      ],
      drift: [driftOf({ id: 'gone' })],
    });
    const { out } = await world.run('status', 'production');
    expect(out).toContain('4 open findings: 3 critical and 1 warning, 2 consequences of others among them');
    expect(out).toContain(
      '    Id a\n    1 consequence, told with it:\n      CRITICAL Node/b, node-not-ready: Node b is not ready.\n  CRITICAL Node/c, since',
    );
    expect(out).toContain('    Id gone\n    1 consequence, told with it:\n      CRITICAL Node/d, node-not-ready: Node d is not ready.');
    expect(out.match(/Node b is not ready/g)).toHaveLength(1);
  });

  it('has what is not covered, of project scope or accepted apart, as numbers', async () => {
    const world = createCommandWorld();
    world.coverage({}, unhealthy());
    world.report({
      findings: [
        findingOf({ id: '1', coverage: 'NotCovered', object: 'Node/out' }),
        findingOf({ id: '2', scope: 'Project', object: 'Node/project' }),
        findingOf({ id: '3', exception: 'CHG-1', object: 'Node/accepted' }),
        findingOf({ id: '4', scope: 'Customer', object: 'Deployment/shop/web' }),
      ],
      drift: [driftOf({ scope: 'Project' })],
      truncated: { findings: 7, pending: 0, drift: 1 },
    });
    const { out } = await world.run('status', 'production');
    expect(out).toContain(
      'Apart from these: 1 not covered, 2 of separate project scope, 1 accepted by an exception and 8 left out of the reports because of their size.',
    );
    expect(out).toContain('1 open finding: 1 critical');
    expect(out).toContain("customer's work");
    expect(out).not.toMatch(/Node\/(out|project|accepted)|DRIFT/);
  });

  it('shows drift with what was agreed, what is there and who wrote it', async () => {
    const world = createCommandWorld();
    world.coverage({}, unhealthy());
    const gone = { id: '2', path: '', expected: 'provisioner=x', actual: '', object: 'StorageClass/slow' };
    world.report({ drift: [driftOf({ manager: 'kubectl-edit', changedAt: '2026-11-23T10:59:00Z' }), driftOf(gone)] });
    const { out } = await world.run('status', 'production');
    expect(out).toContain(
      [
        '2 differences from the approved baseline',
        "  DRIFT StorageClass/fast, since 2026-11-23T11:00:00Z (1h ago), support's work, not acknowledged",
        '    storage-classes: parameters.type is gp3; agreed was gp2, written by kubectl-edit at 2026-11-23T10:59:00Z',
        '    Id fedcba9876543210',
      ].join('\n'),
    );
    expect(out).toContain('    storage-classes: it is gone; agreed was provisioner=x\n');
  });

  it('stays not healthy where the operator has not been heard of since', async () => {
    const world = createCommandWorld();
    world.coverage({}, { ...unhealthy(), nextCheckTime: '2026-11-23T09:00:00Z' });
    expect((await world.run('status', 'production')).code).toBe(1);
  });

  it('does not let a text from the cluster reach into the terminal', async () => {
    const world = createCommandWorld();
    world.coverage({}, unhealthy());
    world.report({ findings: [findingOf({ message: 'clear \u001b[2J screen' })] });
    const { out } = await world.run('status', 'production');
    expect(out).toContain('clear \u{FFFD}[2J screen');
    expect(out).not.toContain('\u001b');
  });
});

it('a coverage of which it is not known exits 2 and names the checks that cannot tell', async () => {
  const world = createCommandWorld();
  world.coverage({}, statusOf('Unknown', 'CapacitySufficient: may not list pods'));
  const check = {
    check: 'pod-unschedulable',
    area: 'Capacity',
    tier: 'Level1',
    outcome: 'Unknown',
    message: 'may not list pods',
    findings: 0,
  } as const;
  world.report({ checks: [check] });
  const { code, out } = await world.run('status', 'production');
  expect(out).toContain('is not known to be healthy');
  expect(out).toContain('1 check cannot tell\n  pod-unschedulable: may not list pods');
  expect(code).toBe(2);
});

it('a coverage that nobody has looked at yet is not known to be healthy', async () => {
  const world = createCommandWorld();
  world.coverage();
  const { code, out } = await world.run('status', 'production');
  expect(out).toContain('is not known to be healthy: the operator has not looked at it yet');
  expect(out).toContain('Not checked yet.');
  expect(code).toBe(2);
});

it('says what is missing for onboarding, why it is not ready, when windows open in the zone that was agreed, and how far escalation went', async () => {
  const world = createCommandWorld();
  const status = statusOf('True', 'All of NodesHealthy', {
    windows: {
      ...{ workingHours: 'Open', workingHoursNext: '2026-11-23T16:30:00Z' },
      ...{ maintenance: 'Closed', maintenanceNext: '2026-11-24T21:00:00Z' },
    },
    escalation: { open: 3, acknowledged: 1, highestStep: 1 },
    contacts: [{ name: 'desk', party: 'Support', problem: 'https://hooks answered 500' }],
  });
  const conditions = status.conditions!.map((condition) =>
    condition.type === 'Healthy'
      ? condition
      : { ...condition, status: 'False' as const, reason: 'Because', message: `${condition.type} lacks x` },
  );
  world.coverage(
    {
      workingHours: { timeZone: 'Europe/Amsterdam' },
      maintenance: { timeZone: 'America/New_York' },
      escalation: [{ contact: 'desk' }, { contact: 'team', after: '2h' }],
    },
    { ...status, conditions },
  );
  const { out } = await world.run('status', 'production');
  expect(out).toContain('Missing for onboarding: Onboarded lacks x.');
  expect(out).toContain('It is not ready (Because): Ready lacks x.');
  expect(out).toContain('Working hours: open, until 2026-11-23 17:30 Europe/Amsterdam (in 4h30m).');
  expect(out).toContain('Maintenance window: closed, opens 2026-11-24 16:00 America/New_York (in 1d9h).');
  expect(out).toContain('Escalation: 3 open, 1 acknowledged, the furthest is at step 1 of 2.');
  expect(out).toContain('Contact desk is not told everything: https://hooks answered 500.');
});

it('says of how much another coverage of the cluster tells, and which', async () => {
  const world = createCommandWorld();
  const cluster = { name: 'local', reachable: true, critical: 0, warning: 3, drift: 0, sharedWith: ['support/after', 'support/zzz'] };
  const escalation = { open: 4, acknowledged: 1, highestStep: 0, toldElsewhere: 3 };
  const say = async (of: typeof escalation) => {
    world.coverage({ escalation: [{ contact: 'desk' }] }, statusOf('True', 'All of NodesHealthy', { clusters: [cluster], escalation: of }));
    return (await world.run('status', 'production')).out;
  };
  const told = '3 told by another coverage of the same cluster (support/after)';
  expect(await say(escalation)).toContain(`Escalation: 4 open, 1 acknowledged, ${told}.`);
  expect(await say({ ...escalation, open: 5 })).toContain(`1 acknowledged, ${told}, nobody was told of the others yet.`);
});

it('a cluster that cannot be reached is said to be so, with what was known last', async () => {
  const world = createCommandWorld();
  const clusters = [{ name: 'us', environment: 'production', reachable: false, problem: 'timed out', critical: 1, warning: 0, drift: 2 }];
  world.coverage({}, statusOf('Unknown', 'us cannot be reached', { clusters }));
  expect((await world.run('status', 'production')).out).toContain(
    '  us (production): is not read: timed out; last known 1 critical, 0 warning, 2 drift; no baseline',
  );
});

describe('without a name', () => {
  it('every coverage of the namespace is shown, and the exit code is the worst', async () => {
    const world = createCommandWorld();
    world.coverage({}, healthy());
    world.coverage({}, statusOf('Unknown', 'not known'), 'staging');
    world.report({ findings: [findingOf()] }, 'local', 'staging');
    const { code, out } = await world.run('status');
    expect(out).toMatch(/^production \(.* is healthy.*\n\nNo finding is open/);
    expect(out).toMatch(/^staging .*is not known to be healthy.*\n\n1 open finding/m);
    expect(code).toBe(2);
    world.coverage({}, statusOf('False', 'bad'), 'testing');
    expect((await world.run('status')).code).toBe(1);
  });

  it('and without a coverage it is an error, with the namespace that was looked in', async () => {
    const { code, out, err } = await createCommandWorld().run('status', '-n', 'elsewhere');
    expect({ code, out, err }).toEqual({ code: 3, out: '', err: 'error: there is no SupportCoverage in the namespace elsewhere (see -n)' });
  });
});

it('-o json is the same as data, with the exit code', async () => {
  const world = createCommandWorld();
  world.coverage({}, statusOf('False', 'bad'));
  world.report({ findings: [findingOf()], drift: [driftOf()] });
  const one = JSON.parse((await world.run('status', 'production', '-o', 'json')).out);
  expect(one).toMatchObject({
    ...{ coverage: 'production', namespace: 'support', tier: 'Level1', exitCode: 1, healthy: { status: 'False', message: 'bad' } },
    findings: [{ id: '0123456789abcdef', cluster: 'local' }],
    drift: [{ id: 'fedcba9876543210', cluster: 'local' }],
    apart: { notCovered: 0, projectScope: 0, accepted: 0, leftOut: 0 },
  });
  expect(JSON.parse((await world.run('status', '-o', 'json')).out)).toEqual({ items: [one] });
  expect((await world.run('status', 'production', '-o', 'yaml')).out).toMatch(/^coverage: production\n/);
});

describe('what goes wrong is one line on standard error, and exits 3', () => {
  it('a name that does not exist is answered with those that do', async () => {
    const world = createCommandWorld();
    for (const name of ['staging', 'production']) world.coverage({}, healthy(), name);
    expect(await world.run('status', 'prod')).toEqual({
      ...{ code: 3, out: '' },
      err: 'error: there is no SupportCoverage prod in the namespace support; there is production, staging',
    });
  });

  it.each<[string, KubeError, string]>([
    [
      'an API server that is away',
      new KubeError('Transient', 'connect ECONNREFUSED\n127.0.0.1:6443'),
      'error: memory://: connect ECONNREFUSED 127.0.0.1:6443',
    ],
    ['a missing permission', new KubeError('Forbidden', 'reports is forbidden'), 'error: reports is forbidden'],
    [
      'a cluster without the operator',
      new KubeError('NotFound', '404 page not found'),
      'error: the cluster does not serve supportcoverages.platformsupport.io: is the operator installed there?',
    ],
  ])('%s', async (_, failure, err) => {
    const world = createCommandWorld();
    world.api.intercept(() => {
      throw failure;
    });
    expect(await world.run('status')).toEqual({ code: 3, out: '', err });
  });
});
