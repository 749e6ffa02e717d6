import { supported } from '../../test/fixtures/judgement.ts';
import type { Finding } from '../api/v1alpha1/coveragereport.ts';
import { type SupportCoverageStatus, supportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import type { BaselineState } from '../baseline/integrity.ts';
import type { Pass } from '../findings/pass.ts';
import { type ClusterFacts, conditionOf, healthOf, type Run, statusAfter, statusWithoutPass, withAgreed } from './status.ts';
import { statusBetween } from './status-between.ts';

const spec = { cluster: 'local', facts: [], approval: { approvedBy: 'jane', approvedAt: '2026-11-01T00:00:00Z' } };
const baseline = { metadata: { name: 'base', namespace: 'support' }, spec };
const approved: BaselineState = { state: 'Approved', baseline, hash: 'h1' };
const altered: BaselineState = {
  state: 'Altered',
  baseline: undefined,
  observation: { object: 'CoverageBaseline/base', reason: 'BaselineDeleted', message: 'The approved baseline base was deleted.' },
};

const passOf = (extra: Partial<Pass> = {}): Pass => ({
  checks: [{ check: 'node-not-ready', area: 'Nodes', tier: 'Level1', outcome: 'Pass', message: '', findings: 0 }],
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
  baseline: approved,
  ...extra,
});
const run: Run = {
  trigger: 'Schedule',
  at: '2026-11-23T12:00:00Z',
  durationMs: 12.4,
  nextCheckTime: '2026-11-23T13:00:00Z',
  handledRunAt: undefined,
  generation: 3,
};
const long = 'x'.repeat(40_000);
const cluster: ClusterFacts = {
  name: 'local',
  environment: 'production',
  version: 'v1.37.2',
  nodes: 4,
  reachable: true,
  baselineName: 'base',
  namespace: 'support',
  missing: [],
};
const statusOf = (
  pass: Partial<Pass>,
  options: { previous?: SupportCoverageStatus; run?: Partial<Run>; cluster?: Partial<ClusterFacts>; problem?: string } = {},
) => {
  const ran = { ...run, ...options.run };
  const outcome = { ...passOf(pass), facts: { ...cluster, ...options.cluster }, at: ran.at, maintenance: undefined };
  return statusAfter([outcome], options.previous, ran, options.problem);
};
const said = (status: SupportCoverageStatus, type: string) => {
  const condition = conditionOf(status, type);
  return condition && [condition.status, condition.reason, condition.message];
};
const finding = (index: number, severity: Finding['severity'] = 'warning'): Finding => ({
  ...supported,
  ...{
    id: `id${index}`,
    check: 'node-not-ready',
    severity,
    object: `Node/n${index}`,
    reason: 'NodeNotReady',
    message: `n${index} is not ready`,
  },
  ...{ remediation: 'Mend it.', firstSeen: '2026-11-23T11:00:00Z', openedAt: '2026-11-23T11:15:00Z' },
});
const drift = {
  ...supported,
  id: 'd',
  fact: 'storage-classes',
  object: 'StorageClass/fast',
  path: 'reclaimPolicy',
  expected: 'Delete',
  actual: 'Retain',
  firstSeen: run.at,
};

describe('the status after a pass', () => {
  it('says what is covered, how it is, when it was looked at and when it is next', () => {
    const status = statusOf({ findings: [finding(1, 'critical'), finding(2)], drift: [drift] });
    expect(status).toMatchObject({
      observedGeneration: 3,
      summary: { critical: 1, warning: 1, info: 0, unknown: 0, drift: 1 },
      lastCheckTime: run.at,
      nextCheckTime: '2026-11-23T13:00:00Z',
      lastCheckDuration: '12ms',
      clusters: [
        {
          ...{ name: 'local', environment: 'production', version: 'v1.37.2', nodes: 4, reachable: true, lastCheckTime: run.at },
          ...{ critical: 1, warning: 1, drift: 1 },
          baseline: { name: 'base', approvedBy: 'jane', approvedAt: '2026-11-01T00:00:00Z', contentHash: 'h1' },
        },
      ],
      history: [{ time: run.at, trigger: 'Schedule', duration: '12ms', critical: 1, warning: 1, drift: 1 }],
    });
    expect(supportCoverageStatus.parse(status)).toEqual(status);
  });

  it('shows the ten most urgent findings', () => {
    const findings = Array.from({ length: 12 }, (_, index) => finding(index));
    const top = statusOf({ findings }).topFindings;
    expect(top).toHaveLength(10);
    expect(top?.[0]).toEqual({
      ...{ check: 'node-not-ready', cluster: 'local', object: 'Node/n0', severity: 'warning', since: '2026-11-23T11:00:00Z' },
      scope: 'Support',
      message: 'n0 is not ready',
    });
  });

  it('counts and shows at the top what support answers for, and counts the rest apart', () => {
    const status = statusOf({
      findings: [
        finding(1),
        { ...finding(2, 'critical'), scope: 'Project' },
        { ...finding(3, 'critical'), coverage: 'NotCovered' },
        { ...finding(4, 'critical'), exception: 'CHG-1 (jane, until 2027-01-31)' },
      ],
      drift: [{ ...drift, scope: 'Project' }],
    });
    expect(status.topFindings?.map(({ object }) => object)).toEqual(['Node/n1']);
    const expected = { critical: 0, warning: 1, info: 0, unknown: 0, drift: 0, notCovered: 1, projectScope: 2 };
    expect(status.summary).toEqual(expected);
    expect(status.clusters?.[0]).toMatchObject({ critical: 0, warning: 1, drift: 0 });
    expect(status.history?.[0]).toMatchObject({ critical: 0, warning: 1, drift: 0 });
    expect(healthOf(status)).toBe('degraded');
    expect(supportCoverageStatus.parse(status)).toEqual(status);
  });

  it('keeps the last ten runs, newest first, with what triggered each', () => {
    let status: SupportCoverageStatus | undefined;
    for (let hour = 0; hour < 12; hour += 1) {
      const at = `2026-11-23T${String(hour).padStart(2, '0')}:00:00Z`;
      status = statusOf({}, { ...(status ? { previous: status } : {}), run: { at, trigger: hour === 11 ? 'Manual' : 'Schedule' } });
    }
    expect(status?.history).toHaveLength(10);
    expect(status?.history?.map(({ time, trigger }) => [time.slice(11, 13), trigger]).slice(0, 2)).toEqual([
      ['11', 'Manual'],
      ['10', 'Schedule'],
    ]);
  });

  it('leaves out what is not known rather than inventing it', () => {
    const status = statusOf(
      {},
      {
        run: { nextCheckTime: undefined, generation: undefined },
        cluster: { version: undefined, nodes: undefined, environment: undefined, reachable: false },
      },
    );
    expect(Object.keys(status)).not.toEqual(expect.arrayContaining(['nextCheckTime']));
    expect(status.observedGeneration).toBeUndefined();
    expect(status.clusters?.[0]).toEqual(expect.not.objectContaining({ version: expect.anything(), nodes: expect.anything() }));
    expect(status.clusters?.[0]?.reachable).toBe(false);
  });

  it('never says that a run took no time', () => {
    expect(statusOf({}, { run: { durationMs: 0.2 } }).lastCheckDuration).toBe('1ms');
  });
});

describe('Ready', () => {
  it('is True while the checks run on schedule, whatever they find', () => {
    expect(said(statusOf({ findings: [finding(1, 'critical')] }), 'Ready')?.[0]).toBe('True');
    expect(said(statusOf({}), 'Stalled')).toBeUndefined();
  });

  it('is False, and Stalled True, with the path of the field where the spec is not what ran', () => {
    const status = statusOf({}, { problem: 'spec.workingHours.timeZone: "Mars" is not a time zone' });
    expect(said(status, 'Ready')).toEqual(['False', 'SpecNotAccepted', 'spec.workingHours.timeZone: "Mars" is not a time zone']);
    expect(said(status, 'Stalled')?.[0]).toBe('True');
  });
});

describe('Onboarded', () => {
  it('is True once everything can be read and the baseline is approved', () => {
    expect(said(statusOf({}), 'Onboarded')?.[0]).toBe('True');
  });

  it('lists what is missing: permissions first, then the approval and how to give it', () => {
    const [status, reason, message] = said(
      statusOf({ baseline: { state: 'Unapproved', baseline } }, { cluster: { missing: ['pods is forbidden'] } }),
      'Onboarded',
    )!;
    expect([status, reason]).toEqual(['False', 'Incomplete']);
    expect(message).toMatch(
      /^pods is forbidden; the baseline base waits for approval: kubectl get scbl base -n support -o yaml, .*spec\.approval/,
    );
  });

  it.each<[string, BaselineState, string]>([
    ['not captured', { state: 'Absent' }, 'the baseline base is not captured yet'],
    ['deleted', altered, 'The approved baseline base was deleted.'],
  ])('is False while the baseline is %s', (_, state, message) => {
    expect(said(statusOf({ baseline: state }), 'Onboarded')).toEqual(['False', 'BaselineNotApproved', message]);
  });
});

describe('BaselineInSync', () => {
  it.each<[string, BaselineState]>([
    ['is not captured', { state: 'Absent' }],
    ['is not approved', { state: 'Unapproved', baseline }],
  ])('is Unknown and does not count while the baseline %s', (_, state) => {
    const status = statusOf({ baseline: state });
    expect(said(status, 'BaselineInSync')?.slice(0, 2)).toEqual(['Unknown', 'NotApproved']);
    expect(said(status, 'Healthy')?.[0]).toBe('True');
  });

  it('is True where the cluster is as agreed', () => {
    expect(said(statusOf({}), 'BaselineInSync')?.slice(0, 2)).toEqual(['True', 'AsAgreed']);
  });

  it.each<[string, object, string]>([
    ['a value', {}, 'StorageClass/fast reclaimPolicy is Retain, agreed was Delete, written by kubectl-edit'],
    ['an addition', { path: '', expected: '', actual: 'provisioner=x' }, 'StorageClass/fast is new, written by kubectl-edit'],
    ['a removal', { path: '', actual: '', manager: '' }, 'StorageClass/fast is gone'],
  ])('is False with the first difference: %s', (_, change, message) => {
    const status = statusOf({ drift: [{ ...drift, manager: 'kubectl-edit', ...change }] });
    expect(said(status, 'BaselineInSync')).toEqual(['False', 'Drifted', message]);
    expect(said(status, 'Healthy')?.[0]).toBe('False');
  });

  it('says how many more differences there are', () => {
    expect(said(statusOf({ drift: [drift, drift, drift] }), 'BaselineInSync')?.[2]).toMatch(/ \(and 2 more\)$/);
  });

  it('stays True where all that differs is separate scope, and says so and how much it is', () => {
    const project = { ...drift, scope: 'Project' as const };
    const status = statusOf({ drift: [project, project, { ...drift, scope: 'Customer' as const }] });
    expect(said(status, 'BaselineInSync')).toEqual([
      ...['True', 'AsAgreed'],
      'The cluster is as its baseline says, but for differences that are recorded apart: 2 of scope Project, 1 of scope Customer; the first is StorageClass/fast',
    ]);
    expect(said(status, 'Healthy')?.[0]).toBe('True');
  });

  it('is False with the first difference that counts, and how many more of those there are', () => {
    const project = { ...drift, scope: 'Project' as const, object: 'StorageClass/new' };
    const [status, , message] = said(statusOf({ drift: [project, drift, drift] }), 'BaselineInSync')!;
    expect([status, message]).toEqual(['False', 'StorageClass/fast reclaimPolicy is Retain, agreed was Delete (and 1 more)']);
  });

  it('is False where an exception has expired, and counts then, approved or not', () => {
    const expired = { ...finding(1), check: 'exception-expired', reason: 'ExceptionExpired', message: 'The exception ended.' };
    for (const state of [approved, { state: 'Unapproved', baseline } as const]) {
      const status = statusOf({ baseline: state, findings: [expired, expired] });
      expect(said(status, 'BaselineInSync')).toEqual(['False', 'ExceptionExpired', 'The exception ended. (and 1 more)']);
      expect(said(status, 'Healthy')?.[0]).toBe('False');
    }
  });

  it('is Unknown, and Healthy with it, where a fact cannot be read', () => {
    const status = statusOf({ driftUnknown: [{ fact: 'node-pools', message: 'nodes is forbidden' }] });
    expect(said(status, 'BaselineInSync')).toEqual(['Unknown', 'NotKnown', 'node-pools: nodes is forbidden']);
    expect(said(status, 'Healthy')?.[0]).toBe('Unknown');
  });

  it('is False where what was approved is gone, and the status goes on remembering its hash', () => {
    const status = statusOf({ baseline: altered }, { previous: statusOf({}) });
    expect(said(status, 'BaselineInSync')?.slice(0, 2)).toEqual(['False', 'BaselineDeleted']);
    expect(status.clusters?.[0]?.baseline?.contentHash).toBe('h1');
  });

  it('starts anew with another baseline: the hash of the one before is not its hash', () => {
    const status = statusOf(
      { baseline: { state: 'Unapproved', baseline } },
      { previous: statusOf({}), cluster: { baselineName: 'other' } },
    );
    expect(status.clusters?.[0]?.baseline).toEqual({ name: 'other' });
  });
});

describe('a coverage whose checks do not run', () => {
  const previous = statusOf({ findings: [finding(1)] });
  const suspended = statusWithoutPass(
    previous,
    [{ type: 'Healthy', status: 'Unknown', reason: 'Suspended', message: 'suspended' }],
    4,
    '2026-11-23T12:30:00Z',
  );

  it('keeps what was found, under conditions that no longer vouch for it', () => {
    expect(suspended).toMatchObject({
      observedGeneration: 4,
      topFindings: previous.topFindings,
      summary: previous.summary,
      history: previous.history,
    });
    expect(suspended.conditions?.map(({ type, status, lastTransitionTime }) => [type, status, lastTransitionTime])).toEqual([
      ['Healthy', 'Unknown', '2026-11-23T12:30:00Z'],
    ]);
  });

  it('announces no next check, since none will come', () => {
    expect(suspended).not.toHaveProperty('nextCheckTime');
    expect(suspended.lastCheckTime).toBe(run.at);
  });
});

describe('the health label', () => {
  it.each<[string, string, SupportCoverageStatus]>([
    ['healthy', 'all is well', statusOf({})],
    ['degraded', 'the worst is a warning', statusOf({ findings: [finding(1)] })],
    ['degraded', 'there is only drift', statusOf({ drift: [drift] })],
    ['critical', 'something is critical', statusOf({ findings: [finding(1, 'critical')] })],
    ['unknown', 'something is not known', statusOf({ driftUnknown: [{ fact: 'node-pools', message: 'x' }] })],
    ['unknown', 'nothing was looked at yet', {}],
  ])('is %s where %s', (label, _, status) => {
    expect(healthOf(status)).toBe(label);
  });
});

describe('what comes from outside is cut to what the API server takes', () => {
  const facts = { ...cluster, reachable: false, problem: long, sharedWith: Array.from({ length: 40 }, (_, at) => `support/${at}`) };
  const outcome = {
    ...passOf({ baseline: { ...altered, observation: { ...altered.observation, message: long } } }),
    facts,
    at: run.at,
    maintenance: undefined,
  };
  const contacts = [{ name: 'desk', party: 'Support' as const, problem: long }];

  it('after a run', () => {
    const status = statusAfter([outcome], undefined, run, undefined);
    expect(supportCoverageStatus.parse(status).clusters?.[0]?.problem).toBe('x'.repeat(1024));
    expect(status.clusters?.[0]?.sharedWith).toHaveLength(32);
    // What is written must be what is compared with, or it would be written again and again.
    expect(statusBetween([outcome], status, [], run.at)).toEqual(status);
  });

  it('of the agreement, and of a spec that is not run', () => {
    const status = withAgreed({}, { contacts }, undefined, run.at);
    expect(supportCoverageStatus.parse(status).contacts?.[0]?.problem).toBe('x'.repeat(1024));
    const verdict = { type: 'Ready', status: 'False' as const, reason: 'SpecNotAccepted', message: long };
    expect(supportCoverageStatus.safeParse(statusWithoutPass(status, [verdict], 1, run.at)).success).toBe(true);
  });
});
