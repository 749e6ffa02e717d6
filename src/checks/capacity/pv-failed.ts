import { objectName } from '../../kube/types.ts';
import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

export const pvFailed = defineCheck({
  id: 'pv-failed',
  area: 'Capacity',
  tier: 'Level1',
  title: 'A volume has failed',
  severity: 'critical',
  for: '5m',
  needs: { resources: ['persistentvolumes'] },
  remediation:
    'Read the reason with `kubectl describe pv`. Find out whether the disk behind it still exists and whether its data is needed; then mend what its reclaiming lacks, or keep or delete the disk by hand and delete the PersistentVolume.',
  references: ['kubernetes-mixin: KubePersistentVolumeErrors (5m, critical)', 'Kubernetes: persistent volume phases'],
  alerts: ['KubePersistentVolumeErrors'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const { name, phase, since, claim, reclaimPolicy, deleting } of view.list('persistentvolumes')) {
      if (phase !== 'Failed' || deleting) continue;
      const object = objectName('PersistentVolume', name);
      observations.push({
        object,
        reason: 'Failed',
        message: `${object} is Failed: its ${claim ? `claim ${claim} is gone, and it` : 'volume'} could not be reclaimed (policy ${reclaimPolicy}). Its disk may still be there, with its data. See \`kubectl describe pv ${name}\`.`,
        since: instantOf(since),
      });
    }
    return { observations };
  },
});
