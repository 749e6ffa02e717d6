import { createDesk, type DeskOptions, drifted, finding, line, step } from '../../test/fixtures/escalation.ts';
import { coverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import type { WorkingHours } from '../api/v1alpha1/supportcoverage.ts';
import { delivered, maySend } from './escalation.ts';

const office: WorkingHours = { timeZone: 'UTC', weekly: [{ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], start: '09:00', duration: '8h' }] };
const steps = [step('desk', '0s'), step('team', '2h', { minSeverity: 'critical', outsideHours: 'Notify' }), step('lead', '4h')];
/** What is looked at was not there at the first pass, the day before. */
const deskOf = (extra: Partial<DeskOptions> = {}) =>
  createDesk({ steps, workingHours: office, firstPassAt: '2026-11-23T10:00:00Z', ...extra });
/** The 24th of November 2026. */
const tuesday = (time: string) => `2026-11-24T${time}:00Z`;
const wednesday = (time: string) => `2026-11-25T${time}:00Z`;
const said = (notifications: Parameters<typeof line>[0][]) => notifications.map(line);

describe('a step', () => {
  it('is told once the finding has been open for its time, and once only', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('10:00')));
    expect(said(desk.at(tuesday('10:00')))).toEqual(['desk Findings; opened 1: a(desk@0s)']);
    desk.deliver();
    expect(said(desk.at(tuesday('13:59')))).toEqual([]);
    expect(said(desk.at(tuesday('14:00')))).toEqual(['lead Findings; opened 1: a(lead@4h)']);
    desk.deliver();
    expect(desk.state.findings[0]!.notified).toEqual(['desk@0s', 'lead@4h']);
    expect(said(desk.at(wednesday('16:00')))).toEqual([]);
  });

  it('that holds counts working hours, and is told within them', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('16:00')));
    desk.at(tuesday('16:00'));
    desk.deliver();
    expect(said(desk.at(wednesday('11:59')))).toEqual([]);
    expect(said(desk.at(wednesday('12:00')))).toEqual(['lead Findings; opened 1: a(lead@4h)']);
  });

  it('that holds waits through the night for hours to begin; one that notifies does not, and counts every hour', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('22:00'), { severity: 'critical' }), finding('b', tuesday('22:00')));
    expect(said(desk.at(tuesday('22:00')))).toEqual([]);
    expect(said(desk.at(wednesday('00:00')))).toEqual(['team Findings; opened 1: a(team@2h)']);
    desk.deliver();
    expect(said(desk.at(wednesday('08:59')))).toEqual([]);
    expect(said(desk.at(wednesday('09:00')))).toEqual(['desk Findings; opened 2: a(desk@0s) b(desk@0s)']);
  });

  it('whose time is reached at the moment at which hours close is told when they begin again', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('13:00')));
    desk.at(tuesday('13:00'));
    desk.deliver();
    expect(desk.look(tuesday('14:00')).nextAt?.toString()).toBe('2026-11-25T09:00:00Z');
    expect(said(desk.at(tuesday('17:00')))).toEqual([]);
    expect(said(desk.at(wednesday('09:00')))).toEqual(['lead Findings; opened 1: a(lead@4h)']);
  });

  it('is not gone while somebody has acknowledged the finding; what came due meanwhile is told when that ends', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('10:00'), { severity: 'critical' }));
    desk.at(tuesday('10:00'));
    desk.deliver();
    desk.change('a', { acknowledgedBy: 'jane' });
    expect(said(desk.at(tuesday('14:30')))).toEqual([]);
    expect(desk.look(tuesday('14:30')).nextAt).toBeUndefined();
    const { acknowledgedBy: _, ...lapsed } = desk.state.findings[0]!;
    desk.state.findings = [lapsed];
    expect(said(desk.at(tuesday('15:00')))).toEqual(['team Findings; opened 1: a(team@2h)', 'lead Findings; opened 1: a(lead@4h)']);
  });

  it('that a finding was not severe enough for is gone when its severity rises', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('10:00'), { severity: 'info' }));
    expect(said(desk.at(tuesday('10:00')))).toEqual([]);
    desk.change('a', { severity: 'warning' });
    expect(said(desk.at(tuesday('10:30')))).toEqual(['desk Findings; opened 1: a(desk@0s)']);
    desk.deliver();
    desk.change('a', { severity: 'critical' });
    expect(said(desk.at(tuesday('12:30')))).toEqual(['team Findings; opened 1: a(team@2h)']);
  });

  it('written twice is one: whoever was told by either is not told by the other', () => {
    const twice = [step('desk', '0s'), step('desk', '0s', { minSeverity: 'critical', outsideHours: 'Notify' })];
    const desk = deskOf({ steps: twice });
    desk.open(finding('a', tuesday('22:00'), { severity: 'critical' }), finding('b', tuesday('22:00')));
    expect(said(desk.at(tuesday('22:00')))).toEqual(['desk Findings; opened 1: a(desk@0s)']);
    desk.deliver();
    expect(said(desk.at(wednesday('09:00')))).toEqual(['desk Findings; opened 1: b(desk@0s)']);
    expect(desk.state.findings.map(({ notified }) => notified)).toEqual([['desk@0s'], ['desk@0s']]);
  });

  it('of what opened before 1970 as a wrong clock saw it is told like any other', () => {
    const desk = deskOf();
    desk.open(finding('a', '1969-12-31T23:00:00Z'));
    expect(said(desk.at(tuesday('10:00')))).toHaveLength(2);
  });

  it('of a contact that there is not is nobody’s', () => {
    const desk = deskOf({ contacts: ['lead'] });
    desk.open(finding('a', tuesday('10:00')));
    expect(said(desk.at(tuesday('15:00')))).toEqual(['lead Findings; opened 1: a(lead@4h)']);
  });
});

describe('nobody is told', () => {
  it.each([
    ['what is not covered', { coverage: 'NotCovered' }],
    ['the customer’s own work', { scope: 'Customer' }],
    ['separate project scope', { scope: 'Project' }],
    ['what is accepted for a time', { exception: 'CHG-1042' }],
    ['what is not severe enough', { severity: 'info' }],
  ] as const)('of %s', (_, extra) => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('10:00'), extra));
    expect(desk.look(tuesday('15:00'))).toMatchObject({ notifications: [], changed: false, nextAt: undefined });
  });

  it('of anything where there is no path', () => {
    const desk = deskOf({ steps: [] });
    desk.open(finding('a', tuesday('10:00')));
    expect(desk.look(tuesday('15:00'))).toMatchObject({ notifications: [], changed: false, nextAt: undefined });
  });
});

it('drift is told as a warning, and what the provider is asked for as well', () => {
  const desk = deskOf();
  desk.open(drifted('fast', tuesday('10:00')), finding('a', tuesday('10:00'), { scope: 'Provider', severity: 'critical' }));
  const [message] = desk.at(tuesday('10:00'));
  expect(line(message!)).toBe('desk Findings; opened 2: a(desk@0s) fast(desk@0s)');
  expect(message!.opened[1]).toEqual({
    id: 'fast',
    check: 'storage-classes',
    object: 'StorageClass/fast',
    severity: 'warning',
    message: 'StorageClass/fast provisioner is other.example.com; agreed was csi.example.com',
    step: 'desk@0s',
  });
  expect(desk.state.drift[0]!.notified).toEqual(['desk@0s']);
});

describe('a message', () => {
  it('names a finding once, with the furthest of the steps that it goes', () => {
    const desk = deskOf({ steps: [step('desk', '2h'), step('desk', '0s'), step('desk', '90m')] });
    desk.open(finding('a', tuesday('10:00')));
    expect(said(desk.at(tuesday('13:00')))).toEqual(['desk Findings; opened 1: a(desk@2h)']);
    expect(desk.state.findings[0]!.notified).toHaveLength(3);
  });

  it('of a storm of 5,000 findings is one a contact, names the 20 most urgent and says how many it stands for', () => {
    const desk = deskOf({ workingHours: undefined });
    for (let index = 0; index < 5000; index += 1)
      desk.open(finding(`n${index}`, tuesday('10:00'), { severity: index >= 4990 ? 'critical' : 'warning', message: 'm'.repeat(2000) }));
    const messages = desk.at(tuesday('15:00'));
    expect(messages.map(({ contact, openedTotal, opened }) => [contact, openedTotal, opened.length])).toEqual([
      ['desk', 5000, 20],
      ['team', 10, 10],
      ['lead', 5000, 20],
    ]);
    expect(messages[0]!.opened.slice(0, 10).every(({ severity }) => severity === 'critical')).toBe(true);
    const { notifications, resolved } = desk.state;
    expect(coverageReportStatus.parse({ notifications, resolved })).toEqual({ notifications, resolved });
    desk.deliver();
    expect(desk.look(wednesday('15:00'))).toMatchObject({ notifications: [], changed: false });
  });

  it('that is not delivered lets no other be made; what comes due meanwhile is in the next', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('10:00')));
    desk.at(tuesday('10:00'));
    desk.open(finding('b', tuesday('10:30')), finding('c', tuesday('11:00')));
    expect(said(desk.at(tuesday('11:00')))).toEqual([]);
    desk.resolve('c');
    desk.deliver();
    expect(said(desk.at(tuesday('11:30')))).toEqual(['desk Findings; opened 1: b(desk@0s)']);
  });

  it('that waits for hours keeps nobody from being woken, and what it opened is over only after it', () => {
    const both = [step('desk', '0s'), step('desk', '1h', { minSeverity: 'critical', outsideHours: 'Notify' })];
    const desk = deskOf({ steps: both });
    desk.open(finding('a', tuesday('16:59')));
    expect(said(desk.at(tuesday('16:59')))).toEqual(['desk Findings; opened 1: a(desk@0s)']);
    desk.open(finding('b', tuesday('19:00'), { severity: 'critical' }));
    expect(desk.look(tuesday('19:00')).nextAt?.toString()).toBe('2026-11-24T20:00:00Z');
    const night = desk.at(tuesday('20:00'));
    expect(said(night)).toEqual(['desk Findings; opened 1: b(desk@1h)']);
    expect(maySend(night[0]!, desk.path, false)).toBe(true);
    desk.open(finding('c', tuesday('19:00'), { severity: 'critical' }));
    expect(said(desk.at(tuesday('20:01')))).toEqual([]);
    desk.state.notifications = delivered(desk.state.notifications, [night[0]!.key]);
    desk.resolve('b');
    expect(said(desk.at(tuesday('20:02')))).toEqual(['desk Findings; opened 1: c(desk@1h)']);
    desk.deliver();
    expect(said(desk.at(wednesday('09:00')))).toEqual(['desk Findings; opened 1: c(desk@0s); resolved 1: b(desk@1h)']);
  });

  it('for one contact that cannot be reached keeps no other contact waiting', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('10:00')));
    desk.at(tuesday('10:00'));
    expect(said(desk.at(tuesday('14:00')))).toEqual(['lead Findings; opened 1: a(lead@4h)']);
  });

  it('to a contact that was removed is dropped', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('10:00')));
    desk.at(tuesday('10:00'));
    expect(desk.look(tuesday('10:01'), { contacts: ['lead'] })).toMatchObject({ notifications: [], changed: true });
  });

  it('has a key that says what is in it: the same for the same, another for anything else', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('10:00')), finding('b', tuesday('10:00')));
    const key = (...args: Parameters<typeof desk.look>) => desk.look(...args).notifications[0]!.key;
    const first = key(tuesday('10:00'));
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(key(tuesday('10:00'))).toBe(first);
    const others = [
      key('2026-11-24T10:00:01Z'),
      key(tuesday('10:00'), { cluster: 'other' }),
      key(tuesday('10:00'), { uid: 'other' }),
      key(tuesday('10:00'), { findings: desk.state.findings.slice(1) }),
    ];
    expect(new Set([first, ...others]).size).toBe(5);
  });

  it('may be sent outside hours where a step in it does not wait for them', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('15:00'), { severity: 'critical' }));
    const [held] = desk.at(tuesday('15:00'));
    const [urgent] = desk.at(tuesday('17:30'));
    expect([held!, urgent!].map(({ contact }) => contact)).toEqual(['desk', 'team']);
    expect([held!, urgent!].map((each) => maySend(each, desk.path, false))).toEqual([false, true]);
    expect([held!, urgent!].map((each) => maySend(each, desk.path, true))).toEqual([true, true]);
    expect(desk.look(tuesday('17:30')).nextAt?.toString()).toBe('2026-11-25T09:00:00Z');
  });
});

it('a path that was changed again and again is remembered as far as the report has room for, the present one always', () => {
  const desk = deskOf();
  const past = Array.from({ length: 16 }, (_, index) => `old-${index}@0s`);
  desk.open(finding('a', tuesday('10:00'), { notified: past }));
  desk.at(tuesday('14:00'));
  expect(desk.state.findings[0]!.notified).toEqual([...past.slice(2), 'desk@0s', 'lead@4h']);
});

describe('the first message', () => {
  const firstPassAt = tuesday('10:00');
  const newcomer = () => {
    const desk = deskOf({ firstPassAt });
    desk.open(finding('a', tuesday('10:00')), finding('b', tuesday('10:00')));
    return desk;
  };

  it('tells of all that was there at the first pass in one, also where hours had to begin first', () => {
    expect(said(newcomer().at(tuesday('10:00')))).toEqual(['desk Onboarding; opened 2: a(desk@0s) b(desk@0s)']);
    const night = deskOf({ firstPassAt: tuesday('20:00') });
    night.open(finding('a', tuesday('20:00')));
    expect(said(night.at(tuesday('20:00')))).toEqual([]);
    expect(said(night.at(wednesday('09:00')))).toEqual(['desk Onboarding; opened 1: a(desk@0s)']);
  });

  it('of a contact is the only one of that kind', () => {
    const desk = newcomer();
    desk.at(tuesday('10:00'));
    desk.deliver();
    desk.change('a', { severity: 'critical' });
    expect(said(desk.at(tuesday('12:00')))).toEqual(['team Onboarding; opened 1: a(team@2h)']);
    desk.deliver();
    desk.change('b', { severity: 'critical' });
    expect(said(desk.at(tuesday('12:15')))).toEqual(['team Findings; opened 1: b(team@2h)']);
  });

  it('is like any other where it tells of something that came later', () => {
    const desk = newcomer();
    desk.open(finding('c', tuesday('10:15')));
    expect(said(desk.at(tuesday('10:15')))).toEqual(['desk Findings; opened 3: a(desk@0s) b(desk@0s) c(desk@0s)']);
  });
});

describe('when to look again', () => {
  it('is when the next step is due, in working hours where it holds', () => {
    const desk = deskOf();
    desk.open(finding('a', tuesday('16:00'), { severity: 'critical' }));
    expect(desk.look('2026-11-24T16:00:00.5Z').nextAt?.toString()).toBe('2026-11-24T18:00:00Z');
    desk.at(tuesday('18:00'));
    desk.deliver();
    expect(desk.look(tuesday('18:00')).nextAt?.toString()).toBe('2026-11-25T09:00:00Z');
    desk.at(wednesday('09:00'));
    desk.deliver();
    expect(desk.look(wednesday('09:00')).nextAt?.toString()).toBe('2026-11-25T12:00:00Z');
    desk.at(wednesday('12:00'));
    desk.deliver();
    expect(desk.look(wednesday('12:00')).nextAt).toBeUndefined();
  });

  it('is not set by a step that a finding has gone by its twin', () => {
    const desk = deskOf({ steps: [step('desk', '2h', { outsideHours: 'Hold' }), step('desk', '2h', { outsideHours: 'Notify' })] });
    desk.open(finding('a', tuesday('16:00')));
    expect(said(desk.at(tuesday('18:00')))).toEqual(['desk Findings; opened 1: a(desk@2h)']);
    desk.deliver();
    expect(desk.look(tuesday('18:00')).nextAt).toBeUndefined();
  });
});
