import type { HelmReleaseSecretView } from '../../observe/resources/helm-release-secrets.ts';
import type { Fact } from '../fact.ts';
import { onceRead } from '../once-read.ts';
import { bounded } from '../values.ts';

export const helmReleases: Fact = {
  id: 'helm-releases',
  title: 'Helm releases in platform namespaces, by name: their charts and versions are in data that is not read',
  needs: { resources: ['helm-release-secrets'] },
  collect: (view, agreement) =>
    onceRead('helmReleases', view, agreement, () =>
      [...newestOf(view.list('helm-release-secrets'))]
        .filter(({ namespace, status }) => agreement.isPlatform(namespace) && status !== 'uninstalled')
        .map(({ namespace, release }) => ({ object: `HelmRelease/${namespace}/${release}`, value: { name: bounded(release) } })),
    ),
  // Helm keeps a Secret for each revision; none of them is the release.
  source: () => undefined,
};

/** Of each release the newest revision. */
function newestOf(secrets: Iterable<HelmReleaseSecretView>): Iterable<HelmReleaseSecretView> {
  const newest = new Map<string, HelmReleaseSecretView>();
  for (const secret of secrets) {
    const key = `${secret.namespace}/${secret.release}`;
    if ((newest.get(key)?.revision ?? 0) < secret.revision) newest.set(key, secret);
  }
  return newest.values();
}
