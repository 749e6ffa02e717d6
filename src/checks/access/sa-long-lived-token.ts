import * as z from 'zod';
import { objectName } from '../../kube/types.ts';
import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { days } from '../parameters.ts';

/** Makes a token for each ServiceAccount to pull from the internal registry, and replaces it itself (OpenShift before 4.16). */
const openshiftController = 'openshift.io/create-dockercfg-secrets';

export const saLongLivedToken = defineCheck({
  id: 'sa-long-lived-token',
  area: 'Access',
  tier: 'Level1',
  title: 'A ServiceAccount token that never expires is old',
  severity: 'warning',
  for: '0s',
  needs: { resources: ['service-account-token-secrets'] },
  remediation:
    'Find who uses the token (the audit log names the ServiceAccount and the caller), move that to `kubectl create token` or a projected token, which expire, and delete the Secret. Where it cannot be replaced, renew it and grant an exception with an owner.',
  references: [
    'own default: 90d, a common rotation period for credentials',
    'Kubernetes: managing service accounts, manually created long-lived tokens',
  ],
  parameters: z.strictObject({ maxDays: days(90, 'Days since the Secret was made from which it is reported.') }),
  evaluate: ({ view, parameters, now }) => {
    const observations: Observation[] = [];
    for (const secret of view.list('service-account-token-secrets')) {
      const { name, namespace, serviceAccount } = secret;
      if (secret.deleting || secret.invalid || secret.createdBy === openshiftController) continue;
      const since = instantOf(secret.createdAt)?.add({ hours: parameters.maxDays * 24 });
      if (!since || Temporal.Instant.compare(now, since) < 0) continue;
      const object = objectName('Secret', name, namespace);
      const use = secret.used
        ? 'It has been used: its label kubernetes.io/legacy-token-last-used says when last.'
        : 'No use of it is recorded, which Kubernetes does since 1.26.';
      observations.push({
        object,
        reason: 'LongLivedToken',
        message: `${object} holds a token of ${objectName('ServiceAccount', serviceAccount, namespace)} that never expires, made ${parameters.maxDays} days ago or earlier. ${use} Replace it by tokens that expire and delete the Secret.`,
        since,
      });
    }
    return { observations };
  },
});
