import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';

/** Which Ingresses and Gateways present the certificate of a Secret, by the Secret's `namespace/name`. */
export function usersOfSecrets(view: ClusterView): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  const add = (secret: string, user: string) => {
    const others = users.get(secret);
    if (others) others.push(user);
    else users.set(secret, [user]);
  };
  for (const { name, namespace, tls, deleting } of view.list('ingresses')) {
    if (deleting) continue;
    for (const secret of new Set(tls.map((entry) => entry.secret))) add(`${namespace}/${secret}`, objectName('Ingress', name, namespace));
  }
  for (const { name, namespace, certificates, deleting } of view.list('gateways')) {
    if (!deleting) for (const secret of certificates) add(secret, objectName('Gateway', name, namespace));
  }
  return users;
}
