import * as z from 'zod';
import { defineCheck, type Evaluation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { apisInUse, withinHours } from './requested-apis.ts';

export const apiDeprecatedApplied = defineCheck({
  id: 'api-deprecated-applied',
  area: 'Versions',
  tier: 'Level1',
  title: 'Manifests name an API version that the next Kubernetes removes',
  severity: 'info',
  for: '0s',
  needs: { probes: ['applied-apis'] },
  remediation:
    'Change the apiVersion where the manifests are kept (Git, chart) and apply them again, before the upgrade; the objects themselves stay and need no change.',
  references: ['Kubernetes: deprecated API migration guide', 'k8s.io/api v0.37.2: APILifecycleRemoved of each type'],
  parameters: z.strictObject({ hours: withinHours }),
  evaluate: ({ view, parameters, now }): Evaluation => {
    const applied = view.probe('applied-apis');
    if (!applied) return { outcome: 'Unknown', message: 'What was applied is not known.' };
    const { nextMinor, known } = applied;
    if (!known)
      return { outcome: 'Unknown', message: `What Kubernetes ${nextMinor} removes is not known to this release. Upgrade the operator.` };
    // Asked for by api-deprecated-requested; where it has no answer nobody can say that the manifests are not in use.
    const apis = apisInUse(view, now, parameters.hours);
    const inUse = new Set(apis?.filter(({ use }) => use !== 'NotRequested').map(keyOf));
    const objects = applied.objects.filter((object) => !apis || inUse.has(keyOf(object)));
    if (objects.length === 0) return { observations: [] };
    const versions = [...new Set(objects.map(({ group, version }) => `${group}/${version}`))];
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'RemovedApiApplied',
          message: `${objects.length === 1 ? 'An object was' : `${objects.length} objects were`} applied as ${inBrief(versions)}, which Kubernetes ${nextMinor} removes: ${inBrief(objects.map(({ object }) => object))}. Change the apiVersion of their manifests.`,
        },
      ],
    };
  },
});

function keyOf({ group, version, resource }: { group: string; version: string; resource: string }): string {
  return `${group}/${version}/${resource}`;
}
