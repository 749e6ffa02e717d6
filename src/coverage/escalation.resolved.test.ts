import { createDesk, drifted, finding, line, step } from '../../test/fixtures/escalation.ts';
import { coverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import type { WorkingHours } from '../api/v1alpha1/supportcoverage.ts';

const office: WorkingHours = { timeZone: 'UTC', weekly: [{ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], start: '09:00', duration: '8h' }] };
const steps = [step('desk', '0s'), step('team', '0s', { minSeverity: 'critical', outsideHours: 'Notify' }), step('lead', '4h')];
const deskOf = () => createDesk({ steps, workingHours: office, firstPassAt: '2026-11-23T10:00:00Z' });
/** The 24th of November 2026. */
const tuesday = (time: string) => `2026-11-24T${time}:00Z`;
const wednesday = (time: string) => `2026-11-25T${time}:00Z`;
const said = (notifications: Parameters<typeof line>[0][]) => notifications.map(line);

/** A desk that was told of these at 10:00. */
function told(...cases: Parameters<ReturnType<typeof deskOf>['open']>) {
  const desk = deskOf();
  desk.open(...cases);
  desk.at(tuesday('10:00'));
  desk.deliver();
  return desk;
}

it('what resolves is told to those who were told of it, and to nobody else', () => {
  const desk = told(finding('a', tuesday('10:00')), drifted('fast', tuesday('10:00')));
  desk.resolve('a', 'fast');
  expect(said(desk.at(tuesday('11:00')))).toEqual(['desk Findings; resolved 2: a(desk@0s) fast(desk@0s)']);
  desk.deliver();
  expect(desk.look(tuesday('12:00'))).toMatchObject({ resolved: [], notifications: [], changed: false, nextAt: undefined });
});

it('what nobody was told of resolves silently', () => {
  const desk = deskOf();
  desk.open(finding('a', tuesday('20:00')));
  desk.at(tuesday('20:00'));
  desk.resolve('a');
  expect(desk.look(tuesday('21:00'))).toMatchObject({ resolved: [], notifications: [], changed: false, nextAt: undefined });
});

it('outside hours only those are told of the end who were told by a step that does not wait for them', () => {
  const desk = told(finding('a', tuesday('10:00'), { severity: 'critical' }));
  desk.resolve('a');
  expect(said(desk.at(tuesday('20:00')))).toEqual(['team Findings; resolved 1: a(team@0s)']);
  expect(desk.state.resolved.map(({ contacts, at }) => [contacts, at])).toEqual([[['desk'], tuesday('20:00')]]);
  desk.deliver();
  expect(desk.look(tuesday('20:00')).nextAt?.toString()).toBe('2026-11-25T09:00:00Z');
  expect(said(desk.at(wednesday('09:00')))).toEqual(['desk Findings; resolved 1: a(desk@0s)']);
  expect(desk.state.resolved).toEqual([]);
});

it('the end of something waits until its beginning is delivered', () => {
  const desk = deskOf();
  desk.open(finding('a', tuesday('10:00')));
  desk.at(tuesday('10:00'));
  desk.resolve('a');
  expect(said(desk.at(tuesday('10:30')))).toEqual([]);
  desk.deliver();
  expect(said(desk.at(tuesday('11:00')))).toEqual(['desk Findings; resolved 1: a(desk@0s)']);
});

it('what resolves and opens again is a new one, and is not told as over in the message that tells that it is open', () => {
  const desk = told(finding('a', tuesday('10:00')), finding('b', tuesday('10:00')));
  desk.resolve('a', 'b');
  desk.at(tuesday('20:00'));
  desk.open(finding('a', tuesday('22:00')));
  expect(said(desk.at(wednesday('09:00')))).toEqual(['desk Findings; opened 1: a(desk@0s); resolved 1: b(desk@0s)']);
  expect(desk.state.resolved).toEqual([]);
});

it('a storm that is over is one message, and no more wait than the report has room for, the youngest', () => {
  const desk = deskOf();
  const ids = Array.from({ length: 5000 }, (_, index) => `n${index}`);
  desk.open(...ids.map((id) => finding(id, tuesday('10:00'))));
  desk.at(tuesday('10:00'));
  desk.deliver();
  desk.resolve(...ids.slice(0, 3000));
  const [message] = desk.at(tuesday('11:00'));
  expect([message!.resolvedTotal, message!.resolved.length, desk.state.resolved.length]).toEqual([3000, 20, 0]);
  desk.resolve(...ids.slice(3000, 4900));
  desk.at(tuesday('12:00'));
  desk.resolve(...ids.slice(4900));
  desk.at(tuesday('13:00'));
  expect(desk.state.resolved).toHaveLength(500);
  expect(desk.state.resolved.slice(-100).every(({ at }) => at === tuesday('13:00'))).toBe(true);
  const { notifications, resolved } = desk.state;
  expect(coverageReportStatus.parse({ notifications, resolved })).toEqual({ notifications, resolved });
});

it('a contact that was removed is waited for no longer', () => {
  const desk = told(finding('a', tuesday('10:00')));
  desk.resolve('a');
  desk.at(tuesday('20:00'));
  expect(desk.state.resolved).toHaveLength(1);
  expect(desk.look(tuesday('21:00'), { contacts: ['lead'] })).toMatchObject({ resolved: [], changed: true, nextAt: undefined });
});

it('names the most urgent first', () => {
  const desk = told(finding('a', tuesday('10:00')), finding('b', tuesday('10:00'), { severity: 'critical' }));
  desk.resolve('a', 'b');
  expect(said(desk.at(tuesday('11:00')))[0]).toBe('desk Findings; resolved 2: b(desk@0s) a(desk@0s)');
});
