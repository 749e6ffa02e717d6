import { type ClusterFixture, clusterOf, minutesAgo, node, now, pod } from '../../test/fixtures/cluster.ts';
import { supportAll, supported } from '../../test/fixtures/judgement.ts';
import { coverageReportStatus, type Drift, type Finding } from '../api/v1alpha1/coveragereport.ts';
import { collect } from '../baseline/capture.ts';
import { facts } from '../baseline/catalogue.ts';
import { baselineState } from '../baseline/integrity.ts';
import { checks } from '../checks/catalogue.ts';
import { configureChecks } from '../checks/run.ts';
import { type Pass, type PassInput, runPass } from '../findings/pass.ts';
import { reportStatus, restOf, worthWriting } from './coverage-report.ts';

const limitBytes = 900 * 1024;
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

const finding = (index: number, message = 'short'): Finding => ({
  ...supported,
  ...{ id: String(index).padStart(16, '0'), check: 'pod-unschedulable', severity: 'warning', object: `Deployment/shop/web-${index}` },
  ...{ reason: 'Unschedulable', message, remediation: 'Add nodes.', firstSeen: minutesAgo(60), openedAt: minutesAgo(45) },
});
const pending = (index: number) => ({
  id: `p${index}`,
  check: 'obs-metrics-server',
  object: `APIService/${index}`,
  firstSeen: minutesAgo(1),
});
const drift = (index: number, value = 'x'): Drift => ({
  ...supported,
  id: 'd',
  ...{
    fact: 'storage-classes',
    object: `StorageClass/${index}`,
    path: 'provisioner',
    expected: value,
    actual: value,
    firstSeen: minutesAgo(1),
  },
});
const list = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, index) => make(index));

const passOf = (extra: Partial<Pass> = {}): Pass => ({
  ...{
    checks: [],
    findings: [],
    pending: [],
    transitions: [],
    drift: [],
    driftOpened: [],
    driftResolved: [],
    driftUnknown: [],
    corrections: [],
    opensAt: new Map(),
    durations: new Map(),
  },
  baseline: { state: 'Absent' },
  ...extra,
});

describe('the report', () => {
  it('keeps what it is given where there is room, and says nothing of truncation', () => {
    const status = reportStatus(passOf({ findings: list(3, finding), pending: list(2, pending), drift: list(2, drift) }), 500);
    expect(status).toMatchObject({ findings: list(3, finding), pending: list(2, pending), drift: list(2, drift) });
    expect(status).not.toHaveProperty('truncated');
  });

  it('is what the API server takes, whatever is in it', () => {
    const long = { subject: 'x'.repeat(5_000), exception: 'x'.repeat(5_000), acknowledgedBy: 'x'.repeat(5_000) };
    const status = reportStatus(passOf({ findings: [{ ...finding(0), ...long }] }), 500);
    expect(coverageReportStatus.safeParse(status).success).toBe(true);
  });

  it('leaves out the least urgent beyond the limit of the coverage, counts them, and still sums up all', () => {
    const status = reportStatus(passOf({ findings: list(12, finding) }), 5);
    expect(status.findings?.map(({ id }) => id)).toEqual(list(5, finding).map(({ id }) => id));
    expect(status).toMatchObject({ truncated: { findings: 7, pending: 0, drift: 0 }, summary: { warning: 12 } });
  });

  it('stays within 900 KiB with 2,000 long findings, using the room it has', () => {
    const status = reportStatus(passOf({ findings: list(2000, (index) => finding(index, 'm'.repeat(1024))) }), 2000);
    expect(bytes(status)).toBeLessThanOrEqual(limitBytes);
    expect(bytes(status)).toBeGreaterThan(limitBytes - 2048);
    expect((status.findings?.length ?? 0) + (status.truncated?.findings ?? 0)).toBe(2000);
    expect(status.findings?.[0]?.id).toBe(finding(0).id);
  });

  it('measures bytes, not characters', () => {
    const status = reportStatus(passOf({ findings: list(2000, (index) => finding(index, 'é'.repeat(1024))) }), 2000);
    expect(bytes(status)).toBeLessThanOrEqual(limitBytes);
  });

  it('stays within 900 KiB with much drift and much that waits, and keeps room for findings', () => {
    const long = 'é'.repeat(512);
    const status = reportStatus(
      passOf({
        findings: list(2000, (index) => finding(index, 'm'.repeat(1024))),
        pending: list(3000, (index) => ({ ...pending(index), object: `Pod/${long}/${index}` })),
        drift: list(3000, (index) => drift(index, long)),
      }),
      2000,
    );
    expect(bytes(status)).toBeLessThanOrEqual(limitBytes);
    for (const field of ['findings', 'pending', 'drift'] as const) {
      const all = field === 'findings' ? 2000 : 3000;
      expect(status[field]?.length).toBeGreaterThan(100);
      expect((status[field]?.length ?? 0) + (status.truncated?.[field] ?? 0)).toBe(all);
    }
  });

  it('keeps room for findings beside messages that wait, and stays within 900 KiB', () => {
    const subject = (index: number) => ({
      id: String(index),
      check: 'node-not-ready',
      object: 'o'.repeat(300),
      message: 'm'.repeat(700),
      severity: 'critical' as const,
      step: 'desk@0s',
    });
    const message = (index: number) => ({
      ...{ key: String(index), contact: `contact-${index}`, kind: 'Findings' as const, at: '2026-11-01T00:00:00Z' },
      ...{ opened: list(20, subject), openedTotal: 20, resolved: [], resolvedTotal: 0 },
    });
    const status = reportStatus(
      passOf({
        findings: list(2000, (index) => finding(index, 'm'.repeat(1024))),
        drift: list(1000, (index) => drift(index, 'd'.repeat(512))),
      }),
      2000,
      [],
      { notifications: list(32, message) },
    );
    expect(bytes(status)).toBeLessThanOrEqual(limitBytes);
    expect(status.notifications).toHaveLength(32);
    expect(status.findings?.length).toBeGreaterThan(50);
  });

  it('fits the schema, with its bounds, however much there is', () => {
    const status = reportStatus(passOf({ findings: list(2500, finding), pending: list(1500, pending), drift: list(1500, drift) }), 2000);
    expect(coverageReportStatus.parse(status)).toEqual(status);
    expect(status.truncated).toMatchObject({ pending: 500, drift: 500 });
  });
});

describe('nothing in the report ticks', () => {
  const agreed: ClusterFixture = { nodes: [node('a'), node('b'), node('c'), node('d'), node('e'), node('f')] };
  const faulty: ClusterFixture = {
    version: 'v1.31.0',
    nodes: [
      ...agreed.nodes!.slice(0, 4),
      node('e', { ready: 'False', since: 40, conditions: { DiskPressure: 'True' } }),
      node('f', { ready: 'Unknown', since: 40, taints: ['node.kubernetes.io/unreachable'], labels: { 'example.com/team': 'x' } }),
    ],
    pods: [
      pod('big', { nodeName: 'a', cpu: '23', memory: '1Gi' }),
      pod('waits', { unschedulable: '0/6 nodes are available: 6 Insufficient cpu.', since: 40 }),
    ],
    storageclasses: [{ metadata: { name: 'new' }, provisioner: 'csi.example.com' }],
    clusterrolebindings: [
      { metadata: { name: 'joe' }, roleRef: { kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ kind: 'User', name: 'joe' }] },
    ],
  };

  const spec = {
    cluster: 'local',
    facts: collect(facts, clusterOf(agreed)).entries,
    collected: facts.map(({ id }) => id),
    approval: { approvedBy: 'jane', approvedAt: minutesAgo(90) },
  };
  const input = (minutes: number, memory: PassInput['memory']): PassInput => ({
    checks: configureChecks(checks, []).checks,
    facts,
    ignore: [],
    agreement: {},
    monotonic: () => 0,
    judge: supportAll,
    view: clusterOf(faulty),
    memory,
    baseline: baselineState({ metadata: { name: 'base', namespace: 'support' }, spec }, 'base', undefined),
    now: now.add({ minutes }),
    writerOf: async () => ({ manager: 'kubectl-edit', changedAt: minutesAgo(50) }),
  });

  it('two passes at different times over the same state give equal reports, also after a restart', async () => {
    const first = await runPass(input(0, { findings: [], pending: [], drift: [] }));
    const second = await runPass(input(20, first));
    const settled = reportStatus(second, 500);
    const faults = ['node-not-ready', 'node-unreachable', 'node-pressure', 'version-eol', 'capacity-requests-high', 'pod-unschedulable'];
    expect(settled.findings?.map(({ check }) => check)).toEqual(expect.arrayContaining([...faults, 'obs-metrics-server']));
    expect(settled.drift?.length).toBeGreaterThan(2);
    const { findings = [], pending: waiting = [], drift: drifted = [] } = structuredClone(settled);
    const third = await runPass(input(47, { findings, pending: waiting, drift: drifted }));
    expect(reportStatus(third, 500)).toEqual(settled);
    expect(third.transitions).toEqual([]);
  });

  it('nor while states still wait for their time', async () => {
    const first = await runPass(input(0, { findings: [], pending: [], drift: [] }));
    const second = await runPass(input(9, first));
    expect(first.pending.length).toBeGreaterThan(0);
    expect(reportStatus(second, 500)).toEqual(reportStatus(first, 500));
  });
});

describe('the report is written', () => {
  const quiet = passOf();
  const before = reportStatus(passOf({ findings: [finding(1)] }), 500);
  const changed = reportStatus(passOf({ findings: [finding(1, 'other words')] }), 500);
  const opened = passOf({ transitions: [{ type: 'Opened', finding: finding(2) }] });

  it('where there was none', () => {
    expect(worthWriting(undefined, before, quiet, 0)).toBe(true);
  });

  it('never where its content is the same, whatever the order of its fields', () => {
    const asRead = JSON.parse(JSON.stringify(before), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse()) : value,
    );
    expect(worthWriting(asRead, before, opened, Number.POSITIVE_INFINITY)).toBe(false);
  });

  it('at most every 30 seconds for what opens and resolves nothing', () => {
    expect(worthWriting(before, changed, quiet, 29_999)).toBe(false);
    expect(worthWriting(before, changed, quiet, 30_000)).toBe(true);
  });

  it('at once when something begins or ends to wait, since nothing else remembers since when', () => {
    const waits = reportStatus(passOf({ pending: [pending(1)] }), 500);
    const other = reportStatus(passOf({ pending: [pending(2)] }), 500);
    const none = reportStatus(passOf(), 500);
    expect([worthWriting(none, waits, quiet, 0), worthWriting(waits, other, quiet, 0), worthWriting(waits, none, quiet, 0)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('but after ten seconds where that changes twice a second', () => {
    const waits = reportStatus(passOf({ pending: [pending(1)] }), 500);
    const none = reportStatus(passOf(), 500);
    expect([9_999, 10_000].map((ms) => worthWriting(none, waits, quiet, ms, true))).toEqual([false, true]);
    expect([restOf(none, waits), restOf(before, changed)]).toEqual([10_000, 30_000]);
  });

  it.each<[string, Pass]>([
    ['a finding opens', opened],
    ['a finding resolves', passOf({ transitions: [{ type: 'Resolved', finding: finding(1) }] })],
    ['a severity changes', passOf({ transitions: [{ type: 'SeverityChanged', from: 'info', finding: finding(1) }] })],
    ['drift is found', passOf({ driftOpened: [drift(1)] })],
    ['drift is gone', passOf({ driftResolved: [drift(1)] })],
  ])('at once when %s', (_, pass) => {
    expect(worthWriting(before, changed, pass, 0)).toBe(true);
  });
});
