import { node } from '../../test/fixtures/cluster.ts';
import { createCoverageWorld, healthy, healthyCluster } from '../../test/fixtures/coverage-world.ts';
import type { Check } from '../checks/check.ts';
import { nodeNotReady } from '../checks/nodes/node-not-ready.ts';
import { obsMetricsServer } from '../checks/observability/obs-metrics-server.ts';
import { KubeError } from '../kube/errors.ts';

const second = 1_000;
const withoutMetrics = { ...healthyCluster, apiservices: [] };
/** The world's clock begins ten minutes after the time from which fixtures count. */
const nodeDown = (secondsAgo: number) => ({
  ...healthyCluster,
  nodes: [...healthyCluster.nodes!, node('broken', { ready: 'False', since: -10 + secondsAgo / 60 })],
});
const yearly = '0 0 1 1 *';
const inThreeSeconds = [
  { check: 'obs-metrics-server', for: '3s' },
  { check: 'node-not-ready', for: '3s' },
];
const noisy: Check = { ...obsMetricsServer, id: 'obs-probed', needs: { resources: ['apiservices'], probes: ['node-metrics'] } };

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

/** A coverage whose schedule never comes, after its first pass over a healthy cluster, with a controller at work. `lookMs`: of a processor, for each check. */
async function covered(spec: object = {}, { lookMs = 0 } = {}) {
  const ran: string[] = [];
  const counted = (check: Check): Check => ({
    ...check,
    evaluate: (context) => {
      ran.push(check.id);
      world.state.processorMs += lookMs;
      return check.evaluate(context);
    },
  });
  const world = createCoverageWorld({ checks: [nodeNotReady, obsMetricsServer, noisy].map(counted) });
  world.state.others['prod-us'] = healthy();
  world.apply({ tier: 'Level2', checks: { schedule: yearly, settings: inThreeSeconds }, ...spec });
  await world.reconcile();
  operate(world);
  await pass(world, 5 * second);
  world.takeEvents();
  world.takeWrites();
  ran.length = 0;
  return { ...world, ran: () => ran.splice(0) };
}
/** Lets time pass in small steps, so that what a reconcile waits for has come before the next timer. */
async function pass({ clock }: Pick<ReturnType<typeof createCoverageWorld>, 'clock'>, ms: number): Promise<void> {
  const step = ms > 20 * second ? second : 100;
  for (let left = ms; left > 0; left -= step) {
    await clock.advance(Math.min(step, left));
    for (let turn = 0; turn < 10; turn += 1) await clock.settle();
  }
}
function operate(world: Pick<ReturnType<typeof createCoverageWorld>, 'operate'>): void {
  const stop = new AbortController();
  stops.push(stop);
  world.operate(stop.signal);
}
const checkTimes = ({ status }: Pick<ReturnType<typeof createCoverageWorld>, 'status'>) => ({
  history: status()?.history,
  last: status()?.lastCheckTime,
  clusters: status()?.clusters?.map(({ lastCheckTime }) => lastCheckTime),
});

describe('a fault that appears between two runs', () => {
  it('is reported when it has held for long enough, without the schedule, in Event, status, report and series', async () => {
    const world = await covered();
    const before = checkTimes(world);
    world.see(withoutMetrics);
    await pass(world, 2_999);
    expect([world.takeEvents(), world.report()?.findings]).toEqual([[], []]);
    await pass(world, 1_000);
    expect(world.takeEvents()).toEqual(['FindingsChanged SupportCoverage/production', 'FindingOpened APIService/v1beta1.metrics.k8s.io']);
    expect(world.report()?.findings).toMatchObject([{ check: 'obs-metrics-server', firstSeen: '2026-11-23T12:10:05Z' }]);
    expect(world.condition('ObservabilityHealthy')).toBe('False NotInstalled');
    expect(world.status()).toMatchObject({ summary: { warning: 1 }, topFindings: [{ check: 'obs-metrics-server' }] });
    const series = await world.series();
    expect(series.filter((line) => /^supportcoverage_findings\{.*check="obs-metrics-server".* 1$/.test(line))).toHaveLength(1);
    expect(series.filter((line) => /^supportcoverage_findings_opened_total\{.* 1$/.test(line))).toHaveLength(1);
    expect(checkTimes(world)).toEqual(before);
  });

  it('and that Kubernetes dates is reported when it has held since then', async () => {
    const world = await covered();
    world.see(nodeDown(3));
    await pass(world, 500);
    expect(world.takeEvents()).toContain('FindingOpened Node/broken');
  });

  it('and that is mended is resolved half a second later, and told once', async () => {
    const world = await covered();
    world.see(withoutMetrics);
    await pass(world, 60 * second);
    world.takeEvents();
    world.see(healthyCluster);
    await pass(world, 500);
    expect(world.takeEvents()).toEqual(['FindingsChanged SupportCoverage/production', 'FindingResolved APIService/v1beta1.metrics.k8s.io']);
    expect([world.condition('ObservabilityHealthy'), world.report()?.findings]).toEqual(['True ChecksPassed', []]);
    await pass(world, 60 * second);
    expect(world.takeEvents()).toEqual([]);
  });

  it('and is mended before it has held for long enough was never reported', async () => {
    const world = await covered();
    world.see(withoutMetrics);
    await pass(world, 2 * second);
    world.see(healthyCluster);
    await pass(world, 60 * second);
    expect([world.takeEvents(), world.condition('Healthy')]).toEqual([[], 'True AllHealthy']);
  });

  it('is not told again by the run that comes by the schedule', async () => {
    const world = await covered({ checks: { schedule: '* * * * *', settings: inThreeSeconds } });
    world.see(withoutMetrics);
    await pass(world, 4 * second);
    world.takeEvents();
    await pass(world, 180 * second);
    expect(world.takeEvents()).toEqual([]);
    expect(world.triggers()).toContain('Schedule');
  });

  it('waits for the schedule where the coverage is Level1', async () => {
    const world = await covered({ tier: 'Level1' });
    world.see(withoutMetrics);
    await pass(world, 3_600 * second);
    expect([world.ran(), world.takeEvents(), world.takeWrites()]).toEqual([[], [], []]);
  });

  it('waits for the end of a suspension', async () => {
    const world = await covered();
    world.apply({ tier: 'Level2', suspend: true, checks: { schedule: yearly, settings: inThreeSeconds } });
    await world.reconcile();
    world.takeEvents();
    world.ran();
    world.see(withoutMetrics);
    await pass(world, 60 * second);
    expect([world.ran(), world.takeEvents()]).toEqual([[], []]);
  });

  it('is reported of another cluster too, under its name, and the one beside it is left alone', async () => {
    const clusters = [{ name: 'prod-eu' }, { name: 'prod-us', kubeconfigSecretRef: { name: 'us', key: 'kubeconfig' } }];
    const world = await covered({ scope: { clusters } });
    world.see(withoutMetrics, world.state.others['prod-us']);
    await pass(world, 4 * second);
    expect(world.takeEvents()).toEqual(['FindingsChanged SupportCoverage/production', 'FindingOpened SupportCoverage/production']);
    expect(world.message('ObservabilityHealthy')).toMatch(/^prod-us: Nothing serves v1beta1/);
    expect([world.report('prod-us')?.findings?.length, world.report('prod-eu')?.findings]).toEqual([1, []]);
    expect(world.ran()).toEqual(['obs-metrics-server', 'obs-metrics-server']);
  });

  it('is reported by a process that was started meanwhile when it has held since the former saw it', async () => {
    const world = await covered({ checks: { schedule: yearly, settings: [{ check: 'obs-metrics-server', for: '60s' }] } });
    world.see(withoutMetrics);
    await pass(world, 30 * second);
    world.restart();
    operate(world);
    await pass(world, 29_999);
    expect(world.takeEvents()).toEqual([]);
    await pass(world, 1_500);
    expect(world.takeEvents()).toContain('FindingOpened APIService/v1beta1.metrics.k8s.io');
    expect(world.triggers()).toEqual(['Initial']);
    world.restart();
    operate(world);
    await pass(world, 60 * second);
    expect(world.takeEvents()).toEqual([]);
  });
});

describe('a change', () => {
  it('is looked at by the checks that read what changed, and by no other', async () => {
    const world = await covered();
    world.see({ ...healthyCluster, nodes: [...healthyCluster.nodes!, node('new')] });
    await pass(world, 5 * second);
    expect(world.ran()).toEqual(['node-not-ready']);
  });

  it('of what no check reads is looked at by none, and no more is what changed nothing', async () => {
    const world = await covered();
    world.see({ ...healthyCluster, namespaces: [{ metadata: { name: 'shop' } }] });
    await pass(world, 60 * second);
    expect([world.ran(), world.takeWrites()]).toEqual([[], []]);
  });

  it('is looked at once with all that come within half a second', async () => {
    const world = await covered();
    for (let change = 0; change < 2_000; change += 1) world.see({ ...healthyCluster, nodes: [...healthyCluster.nodes!] });
    await pass(world, 5 * second);
    expect(world.ran()).toEqual(['node-not-ready']);
  });

  it('that goes on is looked at twice a second, and writes nothing where nothing is found', async () => {
    const world = await covered();
    for (let tenth = 0; tenth < 100; tenth += 1) {
      world.see({ ...healthyCluster, nodes: [...healthyCluster.nodes!] });
      await pass(world, 100);
    }
    const looks = world.ran().length;
    expect([looks > 15, looks <= 20, world.takeWrites(), world.takeEvents()]).toEqual([true, true, [], []]);
  });

  it('that goes on is looked at less often where a look takes much of a processor, so that five looks take one in five seconds', async () => {
    const world = await covered({}, { lookMs: 500 });
    for (let tenth = 0; tenth < 100; tenth += 1) {
      world.see({ ...healthyCluster, nodes: [...healthyCluster.nodes!] });
      await pass(world, 100);
    }
    const looks = world.ran().length;
    expect([looks >= 4, looks <= 6]).toEqual([true, true]);
  });

  it('is looked at within ten seconds by a check that has found nothing and asks for a quarter of an hour', async () => {
    const world = await covered({ checks: { schedule: yearly } });
    world.see(withoutMetrics);
    await pass(world, 2 * second);
    expect(world.ran()).toEqual([]);
    await pass(world, 8 * second);
    expect(world.ran()).toEqual(['obs-metrics-server']);
    await pass(world, 15 * 60 * second);
    expect(world.takeEvents()).toContain('FindingOpened APIService/v1beta1.metrics.k8s.io');
  });

  it('is looked at by such a check though others looked at it before', async () => {
    const world = await covered({ checks: { schedule: yearly, settings: [{ check: 'node-not-ready', for: '3s' }] } });
    world.see({ ...withoutMetrics, nodes: [...healthyCluster.nodes!, node('new')] });
    await pass(world, second);
    expect(world.ran()).toEqual(['node-not-ready']);
    await pass(world, 9 * second);
    expect(world.ran()).toEqual(['obs-metrics-server']);
  });

  it('that goes on is looked at each five to ten seconds by such a check, and at once by one that has found something', async () => {
    const world = await covered({ checks: { schedule: yearly } });
    const churn = async (tenths: number) => {
      for (let tenth = 0; tenth < tenths; tenth += 1) {
        world.see({ ...healthyCluster, apiservices: [...healthyCluster.apiservices!] });
        await pass(world, 100);
      }
    };
    await churn(600);
    const looks = world.ran().length;
    expect([looks >= 6, looks <= 12]).toEqual([true, true]);
    world.see(withoutMetrics);
    // Until it was looked at, by a check that would be calm for seconds from then on.
    for (let tenth = 0; tenth < 110 && world.ran().length === 0; tenth += 1) await pass(world, 100);
    world.see(healthyCluster);
    await pass(world, 1_100);
    expect(world.ran()).toEqual(['obs-metrics-server']);
    world.see(withoutMetrics);
    await pass(world, 16 * 60 * second);
    expect(world.takeEvents()).toContain('FindingOpened APIService/v1beta1.metrics.k8s.io');
    world.see(healthyCluster);
    await pass(world, 600);
    expect(world.takeEvents()).toContain('FindingResolved APIService/v1beta1.metrics.k8s.io');
  });

  it('that goes on is not looked at by all such checks together, look after look', async () => {
    const world = await covered({ checks: { schedule: yearly } });
    const together: number[] = [];
    for (let tenth = 0; tenth < 600; tenth += 1) {
      world.see({ ...healthyCluster, nodes: [...healthyCluster.nodes!], apiservices: [...healthyCluster.apiservices!] });
      await pass(world, 100);
      together.push(world.ran().length);
    }
    const looks = together.filter((checks) => checks > 0);
    expect(looks.filter((checks) => checks === 1).length).toBeGreaterThan(looks.length / 2);
  });

  it('that goes on does not have a large report written again and again', async () => {
    const down = Array.from({ length: 300 }, (_, index) => node(`broken-${'n'.repeat(200)}-${index}`, { ready: 'False' }));
    const many = { ...healthyCluster, nodes: [...down, ...healthyCluster.nodes!] };
    const world = await covered({ reportLimit: 300 });
    world.see(many);
    await pass(world, 5 * second);
    let bytes = 0;
    world.api.intercept(({ path, body }, proceed) => {
      if (path.includes('/coveragereports/') && body) bytes += Buffer.byteLength(JSON.stringify(body));
      return proceed();
    });
    for (let tenth = 0; tenth < 80; tenth += 1) {
      world.see(Math.floor(tenth / 5) % 2 === 0 ? { ...many, nodes: many.nodes.slice(1) } : many);
      await pass(world, 100);
    }
    // Eight seconds of 200 kB, and the report that was begun before.
    expect([bytes > 1_000_000, bytes < 2_000_000]).toEqual([true, true]);
  });

  it('is looked at as soon where the API server takes its time to store what the look before found', async () => {
    const world = await covered();
    const clock = world.clock;
    world.api.intercept(async ({ method }, proceed) => {
      if (method !== 'GET') await new Promise<void>((resolve) => clock.after(second, resolve));
      return proceed();
    });
    world.see(withoutMetrics);
    await pass(world, 7 * second);
    expect(world.takeEvents()).toContain('FindingOpened APIService/v1beta1.metrics.k8s.io');
    world.see(healthyCluster);
    await pass(world, 4 * second);
    expect(world.takeEvents()).toContain('FindingResolved APIService/v1beta1.metrics.k8s.io');
  });

  it('does not make the answer of a probe be taken for the present', async () => {
    const world = await covered();
    world.see(withoutMetrics);
    await pass(world, 3_600 * second);
    expect(new Set(world.ran())).toEqual(new Set(['obs-metrics-server']));
  });

  it('of words alone reaches the status at most twice a minute', async () => {
    const world = await covered();
    const named = (reason: string) => ({
      ...healthyCluster,
      apiservices: [
        { metadata: { name: 'v1beta1.metrics.k8s.io' }, status: { conditions: [{ type: 'Available', status: 'False', reason }] } },
      ],
    });
    world.see(named('First'));
    await pass(world, 60 * second);
    world.takeWrites();
    for (let change = 0; change < 60; change += 1) {
      world.see(named(`Reason${change}`));
      await pass(world, second);
    }
    expect(world.takeWrites().filter((write) => write.includes('/status')).length).toBeLessThanOrEqual(4);
    await pass(world, 30 * second);
    expect(world.message('ObservabilityHealthy')).toContain('Reason59');
  });

  it('whose status cannot be written is written when it can be, and told once', async () => {
    const world = await covered();
    world.api.intercept(({ method, path }, proceed) => {
      if (method === 'PATCH' && path.endsWith('/status')) throw new KubeError('Transient', 'etcd has no leader', { code: 503 });
      return proceed();
    });
    world.see(withoutMetrics);
    await pass(world, 5 * second);
    expect(world.condition('ObservabilityHealthy')).toBe('True ChecksPassed');
    world.api.intercept(undefined);
    await pass(world, 10 * second);
    expect(world.condition('ObservabilityHealthy')).toBe('False NotInstalled');
    expect(world.takeEvents().filter((event) => event.startsWith('FindingOpened'))).toHaveLength(1);
  });
});
