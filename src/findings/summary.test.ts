import type { CheckReport, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { summarise } from './summary.ts';

const findings = (['critical', 'warning', 'warning', 'info'] as const).map((severity) => ({ severity }) as Finding);
const checks = (['Unknown', 'Unknown', 'Pass', 'Fail', 'NotApplicable'] as const).map((outcome) => ({ outcome }) as CheckReport);

it('the summary counts findings by severity, checks whose answer is not known, and drift', () => {
  expect(summarise(checks, findings, [{}, {}, {}] as Drift[])).toEqual({ critical: 1, warning: 2, info: 1, unknown: 2, drift: 3 });
});

it('the summary of nothing is zeros, not absent', () => {
  expect(summarise([], [], [])).toEqual({ critical: 0, warning: 0, info: 0, unknown: 0, drift: 0 });
});
