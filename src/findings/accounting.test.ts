import { counted, drift, finding, opened, ran, resolved } from '../../test/fixtures/accounting.ts';
import { accountingMonth } from '../api/v1alpha1/coveragereport.ts';
import { maxSamples } from './samples.ts';

const noon = '2026-11-10T12:00:00Z';
const keys = (months: ReturnType<typeof counted>) => months[0]?.opened;
const periods = (months: ReturnType<typeof counted>) => months.map(({ period }) => period);

describe('what is opened is counted', () => {
  it('by whose work it is and severity', () => {
    const findings = [
      finding('a'),
      finding('b', { severity: 'critical' }),
      finding('c', { scope: 'Project', severity: 'info' }),
      finding('d'),
    ];
    expect(keys(counted(undefined, opened(...findings), noon))).toEqual({ 'Support/warning': 2, 'Support/critical': 1, 'Project/info': 1 });
  });

  it('with drift, which is a warning', () => {
    const news = { driftOpened: [drift('x'), drift('y', { scope: 'Project' })] };
    expect(keys(counted(undefined, news, noon))).toEqual({ 'Support/warning': 1, 'Project/warning': 1 });
  });

  it('apart where it is accepted, and where it is not covered', () => {
    const findings = [
      finding('a', { exception: 'CHG-1042', severity: 'critical' }),
      finding('b', { coverage: 'NotCovered', object: 'Deployment/sandbox-1/web' }),
    ];
    expect(keys(counted(undefined, opened(...findings), noon))).toEqual({ 'Excepted/critical': 1, 'NotCovered/warning': 1 });
  });

  it('by tier and area where a higher tier would have covered it', () => {
    const beyond = (id: string, check: string) => finding(id, { coverage: 'NotCovered', check });
    const findings = [beyond('a', 'workload-crash'), beyond('b', 'workload-crash'), beyond('c', 'delivery-failing')];
    expect(keys(counted(undefined, opened(...findings), noon))).toEqual({
      'BeyondTier/Level2/Defaults': 2,
      'BeyondTier/Level3/Capacity': 1,
    });
  });

  it('not as covered by a higher tier where the object is outside the scope, or the work is not support’s', () => {
    const beyond = { coverage: 'NotCovered', check: 'workload-crash' } as const;
    const findings = [
      finding('a', { ...beyond, object: 'Deployment/sandbox-1/web' }),
      finding('b', { ...beyond, scope: 'Customer' }),
      finding('c', { ...beyond }),
    ];
    expect(keys(counted(undefined, opened(...findings), noon, { tier: 'Level2' }))).toEqual({ 'NotCovered/warning': 3 });
    expect(keys(counted(undefined, opened(...findings), noon))).toEqual({ 'NotCovered/warning': 2, 'BeyondTier/Level2/Defaults': 1 });
  });

  it('once, however its severity changes', () => {
    const first = counted(undefined, opened(finding('a')), noon);
    const worse = finding('a', { severity: 'critical' });
    const months = counted(first, { transitions: [{ type: 'SeverityChanged', finding: worse, from: 'warning' }] }, noon);
    expect(months).toEqual(first);
    expect(counted(months, resolved(worse), noon)[0]).toMatchObject({
      opened: { 'Support/warning': 1 },
      resolved: { 'Support/critical': 1 },
    });
  });
});

describe('what is resolved', () => {
  it('is counted, with the seconds since it opened', () => {
    const news = { ...resolved(finding('a')), driftResolved: [drift('x', { firstSeen: '2026-11-10T12:59:00Z' })] };
    expect(counted(undefined, news, '2026-11-10T13:00:00Z')[0]).toMatchObject({
      resolved: { 'Support/warning': 2 },
      secondsToResolve: [3600, 60],
    });
  });

  it('is not what ended because its check no longer runs', () => {
    const news = { ...resolved(finding('a', { check: 'switched-off' }), finding('b')), checks: ran };
    expect(counted(undefined, news, noon)[0]?.resolved).toEqual({ 'Support/warning': 1 });
  });

  it('gives no time where it is info, accepted, not covered or not support’s work', () => {
    const findings = [
      finding('a', { severity: 'info' }),
      finding('b', { exception: 'CHG-1042' }),
      finding('c', { coverage: 'NotCovered' }),
      finding('d', { scope: 'Customer' }),
    ];
    const [month] = counted(undefined, { ...resolved(...findings), acknowledged: findings }, noon);
    expect(Object.values(month?.resolved ?? {})).toEqual([1, 1, 1, 1]);
    expect(month).not.toHaveProperty('secondsToResolve');
    expect(month).not.toHaveProperty('secondsToAcknowledge');
  });
});

describe('what is acknowledged', () => {
  it('is counted, with the seconds from its opening to the acknowledgement', () => {
    const acknowledged = [finding('a', { acknowledgedAt: '2026-11-10T12:05:00Z' }), drift('x', { acknowledgedAt: '2026-11-10T12:00:30Z' })];
    expect(counted(undefined, { acknowledged }, '2026-11-10T12:06:00Z')[0]).toMatchObject({
      acknowledged: { 'Support/warning': 2 },
      secondsToAcknowledge: [300, 30],
    });
  });

  it('takes no negative time where the clock went back', () => {
    const acknowledged = [finding('a', { acknowledgedAt: '2026-11-10T11:59:00Z' })];
    expect(counted(undefined, { acknowledged }, noon)[0]?.secondsToAcknowledge).toEqual([0]);
  });
});

describe('a month', () => {
  it('is that of the zone, not of UTC', () => {
    const lastEvening = '2026-11-30T23:30:00Z';
    const period = (timeZone: string) => periods(counted(undefined, {}, lastEvening, { timeZone }));
    expect([period('UTC'), period('Pacific/Auckland'), period('America/New_York')]).toEqual([['2026-11'], ['2026-12'], ['2026-11']]);
    expect(periods(counted(undefined, {}, '2026-12-01T04:30:00Z', { timeZone: 'America/New_York' }))).toEqual(['2026-11']);
  });

  it('that is over keeps its counts and the medians alone', () => {
    const november = counted(undefined, { ...resolved(finding('a'), finding('b')), acknowledged: [finding('c')] }, '2026-11-10T13:00:00Z');
    const months = counted(november, opened(finding('d')), '2026-12-01T00:00:00Z');
    expect(months).toEqual([
      { period: '2026-12', opened: { 'Support/warning': 1 }, acknowledged: {}, resolved: {} },
      {
        period: '2026-11',
        opened: {},
        acknowledged: { 'Support/warning': 1 },
        resolved: { 'Support/warning': 2 },
        medianSecondsToAcknowledge: 3600,
        medianSecondsToResolve: 3600,
      },
    ]);
    expect(counted(months, {}, '2027-01-01T00:00:00Z')[2]).toEqual(months[1]);
  });

  it('in which nothing happened is there with nothing; one in which no check ran is not there', () => {
    const months = ['2026-08-10T00:00:00Z', '2026-09-10T00:00:00Z', '2026-12-10T00:00:00Z'].reduce<ReturnType<typeof counted> | undefined>(
      (previous, now) => counted(previous, {}, now),
      undefined,
    )!;
    expect(periods(months)).toEqual(['2026-12', '2026-09', '2026-08']);
    expect(months[1]).toEqual({ period: '2026-09', opened: {}, acknowledged: {}, resolved: {} });
  });

  it('is kept for as long as twelve newer ones are not over', () => {
    let months: ReturnType<typeof counted> | undefined;
    const start = Temporal.PlainYearMonth.from('2025-01');
    for (let index = 0; index < 30; index += 1) months = counted(months, {}, `${start.add({ months: index })}-15T00:00:00Z`);
    expect(months).toHaveLength(13);
    expect([periods(months!).at(0), periods(months!).at(-1)]).toEqual(['2027-06', '2026-06']);
  });

  it('that is over stays over when the clock goes back: the one begun goes on', () => {
    const december = counted(counted(undefined, opened(finding('a')), noon), opened(finding('b')), '2026-12-01T00:00:01Z');
    const months = counted(december, opened(finding('c')), '2026-11-30T23:59:59Z');
    expect(months.map(({ period, opened: counts }) => [period, counts])).toEqual([
      ['2026-12', { 'Support/warning': 2 }],
      ['2026-11', { 'Support/warning': 1 }],
    ]);
  });

  it('that a clock far ahead began becomes the one that it is, and no count and no earlier month is lost', () => {
    const october = counted(undefined, opened(finding('o')), '2026-10-10T12:00:00Z');
    const november = counted(october, { ...opened(finding('a')), ...{ driftResolved: [drift('x')] } }, '2026-11-10T12:01:00Z');
    const wrong = counted(november, opened(finding('b')), '2031-05-05T00:00:00Z');
    expect(periods(wrong)).toEqual(['2031-05', '2026-11', '2026-10']);
    const months = counted(wrong, opened(finding('c')), '2026-11-10T12:02:00Z');
    expect(periods(months)).toEqual(['2026-11', '2026-10']);
    expect(months[0]).toMatchObject({ opened: { 'Support/warning': 3 }, resolved: { 'Support/warning': 1 }, secondsToResolve: [60] });
  });
});

it('a month of 5,000 findings that come and go fits what the report may hold', () => {
  const many = Array.from({ length: 5000 }, (_, index) => finding(`f${index}`));
  const [month] = counted(undefined, { ...resolved(...many), acknowledged: many }, '2026-11-12T12:00:00Z');
  expect(month?.resolved).toEqual({ 'Support/warning': 5000 });
  expect([month?.secondsToResolve?.length, month?.secondsToAcknowledge?.length]).toEqual([maxSamples, maxSamples]);
  expect(JSON.stringify(month).length).toBeLessThan(20_000);
  expect(accountingMonth.safeParse(month).success).toBe(true);
});
