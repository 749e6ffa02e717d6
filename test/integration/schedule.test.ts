import type { SupportCoverageStatus } from '../../src/api/v1alpha1/supportcoverage.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;

const coverage = (name: string, schedule: string) => ({
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name, namespace },
  spec: { tier: 'Level1', checks: { schedule } },
});
const statusOf = async (name: string): Promise<SupportCoverageStatus> => (await kubectl.coverage(name))!.status!;
const triggersOf = async (name: string) => (await statusOf(name)).history!.map(({ trigger }) => trigger);

beforeAll(async () => {
  cluster = await startControlPlane({ kwok: false });
  kubectl = kubectlFor(cluster);
  await install(cluster);
  operator = await startOperator(cluster);
  await cluster.apply([coverage('minutely', '* * * * *'), coverage('nightly', '30 2 * * *')]);
  await kubectl.condition('minutely', 'Ready', 'True');
  await kubectl.condition('nightly', 'Ready', 'True');
}, 120_000);

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
}, 60_000);

describe('the checks of a coverage run', () => {
  it('at once when it is created, and the status says when next', async () => {
    expect(await triggersOf('nightly')).toEqual(['Initial']);
    const { nextCheckTime } = await statusOf('nightly');
    // 02:30 UTC and at most five minutes more, by which coverages are spread.
    expect(nextCheckTime).toMatch(/T02:3[0-5]:\d\dZ$/);
    expect(
      await operator.metric(`supportcoverage_next_check_timestamp_seconds{coverage="nightly",coverage_namespace="${namespace}"}`),
    ).toBe(Date.parse(nextCheckTime!) / 1000);
  });

  it('by the schedule, at the time that the status announced', async () => {
    const { nextCheckTime } = await statusOf('minutely');
    const after = await waitFor(
      'the scheduled run',
      async (see) => see(await statusOf('minutely')).history!.find(({ trigger }) => trigger === 'Schedule'),
      { deadlineMs: 90_000 },
    );
    expect(Date.parse(after.time) - Date.parse(nextCheckTime!)).toBeLessThan(3_000);
    expect(Date.parse(after.time)).toBeGreaterThanOrEqual(Date.parse(nextCheckTime!));
  }, 100_000);

  it('once for each new value of the annotation run-at', async () => {
    await kubectl.runNow('nightly');
    await kubectl.runNow('nightly');
    const { nextCheckTime } = await statusOf('nightly');
    expect(await triggersOf('nightly')).toEqual(['Manual', 'Manual', 'Initial']);
    expect(nextCheckTime).toMatch(/T02:3[0-5]:\d\dZ$/);
  });

  it('once when runs were missed while the operator was away, and then by the schedule again', async () => {
    await operator.stop();
    const { status } = await cluster.kubectlJson<{ status: SupportCoverageStatus }>(['get', 'scov', 'nightly', '-n', namespace]);
    const threeDaysAgo = new Date(Date.now() - 3 * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z');
    await cluster.kubectl([
      'patch',
      'scov',
      'nightly',
      '-n',
      namespace,
      '--subresource=status',
      '--type',
      'merge',
      '-p',
      JSON.stringify({
        status: {
          lastCheckTime: threeDaysAgo,
          clusters: status.clusters!.map((each) => ({ ...each, lastCheckTime: threeDaysAgo })),
        },
      }),
    ]);
    await operator.start();
    await waitFor('the missed run', async (see) => see(await triggersOf('nightly'))[0] === 'Missed', { deadlineMs: 60_000 });
    expect(await triggersOf('nightly')).toEqual(['Missed', ...status.history!.map(({ trigger }) => trigger)]);
    expect((await statusOf('nightly')).nextCheckTime).toBe(status.nextCheckTime);
  }, 90_000);

  it('in the time zone of the coverage', async () => {
    await cluster.kubectl([
      'patch',
      'scov',
      'nightly',
      '-n',
      namespace,
      '--type',
      'merge',
      '-p',
      JSON.stringify({ spec: { workingHours: { timeZone: 'Asia/Kolkata' } } }),
    ]);
    // 02:30 in Kolkata is 21:00 UTC.
    await waitFor('the new schedule', async (see) => /T21:0[0-5]:\d\dZ$/.test(see((await statusOf('nightly')).nextCheckTime ?? '')));
    expect((await triggersOf('nightly'))[0]).toBe('SpecChanged');
  }, 60_000);
});
