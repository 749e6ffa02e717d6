import { createCoverageWorld } from '../../test/fixtures/coverage-world.ts';
import { nodeNotReady } from '../checks/nodes/node-not-ready.ts';
import { alertFiring } from '../checks/workloads/alert-firing.ts';

const second = 1_000;
const minute = 60 * second;
const url = 'http://alertmanager.monitoring:9093';
const source = { alertmanager: { urls: [url] } };
const yearly = '0 0 1 1 *';

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

/** A Level 2 coverage whose schedule never comes, with a controller at work; its Alertmanager tells alerts by name, or does not answer. */
async function covered(spec: object = {}, clusters: object[] = [{ name: 'local', alertSource: source }]) {
  const world = createCoverageWorld({ checks: [nodeNotReady, alertFiring] });
  const asked: string[] = [];
  let told: object[] | undefined = [];
  world.state.alerts = (address) => {
    asked.push(address);
    if (address.endsWith('/api/v2/status')) return { uptime: '2026-11-01T00:00:00Z' };
    return told;
  };
  world.apply({ tier: 'Level2', checks: { schedule: yearly }, scope: { clusters }, ...spec });
  const stop = new AbortController();
  stops.push(stop);
  world.operate(stop.signal);
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= second) {
      await world.clock.advance(Math.min(second, left));
      for (let turn = 0; turn < 10; turn += 1) await world.clock.settle();
    }
  };
  await pass(5 * second);
  const say = (names: string[] | undefined) => {
    const startsAt = world.clock.now().toString();
    told = names?.map((alertname) => ({ labels: { alertname, severity: 'critical', node: 'a' }, startsAt }));
  };
  const check = () => {
    const report = world.report()?.checks?.find((each) => each.check === 'alert-firing');
    return report && `${report.outcome} ${report.message}`.trim();
  };
  return { ...world, pass, check, asked: () => asked.splice(0), say };
}

it('an alert is a finding without the schedule, and resolves when it is gone', async () => {
  const world = await covered();
  expect([world.check(), world.condition('WorkloadsHealthy')]).toEqual(['Pass', 'True ChecksPassed']);
  const runs = world.status()?.history;
  world.takeEvents();
  world.say(['Slow']);
  await world.pass(4 * minute + 59 * second);
  expect(world.takeEvents()).toEqual([]);
  await world.pass(second);
  expect(world.takeEvents()).toEqual(['FindingsChanged SupportCoverage/production', 'FindingOpened Node/a']);
  expect(world.report()?.findings).toMatchObject([{ check: 'alert-firing', reason: 'Slow', severity: 'critical' }]);
  expect(world.condition('WorkloadsHealthy')).toMatch(/^False/);
  world.say([]);
  await world.pass(minute + 5 * second);
  expect(world.takeEvents()).toContain('FindingResolved Node/a');
  expect([world.condition('WorkloadsHealthy'), world.status()?.history]).toEqual(['True ChecksPassed', runs]);
});

it('a source that falls silent makes the check Unknown with address and why, never healthy, and resolves nothing', async () => {
  const world = await covered({ checks: { schedule: yearly, settings: [{ check: 'alert-firing', for: '0s' }] } });
  world.say(['Slow']);
  await world.pass(minute + 5 * second);
  world.takeEvents();
  world.say(undefined);
  await world.pass(5 * minute);
  expect(world.check()).toBe(`Unknown Alertmanager does not answer: ${url}: no answer`);
  expect(world.report()?.findings).toMatchObject([{ reason: 'Slow' }]);
  expect(world.takeEvents().filter((event) => event.startsWith('Finding'))).toEqual([]);
  world.say([]);
  await world.pass(30 * second);
  expect([world.check(), world.report()?.findings]).toEqual(['Pass', []]);
});

it('a source that never answered is Unknown, and holds nothing else up', async () => {
  const world = createCoverageWorld({ checks: [nodeNotReady, alertFiring] });
  world.state.alerts = () => undefined;
  world.apply({ tier: 'Level2', checks: { schedule: yearly }, scope: { clusters: [{ name: 'local', alertSource: source }] } });
  await world.reconcile();
  expect(world.report()?.checks?.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual([
    'node-not-ready Pass',
    'alert-firing Unknown',
    'baseline-altered Pass',
    'exception-expired Pass',
  ]);
  expect(world.condition('WorkloadsHealthy')).toMatch(/^Unknown/);
});

it('a cluster that names no source is NotApplicable, and says what to write', async () => {
  const world = await covered({}, [{ name: 'local' }]);
  expect(world.check()).toBe(
    'NotApplicable the coverage names no source of alerts for this cluster: to have them read, set alertSource in its entry of spec.scope.clusters',
  );
  expect(world.asked()).toEqual([]);
});

it.each<[string, object]>([
  ['is suspended', { suspend: true }],
  ['is of Level 1', { tier: 'Level1' }],
  ['has the check switched off', { checks: { schedule: yearly, settings: [{ check: 'alert-firing', enabled: false, reason: 'none' }] } }],
  ['names another source', { scope: { clusters: [{ name: 'local', alertSource: { prometheus: { urls: ['http://prometheus:9090'] } } }] } }],
])('a coverage that %s has its source asked no more', async (_, change) => {
  const world = await covered();
  world.say(['Slow']);
  await world.pass(7 * minute);
  world.apply({ tier: 'Level2', checks: { schedule: yearly }, scope: { clusters: [{ name: 'local', alertSource: source }] }, ...change });
  await world.reconcile();
  world.asked();
  await world.pass(5 * minute);
  expect(world.asked().filter((address) => address.startsWith(url))).toEqual([]);
});
