import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { PullSecretView } from '../../observe/resources/pull-secrets.ts';
import { isFor, letsInOthers } from './registries.ts';

/** What holds credentials for pulling images; of the chart's value features.pullSecrets. */
export const pullSecretResources = ['pull-secrets', 'legacy-pull-secrets'] as const;

export function pullSecretsAreKnown(view: ClusterView): boolean {
  return pullSecretResources.every((resource) => view.knowledge(resource).state === 'Current');
}

/** Undefined where no Secret of that name holds such credentials: it is not there, or of another type. */
export function pullSecret(view: ClusterView, namespace: string, name: string): PullSecretView | undefined {
  const key = `${namespace}/${name}`;
  return view.get('pull-secrets', key) ?? view.get('legacy-pull-secrets', key);
}

/** Why each of the Secrets named is of no use for a repository; none where one of them is. */
export function unusable(view: ClusterView, namespace: string, names: readonly string[], repository: string): string[] {
  const found = names.map((name) => ({ object: objectName('Secret', name, namespace), secret: pullSecret(view, namespace, name) }));
  if (found.some(({ secret }) => secret?.registries.some((registry) => isFor(registry, repository)))) return [];
  return found.map(({ object, secret }) => `${object} (${secret ? 'no credentials for it' : 'not there as a pull Secret'})`);
}

/** Whether something shows that a repository is not for everybody: some Secret of the cluster holds credentials for it. */
export function isPrivate(view: ClusterView, repository: string): boolean {
  return !letsInOthers(repository) && loggedInTo(view).some((registry) => isFor(registry, repository));
}

/** Many Secrets are copies of one for each namespace. */
function loggedInTo(view: ClusterView): readonly string[] {
  return view.derive('registries of pull secrets', () => {
    const secrets = pullSecretResources.flatMap((resource) => view.list(resource));
    return [...new Set(secrets.flatMap(({ registries }) => registries))];
  });
}
