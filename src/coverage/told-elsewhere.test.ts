import { drifted, finding, step } from '../../test/fixtures/escalation.ts';
import type { EscalationStep, WorkingHours } from '../api/v1alpha1/supportcoverage.ts';
import type { Case } from './cases.ts';
import { pathOf } from './escalation-path.ts';
import { createHours } from './hours.ts';
import { toldElsewhere } from './told-elsewhere.ts';

/** A Tuesday. */
const opened = '2026-11-24T10:00:00Z';
const workingHours: WorkingHours = {
  timeZone: 'UTC',
  weekly: [{ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], start: '09:00', duration: '8h' }],
  closedDates: [],
};
interface Other {
  key?: string;
  steps?: EscalationStep[];
  hours?: WorkingHours;
  cases?: Case[];
}
/** Whether `support/b` leaves that to another coverage. */
function left(each: Case, { key = 'support/a', steps = [step('desk', '0s')], hours, cases = [each] }: Other, now = opened): boolean {
  const findings = cases.flatMap((one) => ('fact' in one ? [] : [one]));
  const drift = cases.flatMap((one) => ('fact' in one ? [one] : []));
  const other = { key, path: pathOf(steps), hours: createHours(hours), corrects: [], findings, drift };
  return toldElsewhere('support/b', [other], Temporal.Instant.from(now))(each);
}

describe('what another coverage of the same cluster finds too', () => {
  it('is left to the first of them by name', () => {
    expect(left(finding('x', opened), {})).toBe(true);
    expect(left(drifted('fast', opened), {})).toBe(true);
    expect(left(finding('x', opened), { key: 'support/c' })).toBe(false);
  });

  it('is not where no step of the other reaches its severity there', () => {
    const steps = [step('desk', '0s', { minSeverity: 'critical' })];
    expect(left(drifted('fast', opened), { steps })).toBe(false);
    expect(left(finding('x', opened), { steps })).toBe(false);
    expect(left(finding('x', opened), { steps, cases: [finding('x', opened, { severity: 'critical' })] })).toBe(true);
    expect(left(finding('x', opened), { steps: [] })).toBe(false);
  });

  it('is not where it is nobody’s but the customer’s there, or its cause alone is told', () => {
    expect(left(finding('x', opened), { cases: [finding('x', opened, { scope: 'Customer' })] })).toBe(false);
    expect(left(finding('x', opened), { cases: [finding('x', opened, { rootCause: 'y' })] })).toBe(false);
  });

  it('is once a step of the other has come, also where it opened there a moment later', () => {
    const other = { steps: [step('desk', '2h')], cases: [finding('x', '2026-11-24T10:00:30Z')] };
    expect(left(finding('x', opened), other, '2026-11-24T11:59:59Z')).toBe(false);
    expect(left(finding('x', opened), other, '2026-11-24T12:00:00Z')).toBe(true);
  });

  it('is not while the other waits for working hours, unless it has told it', () => {
    const night = '2026-11-24T20:00:00Z';
    expect(left(finding('x', night), { hours: workingHours }, night)).toBe(false);
    expect(left(finding('x', night), { hours: workingHours, steps: [step('desk', '0s', { outsideHours: 'Notify' })] }, night)).toBe(true);
    expect(left(finding('x', opened), { hours: workingHours, cases: [finding('x', opened, { notified: ['desk@0s'] })] }, night)).toBe(true);
  });
});
