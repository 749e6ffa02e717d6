import { supported } from '../../test/fixtures/judgement.ts';
import type { CheckReport, Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Condition } from '../api/v1alpha1/fields.ts';
import { areaVerdicts, dated, healthy, type Verdict } from './conditions.ts';

const check = (id: string, outcome: CheckReport['outcome'] = 'Pass', extra: Partial<CheckReport> = {}): CheckReport => ({
  ...{ check: id, area: 'Nodes', tier: 'Level1', outcome, message: outcome === 'Unknown' ? 'nodes is forbidden' : '', findings: 0 },
  ...extra,
});
const finding = (id: string, severity: Finding['severity'], message = `${id} is bad`): Finding => ({
  ...supported,
  ...{ id, check: id, severity, object: 'Node/a', reason: 'NodeNotReady', message, remediation: 'Mend it.' },
  ...{ firstSeen: '2026-11-23T11:00:00Z', openedAt: '2026-11-23T11:15:00Z' },
});
const verdict = (type: string, status: Verdict['status'], message = `${type} says so`): Verdict => ({
  type,
  status,
  reason: 'Because',
  message,
});

describe('the condition of an area', () => {
  it('is True where all its checks pass', () => {
    expect(areaVerdicts([check('a'), check('b')], [])).toEqual([
      { type: 'NodesHealthy', status: 'True', reason: 'ChecksPassed', message: '2 of 2 checks pass' },
    ]);
  });

  it('is False with the words of the most urgent finding, and how many more there are', () => {
    const verdicts = areaVerdicts([check('a', 'Fail'), check('b', 'Fail')], [finding('a', 'critical'), finding('b', 'warning')]);
    expect(verdicts).toEqual([{ type: 'NodesHealthy', status: 'False', reason: 'NodeNotReady', message: 'a is bad (and 1 more finding)' }]);
  });

  it('is never changed by info', () => {
    expect(areaVerdicts([check('a', 'Fail'), check('b')], [finding('a', 'info')])[0]?.status).toBe('True');
    expect(areaVerdicts([check('a', 'Fail'), check('b', 'Unknown')], [finding('a', 'info')])[0]?.status).toBe('Unknown');
  });

  it('is Unknown, with the check and what it lacks, where one check cannot judge and nothing is found', () => {
    expect(areaVerdicts([check('a'), check('b', 'Unknown'), check('c', 'Unknown')], [])).toEqual([
      { type: 'NodesHealthy', status: 'Unknown', reason: 'NotKnown', message: 'b: nodes is forbidden (and 1 more check)' },
    ]);
  });

  it('is False rather than Unknown where one check cannot judge and another has found something', () => {
    expect(areaVerdicts([check('a', 'Fail'), check('b', 'Unknown')], [finding('a', 'warning')])[0]?.status).toBe('False');
  });

  it('is False for as long as a finding is open whose check cannot judge any more', () => {
    expect(areaVerdicts([check('a', 'Unknown')], [finding('a', 'warning')])[0]?.status).toBe('False');
  });

  it('says that none of its checks applies, by name', () => {
    expect(areaVerdicts([check('a', 'NotApplicable'), check('b', 'NotApplicable')], [])).toEqual([
      { type: 'NodesHealthy', status: 'True', reason: 'NotApplicable', message: 'None of the checks applies to this cluster: a, b' },
    ]);
  });

  it.each<[string, Partial<Finding>]>([
    ['of scope Project', { scope: 'Project' }],
    ['of scope Customer', { scope: 'Customer' }],
    ['not covered', { coverage: 'NotCovered' }],
    ['excepted', { exception: 'CHG-1 (jane, until 2027-01-31)' }],
  ])('is True where what is open is %s, and says so and how many', (what, extra) => {
    const findings = [finding('a', 'critical'), finding('b', 'warning')].map((each) => ({ ...each, ...extra }));
    expect(areaVerdicts([check('a', 'Fail'), check('b', 'Fail')], findings)).toEqual([
      {
        ...{ type: 'NodesHealthy', status: 'True', reason: 'ChecksPassed' },
        message: `Nothing that counts is open; recorded apart: 2 ${what}`,
      },
    ]);
  });

  it('is False for what the provider has to mend, and speaks of what counts before the rest', () => {
    const findings = [
      { ...finding('b', 'critical'), scope: 'Customer' as const },
      { ...finding('a', 'warning'), scope: 'Provider' as const },
    ];
    expect(areaVerdicts([check('a', 'Fail'), check('b', 'Fail')], findings)[0]).toMatchObject({ status: 'False', message: 'a is bad' });
  });

  it('is not there for an area whose only checks are beyond the tier, and does not wait for one that cannot judge', () => {
    const beyond = { coverage: 'NotCovered', tier: 'Level2' } as const;
    expect(areaVerdicts([check('a', 'Unknown', beyond), check('b', 'Fail', beyond)], [finding('b', 'critical')])).toEqual([]);
    expect(areaVerdicts([check('a', 'Unknown', beyond), check('c')], [])[0]?.message).toBe('1 of 1 checks pass');
  });

  it('counts only the checks that apply', () => {
    expect(areaVerdicts([check('a'), check('b', 'NotApplicable')], [])[0]?.message).toBe('1 of 1 checks pass');
  });

  it('is there for each area that has a check, in the order of reports, and concerns its own findings only', () => {
    const checks = [check('v', 'Pass', { area: 'Versions' }), check('n', 'Fail'), check('b', 'Fail', { area: 'Baseline' })];
    expect(areaVerdicts(checks, [finding('n', 'warning'), finding('b', 'critical')]).map(({ type, status }) => [type, status])).toEqual([
      ['NodesHealthy', 'False'],
      ['VersionsSupported', 'True'],
    ]);
  });
});

describe('Healthy', () => {
  const of = (...statuses: Verdict['status'][]) => healthy(statuses.map((status, index) => verdict(`C${index}`, status))).status;

  it('is False if anything is False, even where something is Unknown', () => {
    expect([of('True', 'False'), of('Unknown', 'False'), of('False', 'Unknown', 'True')]).toEqual(['False', 'False', 'False']);
  });

  it('is Unknown if anything is Unknown and nothing False', () => {
    expect([of('True', 'Unknown'), of('Unknown')]).toEqual(['Unknown', 'Unknown']);
  });

  it('is True only where everything is True', () => {
    expect(healthy([verdict('A', 'True'), verdict('B', 'True')])).toEqual({
      ...{ type: 'Healthy', status: 'True', reason: 'AllHealthy', message: 'All of A, B' },
    });
  });

  it('is Unknown where nothing is looked at', () => {
    expect(healthy([])).toEqual({ type: 'Healthy', status: 'Unknown', reason: 'NotKnown', message: 'No check is enabled' });
  });

  it('says which conditions made it so, and no others', () => {
    const verdicts = [verdict('A', 'False'), verdict('B', 'True'), verdict('C', 'Unknown'), verdict('D', 'False')];
    expect(healthy(verdicts).message).toBe('A: A says so D: D says so');
    expect(healthy(verdicts.slice(1, 3)).message).toBe('C: C says so');
  });

  it('keeps its message within what a condition may hold', () => {
    expect(healthy([verdict('A', 'False', 'x'.repeat(40_000))]).message).toHaveLength(4096);
  });
});

describe('the transition time of a condition', () => {
  const before: Condition[] = [
    { type: 'A', status: 'False', reason: 'Old', message: 'old words', lastTransitionTime: '2026-11-20T00:00:00Z', observedGeneration: 1 },
  ];
  const now = '2026-11-23T12:00:00Z';

  it('stays while the status is the same, though reason and message change', () => {
    expect(dated([{ type: 'A', status: 'False', reason: 'New', message: 'new words' }], before, 2, now)).toEqual([
      {
        type: 'A',
        status: 'False',
        reason: 'New',
        message: 'new words',
        observedGeneration: 2,
        lastTransitionTime: '2026-11-20T00:00:00Z',
      },
    ]);
  });

  it('is now where the status changes, and for a condition that is new', () => {
    expect(dated([verdict('A', 'True'), verdict('B', 'True')], before, undefined, now)).toEqual([
      { ...verdict('A', 'True'), lastTransitionTime: now },
      { ...verdict('B', 'True'), lastTransitionTime: now },
    ]);
  });

  it('goes with a condition that is said no more', () => {
    expect(dated([], before, 2, now)).toEqual([]);
  });
});
