import { defineCheck } from '../check.ts';
import { appliedParameters, fluxSources, judgeApplied } from './flux-objects.ts';

export const fluxHelmRelease = defineCheck({
  id: 'flux-helmrelease',
  area: 'Delivery',
  tier: 'Level3',
  title: 'A HelmRelease of Flux is not released, or suspended for long',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['helmreleases', 'namespaces'], optional: [...fluxSources, 'kustomizations'] },
  remediation:
    'The cause says where the break is: at the chart, in its values, at the API server or an admission policy, or in what was installed and does not become ready. `flux reconcile helmrelease --force` tries again after the retries are used up; `flux resume helmrelease` ends a suspension.',
  references: [
    'Flux: helm-controller, conditions',
    'own default: 15m, several attempts at the usual intervals',
    'own default: 7 days of suspension',
  ],
  parameters: appliedParameters,
  evaluate: (context) =>
    judgeApplied(context, 'helmreleases', {
      reason: 'NotReleased',
      what: 'is not released',
      resource: 'helmreleases.helm.toolkit.fluxcd.io',
    }),
});
