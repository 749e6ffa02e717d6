import { parseQuantity } from '../../kube/quantity.ts';
import { resources } from '../../observe/catalogue.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { LimitRangeView } from '../../observe/resources/limitranges.ts';
import type { ResourceQuotaView } from '../../observe/resources/resourcequotas.ts';
import { type Fact, nameOf } from '../fact.ts';
import { entriesByNamespace } from '../namespaces.ts';
import { amountText, keyIn, paths, sorted } from '../values.ts';

/** GKE makes it in each namespace and adapts it to the size of the cluster. */
const madeByGke = 'gke-resource-quotas';

export const quotasAndLimits: Fact = {
  id: 'quotas-and-limits',
  title: 'ResourceQuotas and LimitRanges of covered namespaces',
  needs: { resources: ['namespaces', 'resourcequotas', 'limitranges'] },
  collect: (view, agreement) => entriesByNamespace(['quotas', 'limits'], view, agreement, valuesOf(view)),
  // Whether the namespace may be gone is said by the fact namespaces.
  mayBeGone: () => true,
  source: (object, path) => {
    const namespace = nameOf(object);
    const quota = keyIn('quotas', path);
    if (quota !== undefined) return { type: resources.resourcequotas.type, namespace, name: quota, fields: ['spec'] };
    const range = keyIn('limits', path);
    return range === undefined ? undefined : { type: resources.limitranges.type, namespace, name: range, fields: ['spec'] };
  },
};

function valuesOf(view: ClusterView): Map<string, Record<string, string>> {
  const quotas = view.list('resourcequotas').filter(({ name }) => name !== madeByGke);
  const values = new Map<string, Record<string, string>>();
  const add = (namespace: string, more: Record<string, string>) => values.set(namespace, { ...values.get(namespace), ...more });
  for (const [namespace, list] of Map.groupBy(quotas, (quota) => quota.namespace))
    add(
      namespace,
      paths(
        'quotas',
        list.map((quota) => [quota.name, quotaText(quota)]),
      ),
    );
  for (const [namespace, list] of Map.groupBy(view.list('limitranges'), (range) => range.namespace))
    add(
      namespace,
      paths(
        'limits',
        list.map((range) => [range.name, limitsText(range)]),
      ),
    );
  return values;
}

function quotaText({ hard, scopes }: ResourceQuotaView): string {
  const amounts = sorted(Object.entries(hard).map(([resource, amount]) => `${resource}=${amountText(resource, amount)}`));
  return scopes.length === 0 ? amounts : `${amounts} for ${sorted(scopes)}`;
}

function limitsText({ limits }: LimitRangeView): string {
  const texts = limits.flatMap(({ type, bounds }) =>
    Object.entries(bounds).flatMap(([bound, quantities]) =>
      Object.entries(quantities).map(([resource, text]) => `${type} ${bound} ${resource}=${boundText(bound, resource, text)}`),
    ),
  );
  return sorted(texts);
}

/** A ratio has no unit. */
function boundText(bound: string, resource: string, text: string): string {
  const amount = parseQuantity(text);
  if (amount === undefined) return text;
  return bound === 'maxLimitRequestRatio' ? String(amount) : amountText(resource, amount);
}
