import { type Fact, sourceOf } from '../fact.ts';
import { bounded, sorted } from '../values.ts';

export const csiDrivers: Fact = {
  id: 'csi-drivers',
  title: 'CSI drivers: how Kubernetes treats their volumes',
  needs: { resources: ['csidrivers'] },
  collect: (view) =>
    view
      .list('csidrivers')
      .filter(({ keptByProvider }) => !keptByProvider)
      .map((driver) => ({
        object: `CSIDriver/${driver.name}`,
        value: {
          attachRequired: String(driver.attachRequired),
          podInfoOnMount: String(driver.podInfoOnMount),
          storageCapacity: String(driver.storageCapacity),
          requiresRepublish: String(driver.requiresRepublish),
          seLinuxMount: String(driver.seLinuxMount),
          fsGroupPolicy: driver.fsGroupPolicy,
          volumeLifecycleModes: sorted(driver.volumeLifecycleModes),
          ...(driver.tokenAudiences.length > 0 ? { tokenAudiences: bounded(sorted(driver.tokenAudiences.map(audience))) } : {}),
        },
      })),
  source: (object, path) => sourceOf(object, path === '' ? [] : ['spec', path === 'tokenAudiences' ? 'tokenRequests' : path]),
};

function audience(name: string): string {
  return name === '' ? '(the API server)' : name;
}
