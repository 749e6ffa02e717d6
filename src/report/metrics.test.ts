import { supported } from '../../test/fixtures/judgement.ts';
import type { CheckReport, CoverageReportStatus, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Severity } from '../api/v1alpha1/fields.ts';
import type { SupportCoverage, SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import type { Pass } from '../findings/pass.ts';
import { Registry } from '../runtime/metrics.ts';
import { createCoverageMetrics } from './metrics.ts';

const defaults: Record<string, Severity> = { 'node-not-ready': 'warning', 'version-eol': 'warning', 'baseline-altered': 'critical' };
const known = { facts: ['node-pools', 'storage-classes'], severityOf: (check: string) => defaults[check] };

function setup() {
  const registry = new Registry();
  const metrics = createCoverageMetrics(registry, known);
  /** Every series as a scrape has it, with its value. */
  const scrape = async () =>
    Object.fromEntries(
      (await registry.metrics())
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );
  const matching = async (part: string) => Object.fromEntries(Object.entries(await scrape()).filter(([series]) => series.includes(part)));
  return { registry, metrics, scrape, matching };
}

const status: SupportCoverageStatus = {
  conditions: (['Ready', 'Healthy'] as const).map((type) => ({
    ...{ type, status: 'True', reason: 'Because', message: '', lastTransitionTime: '2026-11-23T12:00:00Z' },
  })),
  clusters: [{ name: 'local', reachable: true, lastCheckTime: '2026-11-23T12:00:00Z', critical: 0, warning: 0, drift: 0 }],
  nextCheckTime: '2026-11-23T13:00:00Z',
};
const coverage = (extra: { name?: string; status?: SupportCoverageStatus } = {}): SupportCoverage => ({
  metadata: { name: extra.name ?? 'prod', namespace: 'support' },
  spec: { tier: 'Level1', suspend: false, reportLimit: 500 },
  status: extra.status ?? status,
});
const checkReport = (check: string, outcome: CheckReport['outcome'] = 'Pass'): CheckReport => ({
  ...{ check, area: 'Nodes', tier: 'Level1', outcome, message: '', findings: 0 },
});
const checks = Object.keys(defaults).map((check) => checkReport(check));
const finding = (check: string, severity: Severity, extra: Partial<Finding> = {}) =>
  ({ ...supported, check, severity, ...extra }) as Finding;
const drift = (fact: string, extra: Partial<Drift> = {}) => ({ ...supported, fact, ...extra }) as Drift;
const report = (extra: Partial<CoverageReportStatus> = {}): CoverageReportStatus => ({ checks, findings: [], drift: [], ...extra });
const pass = (extra: Partial<Pass> = {}): Pass => ({ transitions: [], durations: new Map(), ...extra }) as unknown as Pass;
const labels = 'coverage="prod",coverage_namespace="support",cluster="local"';
const findings = (check: string, severity: Severity, scope = 'Support') =>
  `supportcoverage_findings{${labels},check="${check}",severity="${severity}",scope="${scope}"}`;

describe('findings', () => {
  it('have one series a check at its own severity from the beginning, at 0', async () => {
    const { metrics, matching } = setup();
    metrics.publish(coverage(), [{ name: 'local', report: report() }]);
    expect(await matching('supportcoverage_findings{')).toEqual({
      [findings('node-not-ready', 'warning')]: 0,
      [findings('version-eol', 'warning')]: 0,
      [findings('baseline-altered', 'critical')]: 0,
    });
  });

  it('of another severity appear when they are seen, and return to 0 instead of going', async () => {
    const { metrics, scrape } = setup();
    const open = [finding('node-not-ready', 'critical'), finding('node-not-ready', 'critical'), finding('node-not-ready', 'warning')];
    metrics.publish(coverage(), [{ name: 'local', report: report({ findings: open }) }]);
    expect(await scrape()).toMatchObject({ [findings('node-not-ready', 'critical')]: 2, [findings('node-not-ready', 'warning')]: 1 });
    for (let times = 0; times < 2; times += 1) {
      metrics.publish(coverage(), [{ name: 'local', report: report() }]);
      expect(await scrape()).toMatchObject({ [findings('node-not-ready', 'critical')]: 0, [findings('node-not-ready', 'warning')]: 0 });
    }
  });

  it('have the scope as a label: whose work it is, or why it is nobody’s for now', async () => {
    const { metrics, matching } = setup();
    const exception = 'CHG-1 (jane, until 2027-01-31)';
    const open = [
      ...(['Provider', 'Project', 'Customer'] as const).map((scope) => finding('version-eol', 'warning', { scope })),
      finding('version-eol', 'warning', { coverage: 'NotCovered', scope: 'Customer', exception }),
      finding('version-eol', 'warning', { exception }),
    ];
    metrics.publish(coverage(), [{ name: 'local', report: report({ findings: open }) }]);
    const expected = ['Provider', 'Project', 'Customer', 'NotCovered', 'Excepted'].map((scope) => [
      findings('version-eol', 'warning', scope),
      1,
    ]);
    expect(await matching('check="version-eol",severity')).toEqual({
      ...Object.fromEntries(expected),
      [findings('version-eol', 'warning')]: 0,
    });
  });

  it('of a check beyond the tier have their first series at NotCovered', async () => {
    const { metrics, matching } = setup();
    metrics.publish(coverage(), [
      { name: 'local', report: report({ checks: [{ ...checkReport('version-eol'), coverage: 'NotCovered' }] }) },
    ]);
    expect(await matching('supportcoverage_findings{')).toEqual({ [findings('version-eol', 'warning', 'NotCovered')]: 0 });
  });

  it('of a check that was switched off go', async () => {
    const { metrics, matching } = setup();
    metrics.publish(coverage(), [{ name: 'local', report: report({ findings: [finding('version-eol', 'critical')] }) }]);
    metrics.publish(coverage(), [{ name: 'local', report: report({ checks: checks.filter(({ check }) => check !== 'version-eol') }) }]);
    expect(await matching('version-eol')).toEqual({});
  });
});

describe('states', () => {
  it('of a condition have a series for each status, and 1 at the one that it has', async () => {
    const { metrics, matching } = setup();
    metrics.publish(coverage(), [{ name: 'local', report: report() }]);
    const series = (value: string) =>
      `supportcoverage_condition{coverage="prod",coverage_namespace="support",type="Healthy",status="${value}"}`;
    expect(await matching('type="Healthy"')).toEqual({ [series('True')]: 1, [series('False')]: 0, [series('Unknown')]: 0 });
    const [ready, healthy] = status.conditions!;
    metrics.publish(coverage({ status: { ...status, conditions: [ready!, { ...healthy!, status: 'False' }] } }), [
      { name: 'local', report: report() },
    ]);
    expect(await matching('type="Healthy"')).toEqual({ [series('True')]: 0, [series('False')]: 1, [series('Unknown')]: 0 });
  });

  it('of a condition that is said no more go', async () => {
    const { metrics, matching } = setup();
    metrics.publish(coverage(), [{ name: 'local', report: report() }]);
    metrics.publish(coverage({ status: { ...status, conditions: status.conditions!.slice(1) } }), [{ name: 'local', report: report() }]);
    expect(Object.keys(await matching('type="Ready"'))).toEqual([]);
  });

  it('of a check have a series for each outcome, and 1 at the one that it had', async () => {
    const { metrics, matching } = setup();
    metrics.publish(coverage(), [{ name: 'local', report: report({ checks: [checkReport('version-eol', 'Unknown')] }) }]);
    const series = (value: string) => `supportcoverage_check_outcome{${labels},check="version-eol",outcome="${value}"}`;
    expect(await matching('check_outcome')).toEqual({
      [series('Pass')]: 0,
      [series('Fail')]: 0,
      [series('Unknown')]: 1,
      [series('NotApplicable')]: 0,
    });
  });

  it('of drift have a series for each fact, at 0 without drift', async () => {
    const { metrics, matching } = setup();
    metrics.publish(coverage(), [{ name: 'local', report: report({ drift: [drift('node-pools'), drift('node-pools')] }) }]);
    const series = (fact: string) => `supportcoverage_drift{${labels},fact="${fact}"}`;
    expect(await matching('supportcoverage_drift')).toEqual({ [series('node-pools')]: 2, [series('storage-classes')]: 0 });
    const apart = [drift('node-pools', { scope: 'Project' }), drift('node-pools', { coverage: 'NotCovered' }), drift('node-pools')];
    metrics.publish(coverage(), [{ name: 'local', report: report({ drift: apart }) }]);
    expect(await matching('supportcoverage_drift')).toEqual({ [series('node-pools')]: 1, [series('storage-classes')]: 0 });
    metrics.publish(coverage(), [{ name: 'local', report: report() }]);
    expect(await matching('supportcoverage_drift')).toEqual({ [series('node-pools')]: 0, [series('storage-classes')]: 0 });
  });

  it('that are not known yet are absent, not 0', async () => {
    const { metrics, matching } = setup();
    metrics.publish(coverage({ status: {} }), [{ name: 'local', report: undefined }]);
    expect(await matching('supportcoverage_')).toEqual({
      'supportcoverage_info{coverage="prod",coverage_namespace="support",tier="Level1"}': 1,
    });
  });

  it('of time are in seconds since 1970, and a next check that is no more goes', async () => {
    const { metrics, matching } = setup();
    metrics.publish(coverage(), [{ name: 'local', report: report() }]);
    expect(await matching('timestamp_seconds')).toEqual({
      [`supportcoverage_check_last_run_timestamp_seconds{${labels}}`]: Date.parse('2026-11-23T12:00:00Z') / 1000,
      'supportcoverage_next_check_timestamp_seconds{coverage="prod",coverage_namespace="support"}':
        Date.parse('2026-11-23T13:00:00Z') / 1000,
    });
    const { nextCheckTime: _, ...suspended } = status;
    metrics.publish(coverage({ status: suspended }), [{ name: 'local', report: report() }]);
    expect(await matching('next_check')).toEqual({});
  });
});

describe('counters', () => {
  it('are there at 0 from the first pass, so that rate() sees the first finding, and count transitions only', async () => {
    const { metrics, matching } = setup();
    const total = (which: string, severity: Severity, scope = 'Support') =>
      `supportcoverage_findings_${which}_total{${labels},severity="${severity}",scope="${scope}"}`;
    metrics.count({ name: 'prod', namespace: 'support' }, 'local', pass(), 120);
    expect(Object.values(await matching('_total'))).toEqual(Array(36).fill(0));
    const transitions: Pass['transitions'] = [
      { type: 'Opened', finding: finding('version-eol', 'critical') },
      { type: 'SeverityChanged', from: 'warning', finding: finding('version-eol', 'critical') },
      { type: 'Resolved', finding: finding('version-eol', 'info') },
      { type: 'Opened', finding: finding('version-eol', 'critical', { coverage: 'NotCovered' }) },
    ];
    metrics.count({ name: 'prod', namespace: 'support' }, 'local', pass({ transitions }), 120);
    expect(await matching('_total')).toMatchObject({
      ...{ [total('opened', 'critical')]: 1, [total('resolved', 'info')]: 1, [total('opened', 'critical', 'NotCovered')]: 1 },
    });
    expect(Object.values(await matching('_total')).reduce((sum, value) => sum + value)).toBe(3);
  });

  it('take the time of a pass in seconds', async () => {
    const { metrics, scrape } = setup();
    metrics.count({ name: 'prod', namespace: 'support' }, 'local', pass(), 120);
    expect(await scrape()).toMatchObject({
      [`supportcoverage_pass_duration_seconds_sum{${labels}}`]: 0.12,
      [`supportcoverage_pass_duration_seconds_count{${labels}}`]: 1,
    });
  });
});

describe('series that have lost their object', () => {
  it('go with a deleted coverage, and those of others stay', async () => {
    const { metrics, scrape } = setup();
    for (const name of ['prod', 'other']) {
      metrics.publish(coverage({ name }), [{ name: 'local', report: report({ findings: [finding('version-eol', 'critical')] }) }]);
      metrics.count({ name, namespace: 'support' }, 'local', pass(), 120);
    }
    const before = Object.keys(await scrape());
    metrics.forget({ name: 'prod', namespace: 'support' });
    expect(Object.keys(await scrape())).toEqual(before.filter((series) => series.includes('coverage="other"')));
  });

  it('go with a cluster that the coverage has no more', async () => {
    const { metrics, matching } = setup();
    metrics.publish(coverage(), [{ name: 'local', report: report() }]);
    metrics.count({ name: 'prod', namespace: 'support' }, 'local', pass(), 120);
    metrics.count({ name: 'prod', namespace: 'support' }, 'renamed', pass(), 120);
    metrics.publish(coverage(), [{ name: 'renamed', report: report() }]);
    expect(await matching('cluster="local"')).toEqual({});
    expect(Object.keys(await matching('cluster="renamed"')).length).toBeGreaterThan(20);
  });

  it('are none of a coverage that was never seen', async () => {
    const { metrics, scrape } = setup();
    metrics.forget({ name: 'nobody', namespace: 'support' });
    expect(await scrape()).toEqual({});
  });
});

it('a coverage with 3 checks, 2 facts and 2 conditions has 73 series, and the next pass adds none', async () => {
  const { metrics, scrape } = setup();
  for (let times = 0; times < 2; times += 1) {
    metrics.count({ name: 'prod', namespace: 'support' }, 'local', pass(), 120);
    metrics.publish(coverage(), [{ name: 'local', report: report() }]);
    // info 1, conditions 2 × 3, findings 3, outcomes 3 × 4, drift 2, times 2, histogram 8 buckets + 3, counters 2 × 3 severities × 6 scopes.
    expect(Object.keys(await scrape())).toHaveLength(73);
  }
});

it('names and labels are those of the design', async () => {
  const { registry } = setup();
  const own = ['coverage', 'coverage_namespace'];
  const declared = (await registry.getMetricsAsArray()) as unknown as { name: string; type: string; labelNames: string[] }[];
  expect(Object.fromEntries(declared.map(({ name, type, labelNames }) => [name, [type, ...labelNames]]))).toEqual({
    supportcoverage_info: ['gauge', ...own, 'tier'],
    supportcoverage_condition: ['gauge', ...own, 'type', 'status'],
    supportcoverage_window_open: ['gauge', ...own, 'window'],
    supportcoverage_next_window_timestamp_seconds: ['gauge', ...own, 'window'],
    supportcoverage_maintenance_overdue_seconds: ['gauge', ...own],
    supportcoverage_corrections_total: ['counter', ...own, 'check', 'result'],
    supportcoverage_findings: ['gauge', ...own, 'cluster', 'check', 'severity', 'scope'],
    supportcoverage_check_outcome: ['gauge', ...own, 'cluster', 'check', 'outcome'],
    supportcoverage_drift: ['gauge', ...own, 'cluster', 'fact'],
    supportcoverage_check_last_run_timestamp_seconds: ['gauge', ...own, 'cluster'],
    supportcoverage_next_check_timestamp_seconds: ['gauge', ...own],
    supportcoverage_pass_duration_seconds: ['histogram', ...own, 'cluster'],
    supportcoverage_findings_opened_total: ['counter', ...own, 'cluster', 'severity', 'scope'],
    supportcoverage_findings_resolved_total: ['counter', ...own, 'cluster', 'severity', 'scope'],
  });
});
