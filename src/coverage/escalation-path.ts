import { type Severity, severities } from '../api/v1alpha1/fields.ts';
import type { EscalationStep } from '../api/v1alpha1/supportcoverage.ts';
import { parseDuration } from '../kube/duration.ts';

/** One step of the escalation path. */
export interface Step {
  /** `contact@after` as it is written, such as `support-desk@0s`. Steps of one id are one: whoever was told by either was told. */
  id: string;
  contact: string;
  /** Of working time with Hold, of all time with Notify. */
  afterMs: number;
  minSeverity: Severity;
  outsideHours: EscalationStep['outsideHours'];
}

export function pathOf(steps: readonly EscalationStep[] = []): Step[] {
  return steps.map(({ contact, after, minSeverity, outsideHours }) => ({
    id: `${contact}@${after}`,
    contact,
    afterMs: parseDuration(after) ?? 0,
    minSeverity,
    outsideHours,
  }));
}

/** True where something of that severity goes the step. */
export function reaches({ minSeverity }: Step, severity: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(minSeverity);
}

/** True where a contact that was told by that step may be told outside working hours. A step that is no longer in the path holds. */
export function tellsAtAnyTime(path: readonly Step[], { step, severity }: { step: string; severity: Severity }): boolean {
  return path.some((each) => each.id === step && each.outsideHours === 'Notify' && reaches(each, severity));
}

/** The contact of a step, from its id. */
export function contactOf(step: string): string {
  return step.slice(0, step.lastIndexOf('@'));
}

/** Of steps that something has gone the one that comes latest. */
export function furthest(steps: readonly string[]): string {
  const after = (step: string) => parseDuration(step.slice(step.lastIndexOf('@') + 1)) ?? 0;
  return steps.reduce((last, step) => (after(step) >= after(last) ? step : last));
}
