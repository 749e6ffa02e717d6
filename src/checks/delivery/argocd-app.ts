import * as z from 'zod';
import { defineCheck } from '../check.ts';
import { wholeNumber } from '../parameters.ts';
import { byName, deliveriesOf, failedDeliveries, judgeDeliveries } from './deliveries.ts';
import { applicationsOutOfSync } from './out-of-sync.ts';

/** Of an application that is made of others: their fault, or that one of them did not become healthy. */
const ofItsParts = ['Degraded', 'SyncError', 'OperationFailed', 'OperationRetried'];

export const argocdApp = defineCheck({
  id: 'argocd-app',
  area: 'Delivery',
  tier: 'Level3',
  title: 'An application of Argo CD is not deployed, not healthy, or differs from its source',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['applications', 'namespaces'], optional: ['appprojects'] },
  remediation:
    'The cause says where the break is: at the repository, in what is rendered, at the AppProject, the API server or an admission policy, or in what was applied and does not become healthy. `argocd app sync` tries again. What was changed by hand is only set right with selfHeal, and what is no longer in the source only removed with prune.',
  references: [
    'Argo CD: Application status (health, sync, operationState, conditions)',
    'Argo CD: sync windows',
    'own default: 15m, beyond the five retries of an automated sync',
    'own default: OutOfSync for 30 minutes',
  ],
  parameters: z.strictObject({
    outOfSyncMinutes: wholeNumber(30, 'For how many minutes an application that is synced automatically may be OutOfSync.', {
      min: 0,
      max: 10_080,
    }),
  }),
  evaluate: (context) => {
    const verdict = judgeDeliveries(context, 'ArgoCD', ['applications'], (resource) =>
      failedDeliveries(
        deliveriesOf(context, resource),
        { reason: 'NotDeployed', what: 'is not deployed as it should be', resource: 'applications.argoproj.io' },
        { reasons: ofItsParts, others: byName(context, ['applications']) },
      ),
    );
    if ('outcome' in verdict) return verdict;
    const { observations, unknown } = applicationsOutOfSync(context, context.parameters.outOfSyncMinutes);
    return { ...verdict, observations: [...verdict.observations, ...observations], ...(unknown ? { unknown } : {}) };
  },
});
