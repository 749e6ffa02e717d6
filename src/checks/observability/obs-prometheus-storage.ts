import type { ClusterView } from '../../observe/cluster-view.ts';
import { defineCheck, type Evaluation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { copyingImages, dataVolumes, prometheusServer } from './layers.ts';
import { unreadable } from './operator-instances.ts';
import { isImageOf, nameOf, platformFirst, workloadsOf } from './workloads.ts';

export const obsPrometheusStorage = defineCheck({
  id: 'obs-prometheus-storage',
  area: 'Observability',
  tier: 'Level1',
  title: 'Prometheus loses its data with its pod',
  severity: 'info',
  for: '15m',
  needs: { resources: ['deployments', 'statefulsets'], optional: ['prometheuses'] },
  remediation:
    'Give Prometheus a volume: spec.storage.volumeClaimTemplate of the Prometheus, or persistence in the values of its chart. What is stored until then is lost when the pod moves.',
  references: ['Prometheus Operator: without spec.storage an emptyDir is mounted', 'Prometheus: storage'],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const unknown = unreadable(view, 'prometheuses');
    const servers = platformFirst(serversOf(view), agreement).filter(({ namespace }) => agreement.isCovered(namespace));
    if (servers.length === 0 && !unknown) return { outcome: 'NotApplicable', message: 'No Prometheus that stores metrics is seen.' };
    const losing = servers.filter(({ losesData }) => losesData).map(({ object }) => object);
    const observations =
      losing.length === 0
        ? []
        : [
            {
              object: `Cluster/${view.cluster}`,
              reason: 'StorageNotPersistent',
              message: `Metrics are stored in an emptyDir, which is gone with the pod, by ${inBrief(losing)}. Give each a PersistentVolumeClaim.`,
            },
          ];
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});

interface Server {
  namespace: string;
  object: string;
  losesData: boolean;
}

/** Those with pods. What copies its data elsewhere loses hours at most, which is how it is meant. */
function serversOf(view: ClusterView): Server[] {
  const servers: Server[] = [];
  for (const { namespace, name, replicas, storage, copiesData, deleting } of view.list('prometheuses')) {
    if (deleting || replicas === 0) continue;
    servers.push({ namespace, object: `Prometheus/${namespace}/${name}`, losesData: storage === 'emptyDir' && !copiesData });
  }
  for (const workload of workloadsOf(view, prometheusServer.signature, ['Deployment', 'StatefulSet'])) {
    const { namespace, desired, owner, emptyDirs, containers } = workload;
    if (desired === 0 || /^Prometheus(Agent)?\//.test(owner)) continue;
    const copiesData = containers.some(({ image }) => isImageOf(copyingImages, image));
    servers.push({ namespace, object: nameOf(workload), losesData: !copiesData && emptyDirs.some((volume) => dataVolumes.test(volume)) });
  }
  return servers;
}
