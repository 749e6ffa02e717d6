import { type ClusterFixture, clusterOf, node, now as start } from '../../test/fixtures/cluster.ts';
import { supportAll } from '../../test/fixtures/judgement.ts';
import { type CoverageReportStatus, coverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import { type SupportCoverageStatus, supportCoverageStatus, weekdays } from '../api/v1alpha1/supportcoverage.ts';
import { nodeNotReady } from '../checks/nodes/node-not-ready.ts';
import { configureChecks } from '../checks/run.ts';
import { account } from '../findings/accounting.ts';
import { accountsAfter } from '../findings/accounting-periods.ts';
import { stamp } from '../findings/lifecycle.ts';
import { type Pass, runPass } from '../findings/pass.ts';
import { reportStatus } from '../report/coverage-report.ts';
import { maintenanceOf } from './maintenance.ts';
import { momentsSince } from './maintenance-moments.ts';

/** What is due here: a node that is not ready stands for one that is not up to date. */
const due = { ...nodeNotReady, id: 'version-target', for: '0s' };
const { checks } = configureChecks([due], []);
const timeZone = 'Europe/Amsterdam';
const spec = {
  timeZone,
  maxPostponement: '720h',
  targets: { kubernetes: '>=1.36.0' },
  windows: [{ name: 'nightly', days: [...weekdays], start: '22:00', duration: '4h' }],
};
const terms = { tier: 'Level1' as const, timeZone, isInScope: () => true };
const upToDate: ClusterFixture = { nodes: [node('a'), node('b')] };
const outdated: ClusterFixture = { nodes: [node('a'), node('b', { ready: 'False' })] };

/** Reports and status, as the API server keeps them. */
interface Stored {
  reports: Record<string, CoverageReportStatus>;
  status: SupportCoverageStatus | undefined;
}

/** One pass over every cluster, as a process makes it that knows nothing but what is stored. `lost`: it ends before it has written the status. */
async function pass(
  stored: Stored,
  clusters: Record<string, ClusterFixture>,
  at: Temporal.Instant,
  acknowledgedBy?: string,
  lost?: 'status',
): Promise<Stored> {
  const { reports, status }: Stored = structuredClone(stored);
  const passes: Pass[] = [];
  for (const [name, cluster] of Object.entries(clusters)) {
    const { findings = [], pending = [], drift = [], accounting } = reports[name] ?? {};
    const found = await runPass({
      ...{ checks, facts: [], ignore: [], agreement: {}, baseline: { state: 'Absent' }, judge: supportAll, now: at },
      ...{ view: clusterOf(cluster), memory: { findings, pending, drift }, monotonic: () => 0, writerOf: async () => undefined },
    });
    const acknowledged = acknowledgedBy === undefined ? [] : found.findings.filter((entry) => entry.acknowledgedAt === undefined);
    for (const entry of acknowledged) Object.assign(entry, { acknowledgedBy, acknowledgedAt: stamp(at) });
    const months = account(accounting, { ...found, acknowledged }, terms, at);
    reports[name] = { ...reportStatus(found, 500), accounting: months };
    passes.push(found);
  }
  if (lost === 'status') return { reports, status };
  const look = { now: at, checks: passes.flatMap((one) => one.checks), findings: passes.flatMap((one) => one.findings) };
  const moments = momentsSince(status, 1, maintenanceOf(spec, at).maintenance, look);
  const months = Object.values(reports).map(({ accounting }) => accounting ?? []);
  const accounts = accountsAfter(status, months, moments, at, timeZone);
  return { reports, status: { ...status, observedGeneration: 1, lastCheckTime: stamp(at), ...accounts } };
}

it('two clusters over a month’s end are accounted once, in passes that know only what is stored, though one of them is cut short', async () => {
  const at = (hours: number) => start.add({ hours });
  let stored: Stored = { reports: {}, status: undefined };
  stored = await pass(stored, { eu: outdated, us: upToDate }, at(0));
  stored = await pass(stored, { eu: outdated, us: outdated }, at(2), 'jane');
  // One night later both are still outdated, another later only one is.
  stored = await pass(stored, { eu: outdated, us: outdated }, at(24));
  stored = await pass(stored, { eu: upToDate, us: outdated }, at(48));
  stored = await pass(stored, { eu: upToDate, us: upToDate }, at(49), undefined, 'status');
  stored = await pass(stored, { eu: upToDate, us: upToDate }, at(50));
  expect(stored.status?.accounting).toMatchObject({
    period: '2026-11',
    opened: { critical: 0, warning: 2, info: 0 },
    resolved: { critical: 0, warning: 2, info: 0 },
    medianTimeToAcknowledge: '0s',
    medianTimeToResolve: '47h',
    maintenance: { kept: 0, missed: 2 },
  });

  const december = await pass(stored, { eu: upToDate, us: outdated }, at(10 * 24));
  expect(december.status?.accounting).toMatchObject({ period: '2026-12', opened: { warning: 1 }, resolved: { warning: 0 } });
  expect(december.status?.accountingHistory).toEqual([expect.objectContaining({ period: '2026-11', medianTimeToResolve: '47h' })]);
  expect(december.reports.eu?.accounting?.map(({ period }) => period)).toEqual(['2026-12', '2026-11']);
  expect(supportCoverageStatus.safeParse(december.status).error).toBeUndefined();
  expect(coverageReportStatus.safeParse(december.reports.us).error).toBeUndefined();
});
