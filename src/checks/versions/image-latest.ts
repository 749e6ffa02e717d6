import { objectName } from '../../kube/types.ts';
import { allWorkloads } from '../../observe/workloads.ts';
import { defineCheck, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { readImage } from './image.ts';

export const imageLatest = defineCheck({
  id: 'image-latest',
  area: 'Versions',
  tier: 'Level1',
  title: 'A platform workload does not say which version of an image it runs',
  severity: 'warning',
  for: '0s',
  needs: { resources: ['deployments', 'statefulsets', 'daemonsets'] },
  remediation:
    'Name a version in the image’s tag, or better its digest, where the workload is made (Helm values, GitOps); until then a restart may bring another version.',
  references: ['popeye 100, 101: image without a tag, or latest', 'Kubernetes: configuration best practices for container images'],
  parameters: noParameters,
  evaluate: ({ view, agreement }) => {
    const observations: Observation[] = [];
    for (const { kind, name, namespace, containers, deleting } of allWorkloads(view)) {
      if (deleting || !agreement.isPlatform(namespace)) continue;
      const floating = containers
        .filter(({ image }) => isFloating(image))
        .map((container) => `${container.image} (container ${container.name})`);
      if (floating.length === 0) continue;
      const object = objectName(kind, name, namespace);
      observations.push({
        object,
        reason: 'ImageWithoutVersion',
        message: `${object} runs ${inBrief(floating)}, which names neither a version nor a digest. Name one.`,
      });
    }
    return { observations };
  },
});

/** Templates whose image something else fills in when the pod is made: Istio's gateways say `auto`, OpenShift's image triggers a space. */
const filledInLater = new Set(['', 'auto']);

function isFloating(image: string): boolean {
  if (filledInLater.has(image.trim())) return false;
  const { tag, digest } = readImage(image);
  return digest === '' && (tag === '' || tag === 'latest');
}
