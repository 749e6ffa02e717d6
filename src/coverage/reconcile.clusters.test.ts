import { node } from '../../test/fixtures/cluster.ts';
import { createCoverageWorld, healthy, healthyCluster, paths } from '../../test/fixtures/coverage-world.ts';
import type { KubeRequest } from '../kube/transport.ts';

const second = 1_000;
const nodeDown = (name: string) => ({
  ...healthyCluster,
  nodes: [...healthyCluster.nodes!, node(name, { ready: 'False', since: 20 })],
});
const scope = {
  clusters: [{ name: 'prod-eu' }, { name: 'prod-us', environment: 'production', kubeconfigSecretRef: { name: 'us', key: 'kubeconfig' } }],
};

/** Two clusters, which were looked at once. */
async function covered() {
  const world = createCoverageWorld();
  world.state.others['prod-us'] = healthy();
  world.apply({ scope });
  await world.reconcile();
  world.takeEvents();
  world.takeWrites();
  return world;
}
type World = Awaited<ReturnType<typeof covered>>;
async function nextHour(world: World): Promise<void> {
  await world.clock.advance(3_900 * second);
  await world.reconcile();
}

describe('a coverage of two clusters', () => {
  it('has a report, a baseline and a line in the status for each, and one verdict about both', async () => {
    const world = await covered();
    expect(world.report('prod-eu')?.checks).toHaveLength(4);
    expect(world.report('prod-us')?.checks).toHaveLength(4);
    expect(world.status()?.clusters).toMatchObject([
      { name: 'prod-eu', uid: 'uid-of-prod-eu', reachable: true, nodes: 7, baseline: { name: 'production.prod-eu' } },
      { name: 'prod-us', environment: 'production', reachable: true, nodes: 7, baseline: { name: 'production.prod-us' } },
    ]);
    expect(world.condition('NodesHealthy')).toBe('True ChecksPassed');
    expect(world.message('Onboarded')).toMatch(/^prod-eu: the baseline .*; prod-us: the baseline production\.prod-us waits/);
  });

  it('is unhealthy where one of them is, and says which', async () => {
    const world = await covered();
    world.state.others['prod-us']!.cluster = nodeDown('x');
    await nextHour(world);
    expect(world.condition('NodesHealthy')).toBe('False NodeNotReady');
    expect(world.message('NodesHealthy')).toMatch(/^prod-us: .*Node x/);
    expect(world.message('Healthy')).toMatch(/^NodesHealthy: prod-us: /);
    expect(world.status()).toMatchObject({
      summary: { warning: 1 },
      topFindings: [{ cluster: 'prod-us', object: 'Node/x' }],
      clusters: [{ warning: 0 }, { warning: 1 }],
    });
  });

  it('is not accepted for as long as the baseline of one is misnamed, whichever was looked at last', async () => {
    const world = await covered();
    const [eu, us] = scope.clusters;
    world.apply({ scope: { clusters: [{ ...eu, baselineName: 'nowhere' }, us] } });
    await world.reconcile();
    world.state.others['prod-us']!.problem = 'connection refused';
    await world.reconcile();
    expect(world.triggers()[0]).toBe('ClusterChanged');
    expect(world.condition('Ready')).toBe('False SpecNotAccepted');
  });

  it('counts the same fault in both as two, since they are two', async () => {
    const world = await covered();
    world.state.cluster = nodeDown('x');
    world.state.others['prod-us']!.cluster = nodeDown('x');
    await nextHour(world);
    expect(world.status()?.summary?.warning).toBe(2);
    const ids = ['prod-eu', 'prod-us'].map((name) => world.report(name)?.findings?.[0]?.id);
    expect(new Set(ids).size).toBe(2);
  });

  it('tells what concerns an object of another cluster on the coverage, where its Events are', async () => {
    const world = await covered();
    world.state.cluster = nodeDown('x');
    world.state.others['prod-us']!.cluster = nodeDown('y');
    await nextHour(world);
    expect(
      world.events.map(({ reason, regarding, note }) => `${reason} ${regarding.kind}/${regarding.name} ${note.split('. ')[0]}`),
    ).toEqual([
      'FindingsChanged SupportCoverage/production prod-eu: 1 opened; 1 to act on now, 0 drift',
      expect.stringMatching(/^FindingOpened Node\/x node-not-ready \(warning\): /),
      'FindingsChanged SupportCoverage/production prod-us: 1 opened; 1 to act on now, 0 drift',
      expect.stringMatching(/^FindingOpened SupportCoverage\/production prod-us: node-not-ready \(warning\): /),
    ]);
  });
});

describe('a cluster that cannot be reached', () => {
  it('is Unknown with the reason, while the other is judged at once', async () => {
    const world = await covered();
    world.state.others['prod-us']!.problem = 'cannot be reached: connection refused';
    world.state.cluster = nodeDown('x');
    await nextHour(world);
    expect(world.status()?.clusters).toMatchObject([
      { name: 'prod-eu', reachable: true, warning: 1 },
      { name: 'prod-us', reachable: false, problem: 'cannot be reached: connection refused' },
    ]);
    expect(world.report('prod-us')?.checks?.map(({ outcome }) => outcome)).toEqual(['Unknown', 'Unknown', 'Pass', 'Pass']);
    expect(world.message('NodesHealthy')).toMatch(/^prod-eu: .*Node x/);
    expect(world.condition('ObservabilityHealthy')).toBe('Unknown NotKnown');
    expect(world.message('Onboarded')).toContain('prod-us: cannot be reached: connection refused');
    expect(world.condition('Ready')).toBe('True ChecksScheduled');
  });

  it('keeps what was found there before, until somebody can look again', async () => {
    const world = await covered();
    world.state.others['prod-us']!.cluster = nodeDown('y');
    await nextHour(world);
    world.state.others['prod-us']!.problem = 'cannot be reached: connection refused';
    await nextHour(world);
    expect(world.report('prod-us')?.findings).toMatchObject([{ object: 'Node/y' }]);
    world.state.others['prod-us'] = healthy();
    await nextHour(world);
    expect(world.report('prod-us')?.findings).toEqual([]);
    expect(world.condition('NodesHealthy')).toBe('True ChecksPassed');
  });

  it('is looked at when it is lost, once more when what was known is too old, and when it is back; not in between', async () => {
    const world = await covered();
    const us = world.state.others['prod-us']!;
    const minute = async () => {
      await world.clock.advance(60 * second);
      await world.reconcile();
      return [world.triggers().length, world.condition('NodesHealthy')];
    };
    Object.assign(us, { problem: 'cannot be reached: connection refused', isFresh: true });
    expect([await minute(), await minute()]).toEqual([
      [2, 'True ChecksPassed'],
      [2, 'True ChecksPassed'],
    ]);
    const problems = () => world.takeEvents().filter((event) => event.startsWith('Cluster'));
    expect(problems()).toEqual(['ClusterProblem SupportCoverage/production']);
    us.isFresh = false;
    expect([await minute(), await minute()]).toEqual([
      [3, 'Unknown NotKnown'],
      [3, 'Unknown NotKnown'],
    ]);
    expect(problems()).toEqual([]);
    us.problem = undefined;
    expect([await minute(), await minute()]).toEqual([
      [4, 'True ChecksPassed'],
      [4, 'True ChecksPassed'],
    ]);
    expect(problems()).toEqual(['ClusterRecovered SupportCoverage/production']);
  });

  it('from the beginning gets no baseline of nothing', async () => {
    const world = createCoverageWorld();
    world.apply({ scope });
    await world.reconcile();
    expect(world.status()?.clusters).toMatchObject([{ reachable: true }, { reachable: false, problem: 'no such Secret' }]);
    expect(world.api.read(paths.baseline.replace('.local', '.prod-us'))).toBeUndefined();
  });
});

describe('a cluster whose watches are not filled yet', () => {
  it('does not hold up the other after the first look', async () => {
    const world = await covered();
    world.state.others['prod-us']!.settled = false;
    world.state.cluster = nodeDown('x');
    await nextHour(world);
    expect(world.condition('NodesHealthy')).toBe('False NodeNotReady');
    const writes = world.takeWrites();
    expect(writes.filter((write) => write.includes('coveragereports/production.prod-us'))).toEqual([]);
    world.state.others['prod-us']!.settled = true;
    await world.clock.advance(second);
    await world.reconcile();
    expect(world.status()?.clusters?.[1]?.lastCheckTime).toBe(world.clock.now().toString({ smallestUnit: 'second' }));
  });

  it('holds up only the common status at the first look, for a minute at most; the other’s report is there', async () => {
    const world = createCoverageWorld();
    world.state.others['prod-us'] = { ...healthy(), settled: false };
    world.apply({ scope });
    await world.reconcile();
    expect(world.report('prod-eu')?.checks).toHaveLength(4);
    expect(world.status()?.lastCheckTime).toBeUndefined();
    await world.clock.advance(61 * second);
    await world.reconcile();
    expect(world.status()?.clusters).toHaveLength(2);
  });
});

describe('an operator that is started anew', () => {
  it('takes a cluster that it has not tried to reach yet to be as it was', async () => {
    const world = await covered();
    world.restart();
    world.state.others['prod-us']!.settled = false;
    await world.clock.advance(second);
    await world.reconcile();
    expect(world.takeWrites()).toEqual([]);
    expect([world.condition('NodesHealthy'), world.status()?.clusters?.[1]?.reachable]).toEqual(['True ChecksPassed', true]);
  });
});

describe('a cluster that the coverage is no longer about', () => {
  it('is in no count, condition or series any more', async () => {
    const world = await covered();
    world.state.others['prod-us']!.cluster = nodeDown('y');
    await nextHour(world);
    world.apply({ scope: { clusters: [{ name: 'prod-eu' }] } });
    await world.reconcile();
    expect(world.status()?.clusters).toHaveLength(1);
    expect(world.condition('NodesHealthy')).toBe('True ChecksPassed');
    expect((await world.series()).filter((line) => line.includes('prod-us'))).toEqual([]);
  });

  it('takes its report with it', async () => {
    const world = await covered();
    world.apply({ scope: { clusters: [{ name: 'prod-eu' }] } });
    await world.reconcile();
    expect(world.report('prod-us')).toBeUndefined();
    expect(world.report('prod-eu')).toBeDefined();
  });
});

it('a status that cannot be written brings the checks of both back, and nothing is said twice', async () => {
  const world = await covered();
  world.state.cluster = nodeDown('x');
  let left = 1;
  world.api.intercept((request: KubeRequest, proceed) => {
    if (left > 0 && request.path.endsWith('/status') && request.path.includes('supportcoverages')) {
      left -= 1;
      throw new Error('etcd has no leader');
    }
    return proceed();
  });
  await world.clock.advance(3_900 * second);
  await expect(world.reconcile()).rejects.toThrow('etcd has no leader');
  await world.reconcile();
  expect(world.takeEvents()).toEqual(['FindingsChanged SupportCoverage/production', 'FindingOpened Node/x']);
  expect(world.status()?.history).toHaveLength(2);
});
