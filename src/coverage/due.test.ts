import type { SupportCoverage, SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { facts } from '../baseline/catalogue.ts';
import { type BaselineState, baselineState } from '../baseline/integrity.ts';
import { checks } from '../checks/catalogue.ts';
import type { Pass } from '../findings/pass.ts';
import { statusAfter } from '../report/status.ts';
import { due, runAtOf, seenIn } from './due.ts';
import { type Plan, type PlannedCluster, planOf } from './plan.ts';

const annotation = 'platformsupport.io/run-at';
const at = (text: string) => Temporal.Instant.from(`2026-11-23T${text}Z`);
const now = at('12:30:00');

const coverage = (extra: { generation?: number; runAt?: string } = {}): SupportCoverage => ({
  metadata: {
    ...{ name: 'production', namespace: 'support', uid: 'u1', generation: extra.generation ?? 1 },
    ...(extra.runAt === undefined ? {} : { annotations: { [annotation]: extra.runAt } }),
  },
  spec: { tier: 'Level1', suspend: false, reportLimit: 500 },
});
const plan = (planOf(coverage(), checks, facts, now) as { plan: Plan }).plan;
const [local] = plan.clusters as [PlannedCluster];

const spec = { cluster: 'local', facts: [], approval: { approvedBy: 'jane', approvedAt: '2026-11-01T00:00:00Z' } };
const found = { metadata: { name: local.baseline.name, namespace: 'support' }, spec };
const approvedState = baselineState(found, local.baseline.name, undefined) as Extract<BaselineState, { state: 'Approved' }>;
const { hash } = approvedState;
const unapproved: BaselineState = { state: 'Unapproved', baseline: { ...found, spec: { cluster: 'local', facts: [] } } };

/** The status that a pass at a time leaves behind. */
function ran(
  time: Temporal.Instant,
  options: { baseline?: BaselineState; previous?: SupportCoverageStatus; of?: SupportCoverage } = {},
): SupportCoverageStatus {
  const of = options.of ?? coverage();
  const pass: Pass = {
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
    baseline: options.baseline ?? unapproved,
  };
  const run = {
    ...{ trigger: 'Schedule' as const, at: time.toString({ smallestUnit: 'second' }), durationMs: 5 },
    nextCheckTime: plan.schedule.nextAfter(time)?.toString(),
    handledRunAt: runAtOf(of) ?? options.previous?.lastHandledRunAt,
    generation: of.metadata.generation,
  };
  const facts = {
    ...local,
    version: undefined,
    nodes: undefined,
    reachable: true,
    baselineName: local.baseline.name,
    namespace: 'support',
    missing: [],
  };
  return statusAfter([{ ...pass, facts, at: run.at, maintenance: undefined }], options.previous, run, undefined);
}

function ask(
  status: SupportCoverageStatus | undefined,
  options: { of?: SupportCoverage; hash?: string; now?: Temporal.Instant } = {},
): string {
  // As a process that has just started would, from what is stored.
  const stored = status && (JSON.parse(JSON.stringify(status)) as SupportCoverageStatus);
  const next = due({
    plan,
    cluster: local,
    troubled: false,
    blind: false,
    coverage: options.of ?? coverage(),
    seen: seenIn(stored, 'local'),
    approvedHash: options.hash,
    now: options.now ?? now,
  });
  return 'trigger' in next ? next.trigger : `at ${next.at}`;
}

describe('the checks run', () => {
  it('first when a coverage has never been looked at', () => {
    expect(ask(undefined)).toBe('Initial');
    expect(ask({ conditions: [] })).toBe('Initial');
  });

  it('not before the next time of the schedule, which is the time that the status names', () => {
    const status = ran(at('12:10:00'));
    expect(ask(status)).toBe(`at ${status.nextCheckTime}`);
  });

  it('at the time of the schedule', () => {
    const status = ran(at('12:10:00'));
    const next = Temporal.Instant.from(status.nextCheckTime!);
    expect(ask(status, { now: next.subtract({ milliseconds: 1 }) })).toMatch(/^at /);
    expect(ask(status, { now: next })).toBe('Schedule');
    expect(ask(status, { now: next.add({ seconds: 60 }) })).toBe('Schedule');
  });

  it('once for all the times that were missed while the operator was away', () => {
    const status = ran(at('02:10:00'));
    expect(ask(status)).toBe('Missed');
    expect(ask(ran(now, { previous: status }))).toMatch(/^at 2026-11-23T13:/);
  });

  it('when the spec has changed, once', () => {
    const changed = coverage({ generation: 2 });
    expect(ask(ran(at('12:10:00')), { of: changed })).toBe('SpecChanged');
    expect(ask(ran(now, { of: changed }), { of: changed })).toMatch(/^at /);
  });
});

describe('the annotation run-at', () => {
  it('runs the checks once for each value', () => {
    const status = ran(at('12:10:00'));
    const asked = coverage({ runAt: 'please' });
    expect(ask(status, { of: asked })).toBe('Manual');
    const handled = ran(now, { of: asked, previous: status });
    expect(handled.lastHandledRunAt).toBe('please');
    expect(ask(handled, { of: asked })).toMatch(/^at /);
    expect(ask(handled, { of: coverage({ runAt: 'again' }) })).toBe('Manual');
  });

  it('that was removed runs nothing, and is not forgotten', () => {
    const handled = ran(at('12:20:00'), { of: coverage({ runAt: 'please' }) });
    const removed = ran(at('12:25:00'), { previous: handled });
    expect(ask(removed)).toMatch(/^at /);
    expect(ask(removed, { of: coverage({ runAt: 'please' }) })).toMatch(/^at /);
  });

  it('that is longer than the status can keep runs the checks once too', () => {
    const asked = coverage({ runAt: 'x'.repeat(1000) });
    const handled = ran(now, { of: asked });
    expect(handled.lastHandledRunAt).toHaveLength(256);
    expect(ask(handled, { of: asked })).toMatch(/^at /);
  });
});

describe('a baseline', () => {
  const remembering = ran(at('12:10:00'), { baseline: approvedState });
  const gone = baselineState(undefined, local.baseline.name, { name: local.baseline.name, contentHash: hash });

  it('that was approved runs the checks once', () => {
    expect(ask(ran(at('12:10:00')), { hash })).toBe('BaselineChanged');
    expect(ask(remembering, { hash })).toMatch(/^at /);
  });

  it('that was deleted runs the checks once', () => {
    expect(ask(remembering)).toBe('BaselineChanged');
    expect(ask(ran(now, { baseline: gone, previous: remembering }))).toMatch(/^at /);
  });

  it('that was replaced by another content runs the checks once', () => {
    const other = { ...found, spec: { ...spec, cluster: 'other' } };
    const replaced = baselineState(other, local.baseline.name, { name: local.baseline.name, contentHash: hash });
    expect(ask(remembering, { hash: 'another' })).toBe('BaselineChanged');
    expect(ask(ran(now, { baseline: replaced, previous: remembering }), { hash: 'another' })).toMatch(/^at /);
  });

  it('that was restored runs the checks once', () => {
    const altered = ran(at('12:20:00'), { baseline: gone, previous: remembering });
    expect(ask(altered, { hash })).toBe('BaselineChanged');
    expect(ask(ran(now, { baseline: approvedState, previous: altered }), { hash })).toMatch(/^at /);
  });

  it('that waits for approval, or is not there, runs nothing', () => {
    expect(ask(ran(at('12:10:00')))).toMatch(/^at /);
    expect(ask(ran(at('12:10:00'), { baseline: { state: 'Absent' } }))).toMatch(/^at /);
  });
});

it('what a person asks for goes before what the spec and the schedule ask for', () => {
  const status = ran(at('02:10:00'));
  expect(ask(status, { of: coverage({ runAt: 'now', generation: 2 }), hash })).toBe('Manual');
  expect(ask(status, { of: coverage({ generation: 2 }), hash })).toBe('SpecChanged');
  expect(ask(status, { hash })).toBe('BaselineChanged');
});
