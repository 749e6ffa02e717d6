import type { CustomResourceDefinitionView } from '../../observe/resources/customresourcedefinitions.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

export const crdStoredVersion = defineCheck({
  id: 'crd-stored-version',
  area: 'Versions',
  tier: 'Level1',
  title: 'Objects of a CRD may still be stored in a version that goes',
  severity: 'warning',
  for: '24h',
  needs: { resources: ['customresourcedefinitions'] },
  remediation:
    'Write every object of the CRD once more without a change (`kubectl get <crd> -A -o json | kubectl replace -f -`, a StorageVersionMigration, or the vendor’s own command), then take the old version out of status.storedVersions with `kubectl patch --subresource=status`.',
  references: [
    'gardener: care of CRDs with several stored versions',
    'Kubernetes: versions in CustomResourceDefinitions, upgrade existing objects to a new stored version',
    'own default: 24h, longer than an upgrade with its migration takes',
  ],
  parameters: noParameters,
  evaluate: ({ view }) => ({
    observations: view
      .list('customresourcedefinitions')
      .filter(({ deleting, keptByProvider }) => !deleting && !keptByProvider)
      .flatMap(observe),
  }),
});

/** The graver of the two: an unserved version holds back the next upgrade of the CRD as several versions do, and cannot be read. */
function observe({ name, kind, served, stored, storage }: CustomResourceDefinitionView): Observation[] {
  const object = `CustomResourceDefinition/${name}`;
  const unserved = stored.filter((version) => !served.includes(version));
  if (unserved.length > 0)
    return [
      {
        object,
        reason: 'StoredVersionNotServed',
        message: `${kind} objects of ${object} may be stored as ${unserved.join(', ')}, which is no longer served. Write them as ${storage} and correct status.storedVersions before the CRD is upgraded.`,
      },
    ];
  if (stored.length < 2) return [];
  return [
    {
      object,
      reason: 'SeveralStoredVersions',
      message: `${kind} objects of ${object} may be stored as ${stored.join(', ')}. Write them all as ${storage} and correct status.storedVersions: an upgrade that drops one of the others is refused until then.`,
    },
  ];
}
