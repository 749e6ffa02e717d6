import { node } from '../../test/fixtures/cluster.ts';
import { createCoverageWorld, healthy, healthyCluster } from '../../test/fixtures/coverage-world.ts';
import { runAtAnnotation } from '../api/v1alpha1/supportcoverage.ts';
import type { Check } from '../checks/check.ts';
import { nodeNotReady } from '../checks/nodes/node-not-ready.ts';
import { KubeError } from '../kube/errors.ts';
import type { KubeRequest } from '../kube/transport.ts';

const minute = 60_000;
const hour = 60 * minute;
const nodesDown = (...names: string[]) => ({
  ...healthyCluster,
  nodes: [...healthyCluster.nodes!, ...names.map((name) => node(name, { ready: 'False', since: 20 }))],
});
const webhook = (name: string) => ({ webhook: { urlSecretRef: { name: 'hooks', key: name } } });
const contacts = [
  { name: 'desk', party: 'Support', notify: webhook('desk') },
  { name: 'team', party: 'Customer', notify: webhook('team') },
];
/** Amsterdam is at +01:00 in November; the world begins on a Monday at 13:10 there. */
const workingHours = {
  timeZone: 'Europe/Amsterdam',
  weekly: [{ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], start: '09:00', duration: '8h' }],
};
const escalation = [{ contact: 'desk' }, { contact: 'team', after: '2h' }];

/** A coverage whose contact lines have been tested, and which was looked at once. */
async function covered(spec: object = {}) {
  const world = createCoverageWorld();
  world.apply({ contacts, escalation, ...spec });
  await settle(world);
  world.messages.splice(0);
  world.takeWrites();
  return world;
}
type World = Awaited<ReturnType<typeof covered>>;

/** Lets the controller work until nothing is left to do now. */
async function settle(world: Pick<World, 'reconcile' | 'clock'>): Promise<number> {
  let next = await world.reconcile();
  for (let round = 0; round < 4; round += 1) {
    await world.clock.settle();
    next = await world.reconcile();
  }
  return next.requeueAfterMs ?? Number.POSITIVE_INFINITY;
}
async function wait(world: World, ms: number): Promise<void> {
  await world.clock.advance(ms);
  await settle(world);
}
const said = (world: World) =>
  world.messages.splice(0).map(({ contact, kind, openedTotal, resolvedTotal }) => `${contact} ${kind} +${openedTotal} -${resolvedTotal}`);

describe('a contact line', () => {
  it('gets a test message once, and is in the status and in Onboarded until it was delivered', async () => {
    const world = createCoverageWorld();
    world.state.unreachable.team = 'hooks.example.com answered 500';
    world.apply({ contacts, escalation });
    await settle(world);
    expect(said(world)).toEqual(['desk Test +0 -0']);
    expect(world.status()?.contacts).toMatchObject([
      { name: 'desk', party: 'Support', tested: expect.any(String) },
      { name: 'team', party: 'Customer', problem: 'hooks.example.com answered 500' },
    ]);
    expect(world.message('Onboarded')).toContain('contact team: hooks.example.com answered 500');
    const problems = () => world.takeEvents().filter((event) => event.startsWith('Contact'));
    expect(problems()).toEqual(['ContactProblem SupportCoverage/production']);
    world.state.unreachable.team = undefined;
    await wait(world, 10 * minute);
    expect(said(world)).toEqual(['team Test +0 -0']);
    expect(world.message('Onboarded')).not.toContain('contact');
    expect(problems()).toEqual(['ContactRecovered SupportCoverage/production']);
    await wait(world, hour);
    expect(said(world)).toEqual([]);
  });

  it('that takes nothing is an Event once, also where the operator was restarted', async () => {
    const world = createCoverageWorld();
    world.state.unreachable.team = 'hooks.example.com answered 500';
    world.apply({ contacts, escalation });
    await settle(world);
    world.takeEvents();
    world.restart();
    await wait(world, hour);
    expect(world.takeEvents()).toEqual([]);
  });

  it('is tested again when it was changed, and not because the operator was restarted', async () => {
    const world = await covered();
    world.restart();
    await settle(world);
    expect(said(world)).toEqual([]);
    world.apply({ contacts: [{ ...contacts[0], notify: webhook('other') }, contacts[1]], escalation });
    await settle(world);
    expect(said(world)).toEqual(['desk Test +0 -0']);
  });

  it('gets the same test message again, to the letter, where the operator ended before it noted the delivery', async () => {
    const world = createCoverageWorld();
    world.apply({ contacts, escalation });
    await world.reconcile();
    await world.clock.settle();
    world.restart();
    await wait(world, minute);
    const [first, second, ...more] = world.messages.filter(({ contact }) => contact === 'desk');
    expect(first).toMatchObject({ kind: 'Test', at: '2026-11-23T12:10:00Z' });
    expect(second).toEqual(first);
    expect(more).toEqual([]);
  });

  it('gets another test message when it was changed and changed back', async () => {
    const world = createCoverageWorld();
    for (const name of ['desk', 'other', 'desk']) {
      world.apply({ contacts: [{ ...contacts[0], notify: webhook(name) }] });
      await wait(world, minute);
    }
    expect(new Set(world.messages.map(({ key }) => key)).size).toBe(3);
  });
});

describe('a finding', () => {
  it('is told by each step of the path at its time, and then that it is over to those who were told', async () => {
    const world = await covered();
    world.state.cluster = nodesDown('x', 'y');
    await wait(world, hour);
    expect(said(world)).toEqual(['desk Findings +2 -0']);
    expect(world.report()?.findings?.map(({ notified }) => notified)).toEqual([['desk@0s'], ['desk@0s']]);
    await wait(world, hour);
    expect(said(world)).toEqual([]);
    await wait(world, hour + minute);
    expect(said(world)).toEqual(['team Findings +2 -0']);
    world.state.cluster = healthyCluster;
    await wait(world, hour);
    expect(said(world)).toEqual(['desk Findings +0 -2', 'team Findings +0 -2']);
    expect(world.report()?.resolved).toBeUndefined();
    expect(world.report()?.notifications).toBeUndefined();
  });

  it('that was there at the first check is told as one onboarding message', async () => {
    const world = createCoverageWorld();
    world.state.cluster = nodesDown('x', 'y');
    world.apply({ contacts, escalation });
    await settle(world);
    expect(said(world).sort()).toEqual(['desk Onboarding +2 -0', 'desk Test +0 -0', 'team Test +0 -0']);
  });

  it('found at night waits for the morning, and a timer is set for it', async () => {
    const world = await covered({ workingHours });
    expect(world.status()?.windows).toEqual({ workingHours: 'Open', workingHoursNext: '2026-11-23T16:00:00Z' });
    await wait(world, 6 * hour);
    world.state.cluster = nodesDown('x');
    await wait(world, hour);
    expect(said(world)).toEqual([]);
    expect(world.report()?.findings).toHaveLength(1);
    await world.clock.advance(13 * hour);
    expect(await settle(world)).toBeLessThanOrEqual(hour);
    expect(said(world)).toEqual(['desk Findings +1 -0']);
  });

  it('that somebody takes care of goes no further, and the acknowledgement says what it matches', async () => {
    const world = await covered();
    world.state.cluster = nodesDown('x');
    await wait(world, hour);
    const [finding] = world.report()!.findings!;
    world.api.write('/apis/platformsupport.io/v1alpha1/namespaces/support/acknowledgements/mine', {
      metadata: { name: 'mine', namespace: 'support', creationTimestamp: world.clock.now().toString(), generation: 1 },
      spec: { coverage: 'production', findings: [finding!.id], by: 'jane', reason: 'INC-7' },
    });
    await settle(world);
    const ack = world.api.read<{ status: { matched: number; conditions: object[] } }>(
      '/apis/platformsupport.io/v1alpha1/namespaces/support/acknowledgements/mine',
    );
    expect(world.status()?.accounting).toMatchObject({ period: '2026-11', medianTimeToAcknowledge: '0s' });
    expect(ack?.status).toMatchObject({ matched: 1, conditions: [{ type: 'Matched', status: 'True', reason: 'Matching' }] });
    await wait(world, 5 * hour);
    expect(said(world)).toEqual(['desk Findings +1 -0']);
    expect(world.report()?.findings?.[0]).toMatchObject({ acknowledgedBy: expect.stringContaining('jane') });
    expect(world.status()?.escalation).toEqual({ open: 1, acknowledged: 1, highestStep: 0 });
    world.api.remove('/apis/platformsupport.io/v1alpha1/namespaces/support/acknowledgements/mine');
    await settle(world);
    expect(said(world)).toEqual(['team Findings +1 -0']);
  });

  it('beyond the tier is counted as such, also where it is acknowledged between two checks', async () => {
    const beyond: Check = { ...nodeNotReady, tier: 'Level2', area: 'Workloads' };
    const world = createCoverageWorld({ checks: [beyond] });
    world.apply({ checks: { beyondTier: 'Record' } });
    world.state.cluster = nodesDown('x');
    await settle(world);
    world.api.write('/apis/platformsupport.io/v1alpha1/namespaces/support/acknowledgements/mine', {
      metadata: { name: 'mine', namespace: 'support', creationTimestamp: world.clock.now().toString(), generation: 1 },
      spec: { coverage: 'production', findings: [world.report()!.findings![0]!.id], by: 'jane', reason: 'INC-7' },
    });
    await settle(world);
    const once = { 'BeyondTier/Level2/Workloads': 1 };
    expect(world.report()?.accounting).toMatchObject([{ opened: once, acknowledged: once }]);
  });

  it('that is excepted, or whose work is not support’s, is told to nobody', async () => {
    const world = await covered({
      exceptions: [{ check: 'node-not-ready', object: 'Node/x', reason: 'CHG-1', owner: 'jane', expires: '2027-01-31' }],
      boundary: { rules: [{ match: { objects: ['Node/y'] }, assign: 'Project', reason: 'quoted' }] },
    });
    world.state.cluster = nodesDown('x', 'y');
    await wait(world, hour);
    expect(world.report()?.findings).toHaveLength(2);
    expect(said(world)).toEqual([]);
    expect(world.condition('NodesHealthy')).toBe('True ChecksPassed');
  });
});

describe('what is to be told', () => {
  it('is stored before it is sent, so that a crash in between tells it under the same key', async () => {
    const world = await covered();
    world.state.cluster = nodesDown('x');
    world.state.unreachable.desk = 'down';
    await wait(world, hour);
    const [stored] = world.report()!.notifications!;
    world.restart();
    world.state.unreachable.desk = undefined;
    await settle(world);
    expect(world.messages.map(({ key }) => key)).toEqual([stored!.key]);
    expect(world.report()?.notifications).toBeUndefined();
    world.restart();
    await wait(world, hour);
    expect(world.messages).toHaveLength(1);
  });

  it('is not sent while it cannot be stored', async () => {
    const world = await covered();
    world.state.cluster = nodesDown('x');
    let failing = true;
    world.api.intercept((request: KubeRequest, proceed) => {
      if (failing && request.method === 'PUT') throw new Error('etcd has no leader');
      return proceed();
    });
    await world.clock.advance(hour);
    await expect(world.reconcile()).rejects.toThrow('etcd has no leader');
    await world.clock.settle();
    expect(said(world)).toEqual([]);
    failing = false;
    await settle(world);
    expect(said(world)).toEqual(['desk Findings +1 -0']);
  });

  it('to one contact does not wait for another that cannot be reached', async () => {
    const world = await covered({ escalation: [{ contact: 'team' }, { contact: 'desk' }] });
    world.state.unreachable.team = 'down';
    world.state.cluster = nodesDown('x');
    await wait(world, hour);
    expect(said(world)).toEqual(['desk Findings +1 -0']);
    world.state.unreachable.team = undefined;
    await wait(world, 10 * minute);
    expect(said(world)).toEqual(['team Findings +1 -0']);
  });

  it('of a storm is one message about its root that says how many it stands for', async () => {
    const world = await covered();
    world.state.cluster = nodesDown(...Array.from({ length: 600 }, (_, index) => `n${index}`));
    await wait(world, hour);
    const [message] = world.messages;
    expect(world.messages).toHaveLength(1);
    expect(message).toMatchObject({ openedTotal: 1, opened: [{ consequences: 599 }] });
    // The report has no room for all of them; a restart tells nobody again.
    expect(world.report()?.truncated?.findings).toBe(100);
    world.restart();
    await wait(world, hour);
    expect(world.messages).toHaveLength(1);
  });

  it('stops when the coverage is suspended', async () => {
    const world = await covered();
    world.state.unreachable.desk = 'down';
    world.state.cluster = nodesDown('x');
    await wait(world, hour);
    world.apply({ contacts, escalation, suspend: true });
    await settle(world);
    world.state.unreachable.desk = undefined;
    await wait(world, hour);
    expect(said(world)).toEqual([]);
  });
});

it.each([
  ['cluster', { cluster: 'asia' }, 'the coverage has no cluster asia; it has local'],
  ['check', { check: 'nod-*' }, '"nod-*" matches no check or fact'],
])('an acknowledgement of a %s that is not there says that nothing can match it', async (_, match, why) => {
  const world = await covered();
  const path = '/apis/platformsupport.io/v1alpha1/namespaces/support/acknowledgements/mine';
  const spec = {
    coverage: 'production',
    match: { check: '*', object: '*', ...match },
    by: 'jane',
    reason: 'x',
    expires: '2026-12-01T00:00:00Z',
  };
  world.api.write(path, { metadata: { name: 'mine', namespace: 'support', generation: 1 }, spec });
  await settle(world);
  const status = world.api.read<{ status?: { conditions: { message: string }[] } }>(path)?.status;
  expect(status?.conditions[0]?.message).toBe(`Nothing can match spec.match: ${why}. Correct it, or delete it.`);
});

describe('two coverages of one cluster', () => {
  const other = '/apis/platformsupport.io/v1alpha1/namespaces/support/supportcoverages/another';

  /** A second coverage, at rest beside the first, until a node goes down that both look at. */
  async function nodeDownOfBoth(world: Awaited<ReturnType<typeof covered>>, spec: object): Promise<void> {
    world.apply(spec, { name: 'another', uid: 'u2' }, other);
    for (let round = 0; round < 4; round += 1) {
      await world.reconcile(other);
      await settle(world);
    }
    world.messages.splice(0);
    world.state.cluster = nodesDown('x');
    await world.clock.advance(hour + 5 * minute);
    await world.reconcile(other);
    await settle(world);
  }

  it('tell what both find once, by the first of them, and both say so', async () => {
    const world = await covered();
    await nodeDownOfBoth(world, { contacts, escalation });
    await world.reconcile(other);
    await world.clock.settle();
    expect(world.messages.map(({ coverage, contact }) => `${coverage.name} ${contact}`)).toEqual(['another desk']);
    expect(world.status()?.clusters?.[0]).toMatchObject({ sharedWith: ['support/another'] });
    expect(world.status(other)?.clusters?.[0]).toMatchObject({ sharedWith: ['support/production'] });
    await settle(world);
    expect(world.messages).toHaveLength(1);
    expect(world.status()?.escalation).toEqual({ open: 1, acknowledged: 0, highestStep: 0, toldElsewhere: 1 });
    expect(world.status(other)?.escalation).toEqual({ open: 1, acknowledged: 0, highestStep: 1 });
  });

  it.each([
    ['the first does not reach', { minSeverity: 'critical' }],
    ['the first tells only later', { after: '24h' }],
  ])('what %s is told by the other', async (_, step) => {
    const settings = [{ check: 'node-not-ready', severity: 'warning' }];
    const world = await covered({ checks: { settings } });
    await nodeDownOfBoth(world, { contacts, escalation: [{ contact: 'desk', ...step }], checks: { settings } });
    expect(world.messages.map(({ coverage, contact }) => `${coverage.name} ${contact}`)).toEqual(['production desk']);
    expect(world.status()?.escalation).toEqual({ open: 1, acknowledged: 0, highestStep: 1 });
  });
});

it('what two clusters find for one contact is one message each, with the cluster’s name', async () => {
  const world = await covered({
    scope: { clusters: [{ name: 'eu' }, { name: 'us', kubeconfigSecretRef: { name: 'us', key: 'kubeconfig' } }] },
  });
  world.state.others.us = healthy();
  await settle(world);
  world.state.cluster = nodesDown('x');
  world.state.others.us = { ...healthy(), cluster: nodesDown('y') };
  world.messages.splice(0);
  await wait(world, hour);
  expect(world.messages.map(({ cluster, openedTotal }) => `${cluster} ${openedTotal}`).sort()).toEqual(['eu 1', 'us 1']);
});

it('an operator that was installed for less than a coverage asks runs what it can, and says what it does not', async () => {
  const world = createCoverageWorld({ tier: 'Level1' });
  world.apply({ tier: 'Level2' });
  await settle(world);
  expect(world.condition('NodesHealthy')).toBe('True ChecksPassed');
  expect(world.message('Onboarded')).toContain(
    "the operator was installed for Level1 (the chart's value tier), so what Level2 adds is not looked at",
  );
});

it('what is stored is told although the API server refuses the status', async () => {
  const world = await covered();
  world.state.cluster = nodesDown('x');
  world.api.intercept((request, proceed) => {
    if (request.method === 'PATCH' && request.path.endsWith('/status')) throw new KubeError('Invalid', 'too long', { code: 422 });
    return proceed();
  });
  world.annotate({ [runAtAnnotation]: 'now' });
  await expect(world.reconcile()).rejects.toThrow('too long');
  await world.clock.settle();
  expect(said(world)).toEqual(['desk Onboarding +1 -0']);
});
