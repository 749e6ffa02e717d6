import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { PersistentVolumeClaimView } from '../../observe/resources/persistentvolumeclaims.ts';
import type { StorageClassView } from '../../observe/resources/storageclasses.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

export const pvcPending = defineCheck({
  id: 'pvc-pending',
  area: 'Capacity',
  tier: 'Level1',
  title: 'A claim has no volume',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['persistentvolumeclaims', 'pods', 'storageclasses'] },
  remediation:
    'Read the Events with `kubectl describe pvc`: they hold the provisioner’s words. Look at the provisioner’s pods and the quota of the storage; correct the claim’s class, size or access mode. A Lost claim’s volume is gone: restore its data from a backup.',
  references: ['own default: 15m, longer than a provisioner takes', 'Kubernetes: persistent volume claims, volume binding mode'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const claim of view.list('persistentvolumeclaims')) {
      if (claim.deleting || (claim.phase !== 'Pending' && claim.phase !== 'Lost')) continue;
      const object = objectName('PersistentVolumeClaim', claim.name, claim.namespace);
      if (claim.phase === 'Lost') {
        const message = `${object} is Lost: the volume that it was bound to is gone, and pods that use it do not start. Restore its data from a backup.`;
        observations.push({ object, reason: 'Lost', message });
        continue;
      }
      const storageClass = view.get('storageclasses', claim.storageClass);
      const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
      if (waits && !claimsOfScheduledPods(view).has(`${claim.namespace}/${claim.name}`)) continue;
      observations.push({
        object,
        reason: 'Pending',
        message: `${object} has no volume: ${why(claim, storageClass)}. See the Events of \`kubectl describe pvc ${claim.name} -n ${claim.namespace}\`.`,
        // A claim that waits for its first pod may have done so for long before.
        ...(waits ? {} : { since: instantOf(claim.createdAt) }),
      });
    }
    return { observations };
  },
});

/** Claims that the scheduler has looked at and found a node for; pods that it finds none for are pod-unschedulable's. */
function claimsOfScheduledPods(view: ClusterView): ReadonlySet<string> {
  return view.derive('claims of scheduled pods', () => {
    const claims = new Set<string>();
    for (const pod of view.list('pods')) {
      if (pod.deleting || pod.unschedulable) continue;
      for (const claim of pod.claims) claims.add(`${pod.namespace}/${claim}`);
    }
    return claims;
  });
}

function why({ storageClass: name }: PersistentVolumeClaimView, storageClass: StorageClassView | undefined): string {
  if (name === '') return 'it names no StorageClass, so only a PersistentVolume made by hand can fill it';
  if (!storageClass) return `its StorageClass ${name} does not exist, so only a PersistentVolume made by hand can fill it`;
  if (storageClass.provisioner === 'kubernetes.io/no-provisioner') return `no free PersistentVolume of its StorageClass ${name} fits it`;
  return `the provisioner ${storageClass.provisioner} of its StorageClass ${name} has not made one`;
}
