import { parseQuantity } from '../../kube/quantity.ts';
import type { ResourceQuota } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface ResourceQuotaView {
  name: string;
  namespace: string;
  /** By resource, such as `requests.cpu`: cores, bytes or a count. */
  hard: Readonly<Record<string, number>>;
  /** The same of what is there, as far as it has been counted. */
  used: Readonly<Record<string, number>>;
  /** For which pods it counts, such as `NotTerminating` or `PriorityClass In high`; none is all. */
  scopes: readonly string[];
  deleting: boolean;
}

export const resourcequotas = defineResource({
  type: { group: '', version: 'v1', resource: 'resourcequotas', kind: 'ResourceQuota', namespaced: true },
  project: ({ metadata, spec, status }: ResourceQuota): ResourceQuotaView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    hard: amountsOf(spec?.hard),
    used: amountsOf(status?.used),
    scopes: [
      ...(spec?.scopes ?? []),
      ...(spec?.scopeSelector?.matchExpressions ?? []).map(({ scopeName = '', operator = 'Exists', values }) =>
        operator === 'Exists' ? scopeName : `${scopeName} ${operator} ${[...(values ?? [])].sort().join('|')}`,
      ),
    ],
    deleting: metadata?.deletionTimestamp !== undefined,
  }),
});

function amountsOf(quantities: Record<string, string> | undefined): Record<string, number> {
  return Object.fromEntries(
    Object.entries(quantities ?? {}).flatMap(([resource, text]) => {
      const amount = parseQuantity(text);
      return amount === undefined ? [] : [[resource, amount] as const];
    }),
  );
}
