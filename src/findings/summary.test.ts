import { supported } from '../../test/fixtures/judgement.ts';
import type { CheckReport, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Severity } from '../api/v1alpha1/fields.ts';
import { summarise } from './summary.ts';

const finding = (severity: Severity, extra: Partial<Finding> = {}) => ({ ...supported, severity, ...extra }) as Finding;
const drift = (extra: Partial<Drift> = {}) => ({ ...supported, ...extra }) as Drift;
const findings = (['critical', 'warning', 'warning', 'info'] as const).map((severity) => finding(severity));
const checks = (['Unknown', 'Unknown', 'Pass', 'Fail', 'NotApplicable'] as const).map((outcome) => ({ outcome }) as CheckReport);
const zeros = { critical: 0, warning: 0, info: 0, unknown: 0, drift: 0, notCovered: 0, projectScope: 0 };

it('the summary counts findings by severity, checks whose answer is not known, and drift', () => {
  const expected = { ...zeros, critical: 1, warning: 2, info: 1, unknown: 2, drift: 3 };
  expect(summarise(checks, findings, [drift(), drift(), drift()])).toEqual(expected);
});

it('the summary of nothing is zeros, not absent', () => {
  expect(summarise([], [], [])).toEqual(zeros);
});

it('the summary counts what the provider has to mend with support’s', () => {
  expect(summarise([], [finding('critical', { scope: 'Provider' })], [])).toEqual({ ...zeros, critical: 1 });
});

it('the summary counts separate project scope, and what is not covered, apart and once', () => {
  const apart = [
    finding('critical', { scope: 'Project' }),
    finding('critical', { scope: 'Project', coverage: 'NotCovered' }),
    finding('warning', { coverage: 'NotCovered' }),
  ];
  const differences = [drift({ scope: 'Project' }), drift({ coverage: 'NotCovered' }), drift()];
  expect(summarise([], apart, differences)).toEqual({ ...zeros, drift: 1, notCovered: 3, projectScope: 2 });
});

it('the summary counts neither the customer’s own work nor what is excepted', () => {
  const others = [finding('critical', { scope: 'Customer' }), finding('warning', { exception: 'CHG-1 (jane, until 2027-01-31)' })];
  expect(summarise([], others, [drift({ scope: 'Customer' })])).toEqual(zeros);
});

it('the summary leaves out checks beyond the tier whose answer is not known', () => {
  expect(summarise([{ outcome: 'Unknown', coverage: 'NotCovered' } as CheckReport], [], [])).toEqual(zeros);
});
