import type { Agreement } from '../../checks/agreement.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { Fact } from '../fact.ts';
import { entriesByNamespace } from '../namespaces.ts';
import { onceRead } from '../once-read.ts';
import { keyIn, missing, paths, sorted } from '../values.ts';
import { defaultAccount } from './default-pull-secrets.ts';

const prefix = 'registries';

export const registrySecrets: Fact = {
  id: 'registry-secrets',
  title: 'Registries for which the Secrets that pods get by default hold credentials',
  tier: 'Level3',
  needs: { resources: ['namespaces', 'serviceaccounts', 'pull-secrets', 'legacy-pull-secrets'] },
  collect: (view, agreement) =>
    onceRead('registrySecrets', view, agreement, () => entriesByNamespace([prefix], view, agreement, valuesOf(view, agreement))),
  // A login more takes nothing away.
  tolerates: (_, expected, actual) => missing(expected, actual).length === 0,
  // Whether the namespace may be gone is said by the fact namespaces.
  mayBeGone: () => true,
  // Secrets may be listed, not read one at a time.
  source: () => undefined,
};

/** Of the Secrets that the default ServiceAccount names when the baseline is captured, and of these alone from then on. */
function valuesOf(view: ClusterView, agreement: Agreement): Map<string, Record<string, string>> {
  const names = agreement.baselineApproved ? agreedNames : namedByDefault;
  const values = new Map<string, Record<string, string>>();
  const secrets = [...view.list('pull-secrets'), ...view.list('legacy-pull-secrets')];
  for (const [namespace, list] of Map.groupBy(secrets, (secret) => secret.namespace)) {
    const meant = new Set(names(namespace, view, agreement));
    const found = list.filter(({ name, registries }) => meant.has(name) && registries.length > 0);
    if (found.length > 0)
      values.set(
        namespace,
        paths(
          prefix,
          found.map(({ name, registries }) => [name, sorted(registries)]),
        ),
      );
  }
  return values;
}

function namedByDefault(namespace: string, view: ClusterView): readonly string[] {
  return view.get('serviceaccounts', `${namespace}/${defaultAccount}`)?.pullSecrets ?? [];
}

function agreedNames(namespace: string, _: ClusterView, agreement: Agreement): string[] {
  return Object.keys(agreement.agreed(`Namespace/${namespace}`) ?? {}).flatMap((path) => keyIn(prefix, path) ?? []);
}
