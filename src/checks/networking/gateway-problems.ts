import { instantOf } from '../../observe/resource.ts';
import type { FalseCondition } from '../../observe/resources/gateway-conditions.ts';
import { inBrief } from '../in-brief.ts';

/** For messages: `Programmed is False, AddressNotUsable`. */
export function said(problems: readonly FalseCondition[]): string {
  return inBrief(problems.map(({ type, reason }) => `${type} is False, ${reason || 'without a reason'}`));
}

/** Since when the first of them is so. */
export function beginOf(problems: readonly FalseCondition[]): Temporal.Instant | undefined {
  return problems.flatMap(({ since }) => instantOf(since) ?? []).sort(Temporal.Instant.compare)[0];
}
