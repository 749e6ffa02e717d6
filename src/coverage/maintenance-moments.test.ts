import { finding } from '../../test/fixtures/accounting.ts';
import type { Finding, Outcome } from '../api/v1alpha1/coveragereport.ts';
import type { SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { accountsAfter } from '../findings/accounting-periods.ts';
import { maintenanceOf } from './maintenance.ts';
import { momentsSince } from './maintenance-moments.ts';
import type { Windows } from './windows.ts';

const windows = [{ name: 'weekly', days: ['Tue' as const], start: '22:00', duration: '4h' }];
const targets = { kubernetes: '>=1.36.0' };
/** Tuesday's window is from 22:00 to 02:00 on Wednesday. */
const beforeIt = '2026-11-24T21:00:00Z';
const afterIt = '2026-11-25T03:00:00Z';
const due = (firstSeen: string, extra: Partial<Finding> = {}) => finding('a', { check: 'version-target', firstSeen, ...extra });
const longDue = due('2026-11-20T00:00:00Z');
const status = (lastCheckTime: string, extra: SupportCoverageStatus = {}): SupportCoverageStatus => ({
  observedGeneration: 3,
  lastCheckTime,
  ...extra,
});

interface Case {
  spec?: object;
  previous?: SupportCoverageStatus | undefined;
  findings?: Finding[];
  outcome?: Outcome;
  now?: string;
  generation?: number;
}

function moments({ spec = {}, previous = status(beforeIt), findings = [], outcome = 'Pass', now = afterIt, generation = 3 }: Case) {
  const at = Temporal.Instant.from(now);
  const { maintenance } = maintenanceOf({ timeZone: 'UTC', maxPostponement: '720h', windows, targets, ...spec }, at);
  const checks = [
    { check: 'node-not-ready', outcome: 'Unknown' as const },
    { check: 'version-target', outcome },
  ];
  return momentsSince(previous, generation, maintenance, { now: at, checks, findings });
}
const said = (of: Case) => moments(of).map(({ endedAt, result }) => `${result} ${endedAt}`);

describe('a maintenance moment', () => {
  it('was kept where nothing is due after the window', () => {
    expect(said({})).toEqual(['Kept 2026-11-25T02:00:00Z']);
  });

  it('was missed where something is due that had been due when the window began', () => {
    expect(said({ findings: [longDue] })).toEqual(['Missed 2026-11-25T02:00:00Z']);
    expect(said({ findings: [due('2026-11-24T22:00:00Z')] })).toEqual(['Missed 2026-11-25T02:00:00Z']);
  });

  it('was neither where work became due only while the window was open', () => {
    expect(said({ findings: [due('2026-11-24T22:00:01Z')] })).toEqual([]);
  });

  it.each<[string, Partial<Finding>]>([
    ['is accepted', { exception: 'CHG-1042' }],
    ['is not covered', { coverage: 'NotCovered' }],
    ['is separate project scope', { scope: 'Project' }],
    ['is no update', { check: 'node-not-ready' }],
  ])('was not missed for what %s', (_, extra) => {
    expect(said({ findings: [due('2026-11-20T00:00:00Z', extra)] })).toEqual(['Kept 2026-11-25T02:00:00Z']);
  });

  it('was not kept where nobody can tell what is due, and was missed for what is known', () => {
    expect(said({ outcome: 'Unknown' })).toEqual([]);
    expect(said({ outcome: 'Unknown', findings: [longDue] })).toEqual(['Missed 2026-11-25T02:00:00Z']);
  });

  it.each<[string, Case]>([
    ['the window is still open', { now: '2026-11-25T01:59:59Z', findings: [longDue] }],
    ['no window was agreed', { spec: { windows: [] }, findings: [longDue] }],
    ['nothing was agreed that can be due', { spec: { targets: undefined } }],
    ['the window was excluded', { spec: { exclusions: [{ from: '2026-11-24T00:00:00Z', to: '2026-11-26T00:00:00Z', reason: 'freeze' }] } }],
    ['this is the first check', { previous: {} }],
    ['the spec is another than in the check before, and with it perhaps the window', { generation: 4, findings: [longDue] }],
    ['the check before has judged it', { previous: status('2026-11-25T02:00:00Z'), findings: [longDue] }],
  ])('is not counted where %s', (_, of) => {
    expect(said(of)).toEqual([]);
  });

  it('is counted for each window that passed while the operator was away', () => {
    const now = '2026-12-09T03:00:00Z';
    expect(said({ now, findings: [due('2026-11-30T00:00:00Z')] })).toEqual(['Missed 2026-12-02T02:00:00Z', 'Missed 2026-12-09T02:00:00Z']);
  });

  it('is found in one pass over the windows, however many went by', () => {
    const at = Temporal.Instant.from('2026-12-24T03:00:00Z');
    const { maintenance } = maintenanceOf({ timeZone: 'UTC', maxPostponement: '720h', windows, targets }, at);
    const asked: string[] = [];
    const counting: Windows = {
      at: () => {
        throw new Error('no single instant is of interest');
      },
      between: (from, to) => {
        asked.push('between');
        return maintenance.windows?.between(from, to) ?? [];
      },
    };
    const look = { now: at, checks: [{ check: 'version-target', outcome: 'Pass' as const }], findings: [] };
    expect(momentsSince(status(beforeIt), 3, { ...maintenance, windows: counting }, look)).toHaveLength(5);
    expect(asked).toEqual(['between']);
  });

  it('is not counted for windows of more than 31 days ago', () => {
    expect(said({ now: '2027-06-01T00:00:00Z' })).toHaveLength(4);
  });
});

describe('a maintenance moment that was counted', () => {
  const looked = (previous: SupportCoverageStatus, now: string): SupportCoverageStatus => ({
    ...status(now),
    ...accountsAfter(previous, [], moments({ previous, now }), Temporal.Instant.from(now), 'UTC'),
  });
  const kept = ({ accounting }: SupportCoverageStatus) => accounting?.maintenance.kept;

  it('is counted once, though the clock goes back and passes its end again', () => {
    const once = looked(status(beforeIt), afterIt);
    expect(kept(once)).toBe(1);
    const back = looked(once, '2026-11-25T01:00:00Z');
    expect(kept(looked(back, '2026-11-25T02:30:00Z'))).toBe(1);
  });

  it('by a clock that was a year ahead does not keep the next from being counted', () => {
    const ahead = looked(status(beforeIt), '2027-11-25T00:00:00Z');
    const right = looked(ahead, '2026-11-26T00:00:00Z');
    expect(kept(looked(right, '2026-12-02T03:00:00Z'))).toBe(1);
    expect(kept(looked(status('2026-11-26T00:00:00Z'), '2026-12-02T03:00:00Z'))).toBe(1);
  });
});
