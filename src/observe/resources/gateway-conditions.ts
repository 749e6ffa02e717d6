import type { Condition } from '../../kube/types.ts';

/** A condition of the Gateway API that says no. */
export interface FalseCondition {
  type: string;
  /** RFC 3339. */
  since: string | undefined;
  reason: string;
}

const none: readonly FalseCondition[] = [];

/** Of the types given, those that are False; Unknown is what nobody has looked at yet. */
export function falseConditions(
  conditions: readonly Partial<Condition>[] | undefined,
  types: readonly string[],
): readonly FalseCondition[] {
  const found = (conditions ?? []).flatMap(({ type = '', status, lastTransitionTime, reason }) =>
    status === 'False' && types.includes(type) ? [{ type, since: lastTransitionTime, reason: reason ?? '' }] : [],
  );
  return found.length > 0 ? found : none;
}
