import type { Agreement } from '../../checks/agreement.ts';
import { resources } from '../../observe/catalogue.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { type Fact, nameOf } from '../fact.ts';
import { entriesByNamespace } from '../namespaces.ts';
import { keyIn, paths } from '../values.ts';

export const networkPolicies: Fact = {
  id: 'network-policies',
  title: 'NetworkPolicies of the platform, and those that select every pod of another namespace',
  needs: { resources: ['namespaces', 'networkpolicies'] },
  collect: (view, agreement) => entriesByNamespace(['policies'], view, agreement, policiesOf(view, agreement)),
  // Whether the namespace may be gone is said by the fact namespaces.
  mayBeGone: () => true,
  source: (object, path) => {
    const name = keyIn('policies', path);
    return name === undefined ? undefined : { type: resources.networkpolicies.type, namespace: nameOf(object), name, fields: ['spec'] };
  },
};

/** What selects some pods of an application is a part of the application. */
function policiesOf(view: ClusterView, agreement: Agreement): Map<string, Record<string, string>> {
  const meant = view.list('networkpolicies').filter(({ namespace, selectsAll }) => selectsAll || agreement.isPlatform(namespace));
  return new Map(
    [...Map.groupBy(meant, ({ namespace }) => namespace)].map(([namespace, policies]) => [
      namespace,
      paths(
        'policies',
        policies.map(({ name, hash }) => [name, `sha256:${hash}`]),
      ),
    ]),
  );
}
