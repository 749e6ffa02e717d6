/** A metav1.LabelSelector with every field there; it is met by all when it is empty. */
export interface LabelSelector {
  matchLabels: Readonly<Record<string, string>>;
  matchExpressions: readonly { key: string; operator: string; values: readonly string[] }[];
}

interface WrittenSelector {
  matchLabels?: Readonly<Record<string, string>>;
  matchExpressions?: readonly { key?: string; operator?: string; values?: readonly string[] }[];
}

/** From a manifest. What is absent is met by all, as an empty selector is. */
export function labelSelectorOf(written: WrittenSelector | undefined): LabelSelector {
  return {
    matchLabels: written?.matchLabels ?? {},
    matchExpressions: (written?.matchExpressions ?? []).map(({ key, operator, values }) => ({
      key: key ?? '',
      operator: operator ?? '',
      values: values ?? [],
    })),
  };
}

/** True where the labels meet every requirement. An operator that is not known is met by nothing, as the API server refuses it. */
export function matchesLabels({ matchLabels, matchExpressions }: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => meets(operator, values, labels[key]))
  );
}

function meets(operator: string, values: readonly string[], value: string | undefined): boolean {
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  if (operator === 'Exists') return value !== undefined;
  return operator === 'DoesNotExist' && value === undefined;
}
