import { node } from '../../test/fixtures/cluster.ts';
import { createCoverageWorld, healthyCluster } from '../../test/fixtures/coverage-world.ts';
import type { Finding, PendingFinding } from '../api/v1alpha1/coveragereport.ts';
import { runAtAnnotation, type WindowStatus } from '../api/v1alpha1/supportcoverage.ts';
import { nodeNotReady } from '../checks/nodes/node-not-ready.ts';
import { dueWork, maintenanceOf, maintenanceVerdict, overdueMs, windowChange } from './maintenance.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = Temporal.Instant.from('2026-11-24T12:00:00Z');
const due = (firstSeen: string, check = 'version-target') => ({ check, firstSeen, message: `${check} since ${firstSeen}.` }) as Finding;
const agreed = (spec: object) => maintenanceOf({ timeZone: 'UTC', maxPostponement: '24h', ...spec }, now).maintenance;
const targets = { kubernetes: '>=1.36.0' };

describe('an update', () => {
  it('is due where a check of targets has found something, and nowhere else', () => {
    const findings = [
      due('2026-11-24T10:00:00Z', 'addon-target'),
      due('2026-11-24T09:00:00Z', 'node-not-ready'),
      due('2026-11-24T08:00:00Z'),
    ];
    expect(dueWork(findings).map(({ check }) => check)).toEqual(['version-target', 'addon-target']);
  });

  it('is not due where it is somebody else’s work, accepted for a time, or not covered', () => {
    const others = [{ scope: 'Project' }, { exception: 'CHG-1' }, { coverage: 'NotCovered' }] as const;
    expect(dueWork(others.map((extra) => ({ ...due('2026-11-24T08:00:00Z'), ...extra })))).toEqual([]);
  });

  it.each([
    ['2026-11-23T12:00:01Z', 0],
    ['2026-11-23T12:00:00Z', 0],
    ['2026-11-23T11:00:00Z', hour],
  ])('that is due since %s has been overdue for %d ms', (since, expected) => {
    expect(overdueMs(agreed({ targets }), [due(since)], now)).toBe(expected);
  });
});

describe('MaintenanceCurrent', () => {
  const verdict = (spec: object, findings: Finding[] = [], outcome: 'Pass' | 'Unknown' = 'Pass', pending: PendingFinding[] = []) => {
    const checks = [
      { check: 'version-target', area: 'Versions', tier: 'Level1', outcome, message: 'nodes are stale', findings: 0 } as const,
    ];
    const found = maintenanceVerdict(agreed(spec), checks, { findings, pending }, now);
    return found && `${found.status} ${found.reason}: ${found.message}`;
  };

  it('is absent where nothing was agreed that can be due', () => {
    expect(verdict({ windows: [] })).toBeUndefined();
  });

  it('is True while nothing is due, or what is due may wait', () => {
    expect(verdict({ targets })).toMatch(/^True UpToDate/);
    expect(verdict({ targets }, [due('2026-11-24T10:00:00Z')])).toBe(
      'True Due: Due since 2026-11-24T10:00:00Z, may wait 24h: version-target since 2026-11-24T10:00:00Z.',
    );
  });

  it('says what was seen and has not lasted, instead of that all is up to date', () => {
    const waiting = (object: string, check = 'version-target') => ({ id: object, check, object, firstSeen: '2026-11-24T11:50:00Z' });
    const said = 'version-target: Cluster/local has been outside spec.maintenance.targets since 2026-11-24T11:50:00Z';
    const verdictOf = (...pending: PendingFinding[]) => verdict({ targets }, [], 'Pass', pending);
    expect(verdictOf(waiting('Cluster/local'))).toBe(`True Due: ${said}, and is a finding once that has lasted`);
    expect(verdictOf(waiting('Cluster/local'), waiting('Addon/x', 'addon-target'))).toMatch(/\(and 1 more\)$/);
    expect(verdictOf(waiting('Node/x', 'node-not-ready'))).toMatch(/^True UpToDate/);
  });

  it('is False once the oldest is overdue, whatever else is not known', () => {
    expect(verdict({ targets }, [due('2026-11-24T10:00:00Z'), due('2026-11-22T10:00:00Z')], 'Unknown')).toBe(
      'False Overdue: Due since 2026-11-22T10:00:00Z, longer than the 24h agreed: version-target since 2026-11-22T10:00:00Z. (and 1 more)',
    );
  });

  it('is unknown, not healthy, where it cannot be told what runs', () => {
    expect(verdict({ targets }, [], 'Unknown')).toBe('Unknown NotKnown: version-target: nodes are stale');
  });
});

describe('a window that cannot be kept is a problem', () => {
  const windows = [{ name: 'weekly', days: ['Tue' as const], start: '22:00', duration: '4h' }];
  const problems = (spec: object) =>
    maintenanceOf({ timeZone: 'UTC', maxPostponement: '24h', windows, ...spec }, now).problems.map(
      ({ path, message }) => `${path}: ${message}`,
    );

  it.each<[string, object, string[]]>([
    [
      'with a zone that does not exist',
      { timeZone: 'Mars' },
      ['spec.maintenance.timeZone: "Mars" is not a time zone; write an IANA name such as Europe/Amsterdam'],
    ],
    [
      'excluded for years',
      { exclusions: [{ from: '2026-01-01T00:00:00Z', to: '2030-01-01T00:00:00Z', reason: 'x' }] },
      ['spec.maintenance.windows: no window opens within 400 days; see the exclusions'],
    ],
    ['and otherwise not', {}, []],
  ])('%s', (_, spec, expected) => {
    expect(problems(spec)).toEqual(expected);
  });
});

describe('what happened to the window between two looks', () => {
  const open = (next: string): WindowStatus => ({ maintenance: 'Open', maintenanceNext: next });
  const closed = (next: string): WindowStatus => ({ maintenance: 'Closed', maintenanceNext: next });

  it.each<[string, WindowStatus | undefined, WindowStatus, string | undefined]>([
    ['it opened', closed('2026-11-24T12:00:00Z'), open('2026-11-24T14:00:00Z'), 'Opened'],
    ['it was open when first looked at', undefined, open('2026-11-24T14:00:00Z'), 'Opened'],
    ['it closed', open('2026-11-24T12:00:00Z'), closed('2026-12-01T12:00:00Z'), 'Closed'],
    ['it came and went while nobody looked', closed('2026-11-24T08:00:00Z'), closed('2026-12-01T12:00:00Z'), 'Closed'],
    ['it stays open', open('2026-11-24T14:00:00Z'), open('2026-11-24T16:00:00Z'), undefined],
    ['another time was agreed', closed('2026-11-25T08:00:00Z'), closed('2026-12-01T12:00:00Z'), undefined],
    ['it was closed when first looked at', undefined, closed('2026-12-01T12:00:00Z'), undefined],
  ])('%s', (_, before, current, expected) => {
    expect(windowChange(before, current, now)).toBe(expected);
  });
});

describe('a coverage with a maintenance window', () => {
  const maintenance = { windows: [{ name: 'afternoon', days: ['Mon'], start: '14:00', duration: '2h' }], maxPostponement: '3h', targets };

  // The world begins on a Monday at 12:10 UTC; its check stands for one of targets.
  async function world(down: boolean) {
    const created = createCoverageWorld({ checks: [{ ...nodeNotReady, id: 'version-target', for: '0s' }] });
    if (down) created.state.cluster = { ...healthyCluster, nodes: [...healthyCluster.nodes!, node('x', { ready: 'False', since: 0 })] };
    created.apply({ maintenance, checks: { schedule: '0 0 1 1 *' } });
    const { requeueAfterMs } = await created.reconcile();
    return { ...created, requeueAfterMs };
  }

  it('says when it opens, comes back then, and says that it is open and what is due', async () => {
    const { requeueAfterMs, clock, reconcile, takeEvents, status, series } = await world(true);
    expect([requeueAfterMs, status()?.windows]).toEqual([110 * minute, { maintenance: 'Closed', maintenanceNext: '2026-11-23T14:00:00Z' }]);
    takeEvents();
    await clock.advance(110 * minute);
    await reconcile();
    expect(status()?.windows).toEqual({ maintenance: 'Open', maintenanceNext: '2026-11-23T16:00:00Z' });
    expect(takeEvents()).toEqual(['MaintenanceWindowOpened SupportCoverage/production']);
    expect((await series()).filter((line) => line.includes('_window_'))).toEqual([
      'supportcoverage_window_open{coverage="production",coverage_namespace="support",window="maintenance"} 1',
      `supportcoverage_next_window_timestamp_seconds{coverage="production",coverage_namespace="support",window="maintenance"} ${Date.parse('2026-11-23T16:00:00Z') / 1000}`,
    ]);
    await clock.advance(2 * hour);
    await reconcile();
    expect(takeEvents()).toEqual(['MaintenanceWindowClosed SupportCoverage/production']);
    await reconcile();
    expect(takeEvents()).toEqual([]);
  });

  it('is quiet about a window in which nothing is due', async () => {
    const { clock, reconcile, takeEvents } = await world(false);
    takeEvents();
    for (const hours of [2, 4]) {
      await clock.advance(hours * hour);
      await reconcile();
    }
    expect(takeEvents()).toEqual([]);
  });

  it('says after a restart that a window passed meanwhile', async () => {
    const { clock, reconcile, restart, takeEvents } = await world(true);
    takeEvents();
    await clock.advance(6 * hour);
    restart();
    await reconcile();
    expect(takeEvents()).toEqual(['MaintenanceWindowClosed SupportCoverage/production']);
  });

  it('is not current once the update is overdue, and counts for how long', async () => {
    const { clock, reconcile, condition, annotate, series } = await world(true);
    expect(condition('MaintenanceCurrent')).toBe('True Due');
    await clock.advance(5 * hour);
    annotate({ [runAtAnnotation]: 'later' });
    await reconcile();
    expect(condition('MaintenanceCurrent')).toBe('False Overdue');
    expect((await series()).find((line) => line.includes('overdue'))).toMatch(/ 7\d{3}$/);
  });
});
