import { defineCheck } from '../check.ts';
import { appliedParameters, fluxSources, judgeApplied } from './flux-objects.ts';

export const fluxKustomization = defineCheck({
  id: 'flux-kustomization',
  area: 'Delivery',
  tier: 'Level3',
  title: 'A Kustomization of Flux is not applied, or suspended for long',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['kustomizations', 'namespaces'], optional: [...fluxSources, 'helmreleases'] },
  remediation:
    'The cause says where the break is: at the source, in what kustomize builds, at the API server or an admission policy, or in what was applied and does not become ready. `flux reconcile kustomization` tries again at once; `flux resume kustomization` ends a suspension.',
  references: [
    'Flux: kustomize-controller, conditions',
    'own default: 15m, several attempts at the usual intervals',
    'own default: 7 days of suspension',
  ],
  parameters: appliedParameters,
  evaluate: (context) =>
    judgeApplied(context, 'kustomizations', {
      reason: 'NotApplied',
      what: 'is not applied',
      resource: 'kustomizations.kustomize.toolkit.fluxcd.io',
    }),
});
