import { node } from '../../test/fixtures/cluster.ts';
import { createCoverageWorld, healthyCluster, metricsServer, paths } from '../../test/fixtures/coverage-world.ts';
import { runAtAnnotation } from '../api/v1alpha1/supportcoverage.ts';
import { KubeError } from '../kube/errors.ts';

const minute = 60_000;
const withoutMetrics = { ...healthyCluster, apiservices: [] };
const withNodeDown = { ...healthyCluster, nodes: [...healthyCluster.nodes!.slice(1), node('broken', { ready: 'False', since: 20 })] };

/** A coverage after its first pass over a healthy cluster. */
async function covered(spec: object = {}) {
  const world = createCoverageWorld();
  world.apply(spec);
  await world.reconcile();
  world.takeEvents();
  world.takeWrites();
  return world;
}

describe('a coverage that was applied', () => {
  it('is looked at once, told so in one Event, and comes back at the time that its status names', async () => {
    const world = createCoverageWorld();
    world.apply();
    const { requeueAfterMs } = await world.reconcile();
    expect(world.triggers()).toEqual(['Initial']);
    expect([world.condition('Ready'), world.condition('Healthy'), world.condition('Onboarded')]).toEqual([
      'True ChecksScheduled',
      'True AllHealthy',
      'False BaselineNotApproved',
    ]);
    expect(world.takeEvents()).toEqual(['BaselineCaptured SupportCoverage/production', 'FirstCheck SupportCoverage/production']);
    expect(world.clock.now().add({ milliseconds: requeueAfterMs! }).toString()).toBe(world.status()?.nextCheckTime);
  });

  it('costs no request while nothing is due', async () => {
    const world = await covered();
    await world.clock.advance(30 * minute);
    await world.reconcile();
    expect(world.api.requests).toEqual([]);
  });

  it('runs on schedule, and writes no report while nothing changes', async () => {
    const world = await covered();
    for (let hour = 0; hour < 3; hour += 1) {
      const { requeueAfterMs } = await world.reconcile();
      await world.clock.advance(requeueAfterMs!);
      await world.reconcile();
    }
    expect(world.triggers()).toEqual(['Schedule', 'Schedule', 'Schedule', 'Initial']);
    expect(world.takeWrites().filter((write) => write.includes('coveragereports'))).toEqual([]);
    expect(world.takeEvents()).toEqual([]);
  });

  it('makes up once for what it missed while the operator was away, and is on schedule again', async () => {
    const world = await covered();
    await world.clock.advance(10 * 60 * minute);
    world.restart();
    const { requeueAfterMs } = await world.reconcile();
    await world.reconcile();
    expect(world.triggers()).toEqual(['Missed', 'Initial']);
    expect(requeueAfterMs).toBeLessThanOrEqual(65 * minute);
  });

  it('is not brought back by the operator’s own writes', async () => {
    const world = createCoverageWorld();
    world.apply();
    await world.reconcile();
    expect(world.takeWrites()).toContain('PATCH supportcoverages/production/status');
    expect(world.deliver(paths.coverage)).toBe(false);
  });

  it('says what the operator may not read', async () => {
    const world = createCoverageWorld();
    world.state.notPermitted = ['the operator may not list and watch pods: forbidden'];
    world.apply();
    await world.reconcile();
    expect(world.condition('Onboarded')).toBe('False Incomplete');
    expect(world.message('Onboarded')).toContain('may not list and watch pods');
  });
});

describe('run-at', () => {
  it('runs the checks once for each new value', async () => {
    const world = await covered();
    for (const value of ['1', '1', '2']) {
      world.annotate({ [runAtAnnotation]: value });
      await world.reconcile();
    }
    expect(world.triggers()).toEqual(['Manual', 'Manual', 'Initial']);
    expect(world.status()?.lastHandledRunAt).toBe('2');
  });

  it('of any length is answered once, also after a restart', async () => {
    const world = await covered();
    world.annotate({ [runAtAnnotation]: 'x'.repeat(5000) });
    await world.reconcile();
    world.restart();
    await world.reconcile();
    expect(world.triggers()).toEqual(['Manual', 'Initial']);
  });
});

describe('a baseline', () => {
  it('that is approved runs the checks once, with its trigger', async () => {
    const world = await covered();
    world.approve();
    await world.reconcile();
    await world.reconcile();
    expect(world.triggers()).toEqual(['BaselineChanged', 'Initial']);
    expect([world.condition('Onboarded'), world.condition('BaselineInSync')]).toEqual(['True Complete', 'True AsAgreed']);
  });

  it('that is deleted and restored runs them once each', async () => {
    const world = await covered();
    world.approve();
    await world.reconcile();
    const baseline = world.api.read(paths.baseline)!;
    world.api.remove(paths.baseline);
    await world.reconcile();
    await world.reconcile();
    expect(world.condition('BaselineInSync')).toBe('False BaselineDeleted');
    world.api.write(paths.baseline, baseline);
    await world.reconcile();
    await world.reconcile();
    expect(world.condition('BaselineInSync')).toBe('True AsAgreed');
    expect(world.triggers()).toEqual(['BaselineChanged', 'BaselineChanged', 'BaselineChanged', 'Initial']);
  });

  it('of another cluster is refused, and does not run the checks again and again', async () => {
    const world = createCoverageWorld();
    const own = { metadata: { name: 'production.local', namespace: 'support' } };
    world.api.write(paths.baseline, { ...own, spec: { cluster: 'prod-us', facts: [] } });
    world.approve();
    world.apply({ scope: { clusters: [{ name: 'local', baselineName: 'production.local' }] } });
    await world.reconcile();
    await world.reconcile();
    world.restart();
    await world.reconcile();
    expect(world.triggers()).toEqual(['Initial']);
    expect(world.message('Ready')).toContain('is of the cluster prod-us, not of local');
  });

  it('that is named and missing is told once by an Event, with the path of the field', async () => {
    const world = createCoverageWorld();
    world.apply({ scope: { clusters: [{ name: 'local', baselineName: 'nowhere' }] } });
    await world.reconcile();
    const told = world.events.filter(({ reason }) => reason === 'SpecNotAccepted');
    expect(told.map(({ type, note }) => [type, note])).toEqual([
      ['Warning', expect.stringMatching(/^spec\.scope\.clusters\[0\]\.baselineName: there is no CoverageBaseline nowhere/)],
    ]);
    world.annotate({ [runAtAnnotation]: '1' });
    await world.reconcile();
    expect(world.events.filter(({ reason }) => reason === 'SpecNotAccepted')).toHaveLength(1);
    expect(world.message('Onboarded')).toBe(world.message('Ready'));
    expect([world.condition('BaselineInSync'), world.condition('Healthy')]).toEqual(['Unknown NotApproved', 'True AllHealthy']);
  });

  const named = (baselineName: string) => ({ scope: { clusters: [{ name: 'local', baselineName }] } });
  const said = (world: Awaited<ReturnType<typeof covered>>) => ['Ready', 'BaselineInSync', 'Healthy'].map((type) => world.condition(type));

  it('whose name is mistyped resolves no drift, and tells none again once the name is right', async () => {
    const world = createCoverageWorld();
    const fast = { metadata: { name: 'fast' }, provisioner: 'csi.example.com' };
    const reclaiming = (reclaimPolicy: string) => ({ ...healthyCluster, storageclasses: [{ ...fast, reclaimPolicy }] });
    world.state.cluster = reclaiming('Delete');
    world.apply();
    await world.reconcile();
    world.approve();
    world.state.cluster = reclaiming('Retain');
    await world.reconcile();
    expect(world.takeEvents()).toContain('DriftDetected StorageClass/fast');
    const drift = world.report()?.drift;
    expect(drift).toHaveLength(1);
    world.apply(named('production.locall'));
    await world.reconcile();
    expect(said(world)).toEqual(['False SpecNotAccepted', 'False Drifted', 'False FindingsOpen']);
    expect(world.message('Onboarded')).toBe(world.message('Ready'));
    expect(world.status()?.summary?.drift).toBe(1);
    expect(world.takeEvents()).toEqual(['SpecNotAccepted SupportCoverage/production']);
    world.restart();
    world.apply(named('production.local'));
    await world.reconcile();
    expect(said(world)).toEqual(['True ChecksScheduled', 'False Drifted', 'False FindingsOpen']);
    expect([world.report()?.drift, world.takeEvents()]).toEqual([drift, []]);
  });

  it('whose name is mistyped leaves nothing healthy that was compared with an approved one', async () => {
    const world = await covered();
    world.approve();
    await world.reconcile();
    const approved = world.status()?.clusters?.[0]?.baseline;
    world.apply(named('production.locall'));
    await world.reconcile();
    await world.reconcile();
    expect(said(world)).toEqual(['False SpecNotAccepted', 'Unknown NotKnown', 'Unknown NotKnown']);
    expect(world.message('BaselineInSync')).toMatch(/no CoverageBaseline production\.locall .*compared with production\.local until then/);
    expect(world.status()?.clusters?.[0]?.baseline).toEqual(approved);
    expect(world.triggers()).toEqual(['SpecChanged', 'BaselineChanged', 'Initial']);
    const { spec } = world.api.read<{ spec: object }>(paths.baseline)!;
    world.api.write(paths.baseline.replace('.local', '.locall'), { metadata: { name: 'production.locall', namespace: 'support' }, spec });
    await world.reconcile();
    await world.reconcile();
    expect(said(world)).toEqual(['True ChecksScheduled', 'True AsAgreed', 'True AllHealthy']);
    expect(world.triggers()[0]).toBe('BaselineChanged');
  });
});

describe('a spec that cannot be run', () => {
  const broken = { workingHours: { timeZone: 'Mars/Phobos' } };

  it('leaves the last good one running, says so once, and is mended by the next', async () => {
    const world = await covered();
    world.apply(broken);
    await world.reconcile();
    expect([world.condition('Ready'), world.condition('Stalled'), world.condition('NodesHealthy')]).toEqual([
      'False SpecNotAccepted',
      'True SpecNotAccepted',
      'True ChecksPassed',
    ]);
    world.annotate({ [runAtAnnotation]: '1' });
    await world.reconcile();
    expect(world.takeEvents()).toEqual(['SpecNotAccepted SupportCoverage/production']);
    world.apply();
    await world.reconcile();
    expect([world.condition('Ready'), world.condition('Stalled')]).toEqual(['True ChecksScheduled', undefined]);
  });

  it('from the beginning runs nothing, claims no health, and shows in the metrics', async () => {
    const world = createCoverageWorld();
    world.apply(broken);
    await world.reconcile();
    await world.reconcile();
    expect([world.condition('Ready'), world.condition('Healthy'), world.triggers()]).toEqual([
      'False SpecNotAccepted',
      'Unknown SpecNotAccepted',
      [],
    ]);
    expect(world.takeEvents()).toEqual(['SpecNotAccepted SupportCoverage/production']);
    expect(await world.series()).toContain(
      'supportcoverage_condition{coverage="production",coverage_namespace="support",type="Ready",status="False"} 1',
    );
  });
});

describe('a suspended coverage', () => {
  it('runs nothing, tells nobody, and vouches for nothing', async () => {
    const world = await covered();
    world.state.cluster = withNodeDown;
    world.apply({ suspend: true });
    expect(await world.reconcile()).toEqual({});
    await world.clock.advance(24 * 60 * minute);
    world.annotate({ [runAtAnnotation]: '1' });
    await world.reconcile();
    expect(world.triggers()).toEqual(['Initial']);
    expect(['Ready', 'Healthy', 'NodesHealthy', 'BaselineInSync'].map((type) => world.condition(type))).toEqual([
      'False Suspended',
      'Unknown Suspended',
      'Unknown Suspended',
      'Unknown Suspended',
    ]);
    expect(world.takeEvents()).toEqual([]);
  });

  it('runs at once when it is resumed', async () => {
    const world = await covered();
    world.apply({ suspend: true });
    await world.reconcile();
    world.apply({ suspend: false });
    await world.reconcile();
    expect(world.triggers()).toEqual(['SpecChanged', 'Initial']);
    expect(world.condition('Healthy')).toBe('True AllHealthy');
  });

  it.each([
    ['a spec that says so and cannot be run', true],
    ['a broken spec after one that said so', false],
  ])('stays suspended with %s', async (_, suspend) => {
    const world = await covered();
    world.apply({ suspend: true });
    await world.reconcile();
    world.apply({ suspend, workingHours: { timeZone: 'Mars/Phobos' } });
    await world.reconcile();
    expect([world.condition('Ready'), world.condition('Stalled')]).toEqual(['False Suspended', 'True SpecNotAccepted']);
    expect(world.message('Ready')).toContain('"Mars/Phobos" is not a time zone');
    expect(world.triggers()).toEqual(['Initial']);
  });
});

describe('a finding', () => {
  it('that Kubernetes dates opens at the next pass with that date, and is told on its object', async () => {
    const world = await covered();
    world.state.cluster = withNodeDown;
    world.annotate({ [runAtAnnotation]: '1' });
    await world.reconcile();
    expect(world.report()?.findings).toEqual([expect.objectContaining({ object: 'Node/broken', firstSeen: '2026-11-23T11:40:00Z' })]);
    expect(world.takeEvents()).toEqual(['FindingsChanged SupportCoverage/production', 'FindingOpened Node/broken']);
    expect(world.condition('NodesHealthy')).toBe('False NodeNotReady');
  });

  it('shows in the metrics as it opens and resolves', async () => {
    const world = await covered();
    const series =
      'supportcoverage_findings{coverage="production",coverage_namespace="support",cluster="local",check="node-not-ready",severity="warning",scope="Support"}';
    const values: (string | undefined)[] = [];
    for (const [index, cluster] of [withNodeDown, healthyCluster].entries()) {
      world.state.cluster = cluster;
      world.annotate({ [runAtAnnotation]: String(index) });
      await world.reconcile();
      values.push((await world.series()).find((line) => line.startsWith(series))?.slice(series.length + 1));
    }
    expect(values).toEqual(['1', '0']);
  });
});

describe('another cluster name', () => {
  it('begins a report of its own, and the series of the former name go', async () => {
    const world = await covered();
    world.state.cluster = { ...withoutMetrics, apiservices: [metricsServer] };
    world.apply({ scope: { clusters: [{ name: 'prod-eu' }] } });
    await world.reconcile();
    expect(world.takeWrites()).toContain('PUT coveragereports/production.prod-eu/status');
    const series = await world.series();
    expect(series.some((line) => line.includes('cluster="prod-eu"'))).toBe(true);
    expect(series.filter((line) => line.includes('cluster="local"'))).toEqual([]);
  });

  it('in a spec that cannot be run does not touch the report of the last good one', async () => {
    const world = await covered();
    world.apply({ scope: { clusters: [{ name: 'prod-eu' }] }, workingHours: { timeZone: 'Mars/Phobos' } });
    await world.reconcile();
    expect(world.triggers()).toEqual(['SpecChanged', 'Initial']);
    expect(world.status()?.clusters?.map(({ name }) => name)).toEqual(['local']);
  });
});

describe('a coverage in a namespace that is not served', () => {
  const elsewhere = '/apis/platformsupport.io/v1alpha1/namespaces/elsewhere/supportcoverages/production';

  it('is told so once and not obeyed', async () => {
    const world = createCoverageWorld();
    // The chart's Role covers reports in the served namespaces only.
    world.api.intercept(({ path }, proceed) => {
      if (path.includes('/elsewhere/coveragereports')) throw new KubeError('Forbidden', 'coveragereports is forbidden', { code: 403 });
      return proceed();
    });
    world.apply({}, { creationTimestamp: world.clock.now().toString() }, elsewhere);
    // Another operator may serve it.
    expect(await world.reconcile(elsewhere)).toEqual({ requeueAfterMs: 10_000 });
    await world.clock.advance(10_000);
    await world.reconcile(elsewhere);
    world.deliver(elsewhere);
    world.restart();
    await world.reconcile(elsewhere);
    expect([world.condition('Ready', elsewhere), world.condition('Healthy', elsewhere)]).toEqual([
      'False NamespaceNotServed',
      'Unknown NamespaceNotServed',
    ]);
    expect(world.status(elsewhere)?.conditions?.[0]?.message).toContain('--coverage-namespaces');
    expect(world.takeEvents()).toEqual(['SpecNotAccepted SupportCoverage/production']);
    expect(await world.series()).toEqual([]);
  });

  it.each(['it is edited', 'this operator starts anew'])('keeps what the operator wrote that serves it, also when %s', async (when) => {
    const world = createCoverageWorld();
    const ready = { type: 'Ready', status: 'True', reason: 'ChecksScheduled', message: '', lastTransitionTime: '2026-11-01T00:00:00Z' };
    const nextCheckTime = world.clock.now().add({ hours: 1 }).toString();
    world.apply({}, {}, elsewhere);
    world.api.write(elsewhere, {
      ...world.api.read<object>(elsewhere),
      status: { observedGeneration: 1, nextCheckTime, conditions: [ready] },
    });
    world.deliver(elsewhere);
    if (when === 'it is edited') world.apply({ suspend: false }, {}, elsewhere);
    else world.restart();
    const written = JSON.stringify(world.api.read(elsewhere));
    expect(await world.reconcile(elsewhere)).toEqual({ requeueAfterMs: 2 * 3_600_000 });
    expect(JSON.stringify(world.api.read(elsewhere))).toBe(written);
    // Nobody has looked for an hour after it was due: the one that served it is gone.
    await world.clock.advance(2 * 3_600_000);
    await world.reconcile(elsewhere);
    expect([world.condition('Ready', elsewhere), world.condition('Healthy', elsewhere)]).toEqual([
      'False NamespaceNotServed',
      'Unknown NamespaceNotServed',
    ]);
    expect(world.takeEvents()).toEqual(['SpecNotAccepted SupportCoverage/production']);
  });

  it('is left alone where it is suspended by the operator that serves it', async () => {
    const world = createCoverageWorld();
    const ready = { type: 'Ready', status: 'False', reason: 'Suspended', message: '', lastTransitionTime: '2026-11-01T00:00:00Z' };
    world.apply({ suspend: true }, {}, elsewhere);
    world.api.write(elsewhere, { ...world.api.read<object>(elsewhere), status: { observedGeneration: 1, conditions: [ready] } });
    world.deliver(elsewhere);
    expect(await world.reconcile(elsewhere)).toEqual({});
    expect(world.condition('Ready', elsewhere)).toBe('False Suspended');
  });
});

describe('a coverage that is deleted', () => {
  it('takes its series with it, and a later one of the same name begins anew', async () => {
    const world = await covered();
    expect((await world.series()).length).toBeGreaterThan(20);
    world.api.remove(paths.coverage);
    world.api.remove(paths.report);
    world.deliver(paths.coverage);
    expect(await world.reconcile()).toEqual({});
    expect(await world.series()).toEqual([]);
    world.apply({}, { uid: 'u2' });
    await world.reconcile();
    expect(world.takeEvents()).toEqual(['FirstCheck SupportCoverage/production']);
  });
});
