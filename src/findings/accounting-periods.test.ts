import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { counted, drift, finding, opened, resolved } from '../../test/fixtures/accounting.ts';
import { supportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { type Accounts, accountsAfter, accountsMeanwhile, type Moment } from './accounting-periods.ts';

type Months = ReturnType<typeof counted>;
const noon = '2026-11-10T12:00:00Z';
const afterOneMinute = '2026-11-10T12:01:00Z';
const newYear = '2026-12-01T00:10:00Z';
const moment = (endedAt: string, result: Moment['result']): Moment => ({ endedAt: Temporal.Instant.from(endedAt), result });
/** The accounts after a pass, as the next reads them from the status. */
const accounts = (before: Accounts | undefined, months: Months[], now = noon, moments: Moment[] = []): Accounts =>
  JSON.parse(JSON.stringify(accountsAfter(before, months, moments, Temporal.Instant.from(now), 'UTC')));

describe('the accounts of a month', () => {
  const beyond = { coverage: 'NotCovered', check: 'workload-crash' } as const;
  const findings = [
    finding('a'),
    finding('b', { severity: 'critical' }),
    finding('c', { exception: 'CHG-1042' }),
    finding('d', { scope: 'Project' }),
    finding('e', { scope: 'Customer' }),
    finding('f', { scope: 'Provider', severity: 'info' }),
    finding('g', beyond),
    finding('h', { ...beyond, object: 'Deployment/sandbox-1/web' }),
  ];

  it('say what was opened, whose work it is, and what a higher tier would have covered', () => {
    expect(accounts(undefined, [counted(undefined, opened(...findings), noon)])).toEqual({
      accounting: {
        period: '2026-11',
        opened: { critical: 1, warning: 1, info: 0 },
        resolved: { critical: 0, warning: 0, info: 0 },
        excepted: 1,
        outOfScope: { notCovered: 1, project: 1, customer: 1, provider: 1 },
        beyondTier: { 'Level2/Defaults': 1 },
        maintenance: { kept: 0, missed: 0 },
      },
    });
  });

  it('sum all clusters, with medians over all that was measured, as durations', () => {
    const times = (...minutes: number[]) =>
      minutes.map((passed) => finding(`a${passed}`, { openedAt: Temporal.Instant.from(noon).subtract({ minutes: passed }).toString() }));
    const eu = counted(undefined, resolved(...times(1, 2, 90)), noon);
    const us = counted(undefined, { ...resolved(...times(100, 200)), acknowledged: times(5) }, noon);
    expect(accounts(undefined, [eu, us]).accounting).toMatchObject({
      resolved: { warning: 5 },
      medianTimeToResolve: '1h30m',
      medianTimeToAcknowledge: '5m',
    });
  });

  it('have what is acknowledged between two passes while the month goes on, and a pass alone begins another', () => {
    const [eu, us] = [counted(undefined, {}, noon), counted(undefined, {}, noon)];
    const before = accounts(undefined, [eu, us]);
    const acknowledged = [finding('a', { acknowledgedAt: '2026-11-10T12:01:00Z' })];
    const months = [counted(eu, { acknowledged }, afterOneMinute), us];
    const meanwhile = (now: string, all: Months[]) => accountsMeanwhile(before, all, Temporal.Instant.from(now), 'UTC');
    expect(meanwhile(afterOneMinute, months)).toEqual({ accounting: { ...before.accounting, medianTimeToAcknowledge: '1m' } });
    expect(meanwhile(newYear, months)).toBe(before);
    expect(meanwhile(afterOneMinute, [counted(eu, { acknowledged }, newYear), us])).toBe(before);
  });

  it('let a cluster with more than can be kept weigh as much as it had', () => {
    const opening = (minutes: number) => Temporal.Instant.from(noon).subtract({ minutes }).toString();
    const many = Array.from({ length: 3000 }, (_, index) => finding(`a${index}`, { severity: 'critical', openedAt: opening(1) }));
    const slow = Array.from({ length: 1500 }, (_, index) => finding(`b${index}`, { openedAt: opening(120) }));
    const clusters = [counted(undefined, resolved(...many), noon), counted(undefined, resolved(...slow), noon)];
    expect(accounts(undefined, clusters).accounting).toMatchObject({
      resolved: { critical: 3000, warning: 1500 },
      medianTimeToResolve: '1m',
    });
  });
});

describe('when a month is over', () => {
  it('it moves to the history as it was, and the next begins with nothing', () => {
    const november = counted(undefined, { ...opened(finding('a')), driftResolved: [drift('x')] }, afterOneMinute);
    const before = accounts(undefined, [november], noon, [moment('2026-11-10T02:00:00Z', 'Kept')]);
    const after = accounts(before, [counted(november, {}, newYear)], newYear);
    expect(after.accountingHistory).toEqual([before.accounting]);
    expect(after.accounting).toMatchObject({ period: '2026-12', opened: { warning: 0 }, maintenance: { kept: 0, missed: 0 } });
    expect(after.accounting).not.toHaveProperty('medianTimeToResolve');
  });

  it('its last pass counts though a crash kept it from the status', () => {
    const first = counted(undefined, opened(finding('a')), noon);
    const before = accounts(undefined, [first]);
    const written = counted(first, { ...opened(finding('b')), ...resolved(finding('a')), driftOpened: [drift('x')] }, afterOneMinute);
    const after = accounts(before, [counted(written, {}, newYear)], newYear);
    expect(after.accountingHistory).toEqual([
      expect.objectContaining({
        opened: { critical: 0, warning: 2, info: 0 },
        resolved: { critical: 0, warning: 1, info: 0 },
        medianTimeToResolve: '1m',
      }),
    ]);
  });

  it('its medians over several clusters stay what they were', () => {
    const at = (seconds: number) => finding(`a${seconds}`, { openedAt: Temporal.Instant.from(noon).subtract({ seconds }).toString() });
    const clusters = [counted(undefined, resolved(at(1), at(2), at(30)), noon), counted(undefined, resolved(at(40), at(50)), noon)];
    const before = accounts(undefined, clusters);
    expect(before.accounting?.medianTimeToResolve).toBe('30s');
    const after = accounts(before, [counted(clusters[0], {}, newYear), clusters[1]!], newYear);
    expect(after.accountingHistory).toEqual([before.accounting]);
  });

  it('the counts of a cluster that is covered no longer stay in it', () => {
    const clusters = [counted(undefined, opened(finding('a')), noon), counted(undefined, opened(finding('b')), noon)];
    const december = accounts(accounts(undefined, clusters), clusters, newYear);
    const later = accounts(december, [clusters[0]!], newYear);
    expect(later.accountingHistory?.[0]?.opened.warning).toBe(2);
  });

  it('twelve are kept, and fit the schema', () => {
    let months: Months | undefined;
    let before: Accounts | undefined;
    const start = Temporal.PlainYearMonth.from('2025-01');
    for (let index = 0; index < 30; index += 1) {
      const now = `${start.add({ months: index })}-15T00:00:00Z`;
      months = counted(months, opened(finding('a')), now);
      before = accounts(before, [months], now);
    }
    expect(before?.accounting?.period).toBe('2027-06');
    expect(before?.accountingHistory?.map(({ period, opened: { warning } }) => [period, warning])).toEqual(
      Array.from({ length: 12 }, (_, index) => [`${Temporal.PlainYearMonth.from('2027-05').subtract({ months: index })}`, 1]),
    );
    expect(supportCoverageStatus.safeParse(before).success).toBe(true);
  });

  it('it stays over when the clock goes back', () => {
    const before = accounts(accounts(undefined, [counted(undefined, {}, noon)]), [counted(undefined, {}, newYear)], newYear);
    const after = accounts(before, [counted(undefined, opened(finding('a')), newYear)], '2026-11-30T23:59:59Z');
    expect([after.accounting?.period, after.accounting?.opened.warning]).toEqual(['2026-12', 1]);
    expect(after.accountingHistory).toEqual(before.accountingHistory);
  });

  it('one that a clock far ahead began is taken back, with what was counted in it', () => {
    const november = counted(undefined, opened(finding('a')), noon);
    const before = accounts(undefined, [november], noon, [moment('2026-11-03T02:00:00Z', 'Kept')]);
    const wrong = counted(november, opened(finding('b')), '2031-05-05T00:00:00Z');
    const ahead = accounts(before, [wrong], '2031-05-05T00:00:00Z', [moment('2031-05-04T02:00:00Z', 'Missed')]);
    expect(ahead.accounting?.period).toBe('2031-05');
    const after = accounts(ahead, [counted(wrong, {}, afterOneMinute)], afterOneMinute);
    expect(after.accounting).toMatchObject({ period: '2026-11', opened: { warning: 2 }, maintenance: { kept: 1, missed: 1 } });
    expect(after).not.toHaveProperty('accountingHistory');
  });
});

describe('a maintenance moment', () => {
  it('is counted in the month in which its window ended', () => {
    const before = accounts(undefined, [counted(undefined, {}, noon)]);
    const moments = [moment('2026-11-30T23:00:00Z', 'Missed'), moment('2026-12-01T00:05:00Z', 'Kept')];
    const after = accounts(before, [counted(undefined, {}, newYear)], newYear, moments);
    expect(after.accounting?.maintenance).toEqual({ kept: 1, missed: 0, lastEnd: '2026-12-01T00:05:00Z' });
    expect(after.accountingHistory?.map(({ period, maintenance }) => [period, maintenance.missed])).toEqual([['2026-11', 1]]);
  });

  it('in a month without a check makes that month appear', () => {
    const before = accounts(undefined, [counted(undefined, {}, noon)]);
    const january = '2027-01-05T00:00:00Z';
    const after = accounts(before, [counted(undefined, {}, january)], january, [moment('2026-12-10T02:00:00Z', 'Missed')]);
    expect(after.accountingHistory?.map(({ period, maintenance }) => [period, maintenance.missed])).toEqual([
      ['2026-12', 1],
      ['2026-11', 0],
    ]);
  });
});

describe('docs/accounting.md', () => {
  const page = readFileSync(new URL('../../docs/accounting.md', import.meta.url), 'utf8');
  const fields = Object.keys(supportCoverageStatus.shape.accounting.unwrap().shape);

  it('shows a status as it can be', () => {
    const { status } = load(/status:\n[\s\S]*?lastEnd[^\n]*\n/.exec(page)![0]) as { status: Accounts };
    expect(supportCoverageStatus.parse(status)).toEqual(status);
    expect(Object.keys(status.accounting!)).toEqual(fields);
  });

  it('says of every field what it counts', () => {
    const rows = [...page.matchAll(/^\| (`.*) \|.*\|$/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)/g)].map(([, name]) => name!));
    expect([...new Set(rows)].sort()).toEqual(fields.filter((field) => field !== 'period').sort());
  });
});
