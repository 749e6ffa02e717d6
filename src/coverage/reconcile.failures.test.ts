import { node } from '../../test/fixtures/cluster.ts';
import { createCoverageWorld, healthyCluster, paths } from '../../test/fixtures/coverage-world.ts';
import { runAtAnnotation } from '../api/v1alpha1/supportcoverage.ts';
import { KubeError } from '../kube/errors.ts';
import type { KubeRequest } from '../kube/transport.ts';

const minute = 60_000;
const nodesDown = (...names: string[]) => ({
  ...healthyCluster,
  nodes: [...healthyCluster.nodes!, ...names.map((name) => node(name, { ready: 'False', since: 20 }))],
});
const unavailable = () => new KubeError('Transient', 'etcd has no leader', { code: 503 });

type World = ReturnType<typeof createCoverageWorld>;

/** A coverage after its first pass; node-not-ready needs a third of the nodes to become critical, and there are seven. */
async function covered(spec: object = {}): Promise<World> {
  const world = createCoverageWorld();
  world.apply(spec);
  await world.reconcile();
  world.takeEvents();
  world.takeWrites();
  return world;
}
let runs = 0;
/** Asks for a run, as a person would, and lets the controller try once. */
async function runNow(world: World): Promise<void> {
  runs += 1;
  world.annotate({ [runAtAnnotation]: `run-${runs}` });
  await world.reconcile();
}
/** Requests for which `which` is true fail, so many times. */
function failNext(world: World, which: (request: KubeRequest) => boolean, error = unavailable, times = 1): void {
  let left = times;
  world.api.intercept((request, proceed) => {
    if (left > 0 && which(request)) {
      left -= 1;
      throw error();
    }
    return proceed();
  });
}
const isStatusWrite = ({ method, path }: KubeRequest) => method === 'PATCH' && path.endsWith('/supportcoverages/production/status');
const isReportWrite = ({ method, path }: KubeRequest) => method === 'PUT' && path.includes('/coveragereports/');
const isReportRead = ({ method, path }: KubeRequest) => (method ?? 'GET') === 'GET' && path.includes('/coveragereports/');

describe('a status that cannot be written', () => {
  it('is tried again without repeating an Event or counting a finding twice', async () => {
    const world = await covered();
    world.state.cluster = nodesDown('x');
    failNext(world, isStatusWrite);
    await expect(runNow(world)).rejects.toThrow('etcd has no leader');
    await world.reconcile();
    expect(world.takeEvents()).toEqual(['FindingsChanged SupportCoverage/production', 'FindingOpened Node/x']);
    expect(world.triggers()).toEqual(['Manual', 'Initial']);
    expect(await world.series()).toContain(
      'supportcoverage_findings_opened_total{coverage="production",coverage_namespace="support",cluster="local",severity="warning",scope="Support"} 1',
    );
  });

  it('does not repeat the Event about a spec that cannot be run, nor the summary of the first pass', async () => {
    const world = createCoverageWorld();
    world.apply({ scope: { clusters: [{ name: 'local', baselineName: 'nowhere' }] } });
    failNext(world, isStatusWrite, unavailable, 2);
    for (let tries = 0; tries < 2; tries += 1) await expect(world.reconcile()).rejects.toThrow('etcd has no leader');
    await world.reconcile();
    expect(world.takeEvents()).toEqual(['FirstCheck SupportCoverage/production', 'SpecNotAccepted SupportCoverage/production']);
  });
});

describe('a report that cannot be written', () => {
  it('is tried again, and the finding is told once, with the date of its first sight', async () => {
    const world = await covered();
    world.state.cluster = { ...healthyCluster, apiservices: [] };
    failNext(world, isReportWrite);
    await expect(runNow(world)).rejects.toThrow('etcd has no leader');
    expect(world.triggers()).toEqual(['Initial']);
    await world.clock.advance(minute);
    await world.reconcile();
    expect(world.report()?.pending).toEqual([expect.objectContaining({ firstSeen: '2026-11-23T12:11:00Z' })]);
    await world.clock.advance(15 * minute);
    await runNow(world);
    expect(world.takeEvents()).toContain('FindingOpened APIService/v1beta1.metrics.k8s.io');
  });

  it('more often than twice a minute says what has not opened or resolved anything a little later', async () => {
    const world = await covered();
    const unknown = { state: 'Stale', message: 'nodes could not be read yet' } as const;
    world.state.cluster = { ...healthyCluster, knowledge: { nodes: unknown } };
    await world.clock.advance(10_000);
    world.annotate({ [runAtAnnotation]: 'soon' });
    const { requeueAfterMs } = await world.reconcile();
    expect(requeueAfterMs).toBe(20_000);
    expect(world.takeWrites().filter((write) => write.startsWith('PUT'))).toEqual([]);
    expect(await world.series()).toContain(
      'supportcoverage_check_outcome{coverage="production",coverage_namespace="support",cluster="local",check="node-not-ready",outcome="Unknown"} 1',
    );
    await world.clock.advance(requeueAfterMs!);
    expect((await world.reconcile()).requeueAfterMs).toBeGreaterThan(30_000);
    expect(world.takeWrites()).toEqual(['PUT coveragereports/production.local/status']);
    expect(world.report()?.checks?.[0]).toMatchObject({ check: 'node-not-ready', outcome: 'Unknown' });
    expect(world.triggers()).toEqual(['Manual', 'Initial']);
  });

  it('because it was created and never filled, is still the first: one summary, not an Event an object', async () => {
    const world = createCoverageWorld();
    world.state.cluster = nodesDown('x');
    world.apply();
    failNext(world, isReportWrite);
    await expect(world.reconcile()).rejects.toThrow('etcd has no leader');
    await expect(world.reconcile()).rejects.toMatchObject({ kind: 'Conflict' });
    await world.reconcile();
    expect(world.takeEvents()).toEqual(['FirstCheck SupportCoverage/production']);
    expect(world.report()?.findings).toHaveLength(1);
  });
});

describe('a report that somebody else has changed', () => {
  it('is read again, and what it says of the past is believed', async () => {
    const world = await covered();
    world.state.cluster = nodesDown('x');
    await runNow(world);
    world.takeEvents();
    const before = world.api.read<{ status: { findings: object[] } }>(paths.report)!;
    const [finding] = before.status.findings;
    world.api.write(paths.report, {
      ...before,
      status: { ...before.status, findings: [{ ...finding, openedAt: '2026-11-23T11:55:00Z' }] },
    });
    world.state.cluster = nodesDown('x', 'y');
    await expect(runNow(world)).rejects.toMatchObject({ kind: 'Conflict' });
    expect(world.takeEvents()).toEqual([]);
    await world.reconcile();
    expect(world.report()?.findings?.map(({ object, openedAt }) => [object, openedAt])).toEqual(
      expect.arrayContaining([
        ['Node/x', '2026-11-23T11:55:00Z'],
        ['Node/y', '2026-11-23T12:10:00Z'],
      ]),
    );
    expect(world.takeEvents()).toEqual(['FindingsChanged SupportCoverage/production', 'FindingOpened Node/y']);
  });
});

describe('a report that cannot be read', () => {
  it('means no pass: nothing is written, told or dated until it can', async () => {
    const world = await covered();
    world.state.cluster = nodesDown('x');
    await runNow(world);
    const before = world.report();
    world.takeEvents();
    world.takeWrites();
    world.restart();
    await world.clock.advance(60 * minute);
    failNext(world, isReportRead, () => new KubeError('Forbidden', 'coveragereports is forbidden', { code: 403 }), 3);
    for (let tries = 0; tries < 3; tries += 1) await expect(runNow(world)).rejects.toThrow('coveragereports is forbidden');
    expect([world.takeWrites(), world.takeEvents(), await world.series()]).toEqual([[], [], []]);
    await world.reconcile();
    expect(world.report()).toEqual(before);
    expect(world.takeEvents()).toEqual([]);
  });
});

describe('a new process', () => {
  it('goes on exactly where the one before stopped: nothing forgotten, repeated or re-dated', async () => {
    const world = await covered();
    world.state.cluster = { ...nodesDown('x'), apiservices: [] };
    await runNow(world);
    world.approve();
    await world.reconcile();
    world.state.cluster = { ...world.state.cluster, storageclasses: [{ metadata: { name: 'new' }, provisioner: 'x' }] };
    await runNow(world);
    const before = structuredClone({ report: world.report(), next: world.status()?.nextCheckTime });
    expect([before.report?.findings?.length, before.report?.pending?.length]).toEqual([1, 1]);
    expect(before.report?.drift?.map(({ object }) => object)).toEqual(['PlatformModule/storage-class/new', 'StorageClass/new']);
    world.takeEvents();
    world.takeWrites();

    await world.clock.advance(14 * minute);
    world.restart();
    await runNow(world);
    expect(world.report()).toEqual(before.report);
    expect(world.status()?.nextCheckTime).toBe(before.next);
    expect(world.takeEvents()).toEqual([]);
    expect(world.takeWrites()).toEqual(['PATCH supportcoverages/production/status']);

    await world.clock.advance(minute);
    world.restart();
    await runNow(world);
    expect(world.takeEvents()).toEqual(['FindingsChanged SupportCoverage/production', 'FindingOpened APIService/v1beta1.metrics.k8s.io']);
    expect(world.report()?.findings?.at(-1)).toMatchObject({ firstSeen: '2026-11-23T12:10:00Z', openedAt: '2026-11-23T12:25:00Z' });
  });

  it('has the metrics of what is stored before any check has run', async () => {
    const world = await covered();
    world.state.cluster = nodesDown('x');
    await runNow(world);
    const gauges = async () => (await world.series()).filter((line) => !/_total|_duration_/.test(line)).sort();
    const before = await gauges();
    world.restart();
    world.takeWrites();
    await world.reconcile();
    expect(world.takeWrites()).toEqual([]);
    expect(await gauges()).toEqual(before);
  });

  it('does not announce again what its report had no room for', async () => {
    const world = await covered({ reportLimit: 1 });
    world.state.cluster = nodesDown('x', 'y', 'z');
    await runNow(world);
    expect(world.report()).toMatchObject({ truncated: { findings: 2 }, summary: { warning: 3 } });
    expect(world.takeEvents()).toHaveLength(4);
    await world.clock.advance(5 * minute);
    world.restart();
    await runNow(world);
    expect(world.takeEvents()).toEqual([]);
    expect(world.report()).toMatchObject({ truncated: { findings: 2 }, summary: { warning: 3 } });
  });

  it('waits for the first state of the cluster, says so, and after a minute does with what there is', async () => {
    const world = createCoverageWorld();
    world.state.settled = false;
    world.apply();
    const { requeueAfterMs } = await world.reconcile();
    expect([world.condition('Reconciling'), world.condition('Ready'), world.triggers()]).toEqual([
      'True ReadingCluster',
      'False ReadingCluster',
      [],
    ]);
    expect(requeueAfterMs).toBe(1_000);
    await world.clock.advance(59_000);
    await world.reconcile();
    expect(world.triggers()).toEqual([]);
    await world.clock.advance(1_000);
    await world.reconcile();
    expect([world.condition('Reconciling'), world.triggers()]).toEqual([undefined, ['Initial']]);
  });
});

describe('a cluster that cannot be read any more', () => {
  const conditionSeries = async (world: Awaited<ReturnType<typeof covered>>) =>
    (await world.series()).filter((line) => line.includes('_condition{') && line.endsWith(' 1')).join('\n');

  it('is Unknown in the metrics, though nobody can write a status, and as before once it is read again', async () => {
    const world = await covered();
    expect(await conditionSeries(world)).toContain('type="NodesHealthy",status="True"');
    world.state.settled = false;
    await world.reconcile();
    const series = await conditionSeries(world);
    for (const type of ['Healthy', 'NodesHealthy', 'ObservabilityHealthy', 'BaselineInSync'])
      expect(series).toContain(`type="${type}",status="Unknown"`);
    expect(series).toContain('type="Ready",status="True"');
    world.state.settled = true;
    await world.reconcile();
    expect(await conditionSeries(world)).toContain('type="NodesHealthy",status="True"');
  });

  it('is waited for by a pass that is due, for a minute at the most, and by the next one again', async () => {
    const world = await covered();
    const passes = () => world.triggers().length;
    const before = passes();
    world.state.settled = false;
    for (const round of [1, 2]) {
      world.annotate({ [runAtAnnotation]: `${round}` });
      expect(await world.reconcile()).toEqual({ requeueAfterMs: 1_000 });
      await world.clock.advance(59_999);
      await world.reconcile();
      expect(passes()).toBe(before + round - 1);
      await world.clock.advance(1);
      await world.reconcile();
      expect(passes()).toBe(before + round);
    }
  });
});

describe('a coverage that was deleted and created anew', () => {
  it('does not take over the report of the former one, which is about to be removed', async () => {
    const world = await covered();
    world.state.cluster = nodesDown('x');
    await runNow(world);
    world.takeEvents();
    world.api.remove(paths.coverage);
    world.apply({}, { uid: 'u2' });
    await expect(world.reconcile()).rejects.toThrow('still being removed');
    expect(world.takeEvents()).toEqual([]);
    world.api.remove(paths.report);
    await world.reconcile();
    expect(world.takeEvents()).toEqual(['FirstCheck SupportCoverage/production']);
    expect(world.report()?.findings).toHaveLength(1);
  });
});

it('a pass that is told to stop writes nothing', async () => {
  const world = await covered();
  world.state.cluster = nodesDown('x');
  world.annotate({ [runAtAnnotation]: 'stop' });
  const stopping = AbortSignal.abort(new Error('shutting down'));
  await expect(world.reconcile(paths.coverage, stopping)).rejects.toThrow('shutting down');
  expect([world.takeWrites(), world.takeEvents()]).toEqual([[], []]);
});
