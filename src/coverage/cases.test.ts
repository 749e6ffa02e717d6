import { drifted, finding, step } from '../../test/fixtures/escalation.ts';
import { escalationStatus, openAlertsOf, subjectOf } from './cases.ts';
import { pathOf } from './escalation-path.ts';

const at = '2026-11-24T10:00:00Z';

describe('what a contact was told of and is still open', () => {
  it('has the furthest step of that contact, most urgent first', () => {
    const findings = [
      finding('a', at, { notified: ['desk@0s', 'desk@90m', 'team@2h', 'desk@1h'] }),
      finding('b', at, { notified: ['team@2h'] }),
      finding('c', at, { severity: 'critical', notified: ['desk@0s'] }),
      finding('d', at),
    ];
    const alerts = openAlertsOf('desk', findings, [drifted('fast', at, { notified: ['desk@0s'] })]);
    expect(alerts.map(({ subject }) => `${subject.id} ${subject.step}`)).toEqual(['c desk@0s', 'a desk@90m', 'fast desk@0s']);
    expect(alerts[1]!.of).toBe(findings[0]);
  });

  it('is not what was accepted or left the scope since', () => {
    const notified = ['desk@0s'];
    const findings = [
      finding('a', at, { notified, exception: 'CHG-1042' }),
      finding('b', at, { notified, scope: 'Project' }),
      finding('c', at, { notified, acknowledgedBy: 'jane' }),
    ];
    expect(openAlertsOf('desk', findings, []).map(({ of }) => of.id)).toEqual(['c']);
  });

  it('is not what a contact of a similar name was told of', () => {
    expect(openAlertsOf('desk', [finding('a', at, { notified: ['desk-2@0s'] })], [])).toEqual([]);
  });
});

it('a message is cut to what a notification keeps, and never within a character', () => {
  expect(subjectOf(finding('a', at, { message: 'm'.repeat(256) }), 'desk@0s').message).toBe('m'.repeat(256));
  const cut = subjectOf(finding('a', at, { message: `${'m'.repeat(254)}😀${'m'.repeat(10)}` }), 'desk@0s').message;
  expect([cut.length, cut.isWellFormed(), cut.at(-1)]).toEqual([256, true, '…']);
});

describe('the escalation in the status', () => {
  const path = pathOf([step('desk', '0s'), step('team', '2h'), step('lead', '4h', { minSeverity: 'critical' })]);

  it('counts what somebody was or will be told of, what of it is acknowledged, and how far the rest has gone', () => {
    const findings = [
      finding('a', at, { notified: ['desk@0s'] }),
      finding('b', at),
      finding('c', at, { notified: ['desk@0s', 'team@2h', 'lead@4h'], acknowledgedBy: 'jane' }),
      finding('d', at, { severity: 'info' }),
      finding('e', at, { scope: 'Customer' }),
    ];
    expect(escalationStatus(findings, [], path)).toEqual({ open: 3, acknowledged: 1, highestStep: 1 });
    expect(escalationStatus(findings, [drifted('fast', at, { notified: ['desk@0s', 'team@2h', 'old@1h'] })], path)).toEqual({
      open: 4,
      acknowledged: 1,
      highestStep: 2,
    });
    expect(escalationStatus([], [], path)).toEqual({ open: 0, acknowledged: 0, highestStep: 0 });
  });
});
