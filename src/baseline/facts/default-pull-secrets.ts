import type { Agreement } from '../../checks/agreement.ts';
import { resources } from '../../observe/catalogue.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { type Fact, nameOf } from '../fact.ts';
import { entriesByNamespace } from '../namespaces.ts';
import { bounded, missing, sorted } from '../values.ts';

/** Its pods, unless they name Secrets or an account of their own, pull with what it names: a default of the platform in that namespace. */
export const defaultAccount = 'default';
const path = 'imagePullSecrets';

export const defaultPullSecrets: Fact = {
  id: 'default-pull-secrets',
  title: 'Secrets that pods get to pull images with, by the ServiceAccount default of covered namespaces',
  tier: 'Level3',
  needs: { resources: ['namespaces', 'serviceaccounts'] },
  collect: (view, agreement) => entriesByNamespace([path], view, agreement, valuesOf(view, agreement)),
  // One Secret more takes nothing away.
  tolerates: (_, expected, actual) => missing(expected, actual).length === 0,
  // Whether the namespace may be gone is said by the fact namespaces.
  mayBeGone: () => true,
  source: (object) => ({
    ...{ type: resources.serviceaccounts.type, namespace: nameOf(object), name: defaultAccount },
    fields: [path],
  }),
};

/** With an approved baseline that of the namespaces alone in which it was agreed. */
function valuesOf(view: ClusterView, agreement: Agreement): Map<string, Record<string, string>> {
  const accounts = view.list('serviceaccounts').filter(({ name, pullSecrets }) => name === defaultAccount && pullSecrets.length > 0);
  const isMeant = (namespace: string) => !agreement.baselineApproved || agreement.agreed(`Namespace/${namespace}`)?.[path] !== undefined;
  return new Map(
    accounts
      .filter(({ namespace }) => isMeant(namespace))
      .map(({ namespace, pullSecrets }) => [namespace, { [path]: bounded(sorted(pullSecrets)) }]),
  );
}
