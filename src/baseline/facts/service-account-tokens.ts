import { objectName } from '../../kube/types.ts';
import type { Fact } from '../fact.ts';
import { onceRead } from '../once-read.ts';
import { bounded } from '../values.ts';

export const serviceAccountTokens: Fact = {
  id: 'service-account-tokens',
  title: 'Secrets with tokens of ServiceAccounts that never expire',
  needs: { resources: ['service-account-token-secrets'] },
  collect: (view, agreement) =>
    onceRead('serviceAccountTokens', view, agreement, () =>
      [...view.list('service-account-token-secrets')]
        // What a controller makes for each ServiceAccount comes and goes with it.
        .filter(({ namespace, createdBy, invalid }) => agreement.isCovered(namespace) && createdBy === '' && !invalid)
        .map(({ name, namespace, serviceAccount }) => ({
          object: objectName('Secret', name, namespace),
          value: { serviceAccount: bounded(serviceAccount) },
        })),
    ),
  // One token less is one risk less; Kubernetes removes what nobody used for a year by itself.
  mayBeGone: () => true,
  // Secrets may be listed, not read one at a time.
  source: () => undefined,
};
