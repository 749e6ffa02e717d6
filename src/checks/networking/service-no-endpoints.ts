import type { ClusterView } from '../../observe/cluster-view.ts';
import { readyEndpoints } from '../../observe/resources/endpointslices.ts';
import type { ServiceView } from '../../observe/resources/services.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { webhookResources } from '../controlplane/webhook-configurations.ts';
import { inBrief } from '../in-brief.ts';
import { unreadable } from '../observability/operator-instances.ts';
import { nameOf } from '../observability/workloads.ts';
import { noParameters } from '../parameters.ts';
import { chainResources, selects } from './ingress-chain.ts';
import { routeResources, type Use, usedServices } from './service-users.ts';

export const serviceNoEndpoints = defineCheck({
  id: 'service-no-endpoints',
  area: 'Networking',
  tier: 'Level2',
  title: 'A Service that an Ingress, a route or a webhook leads to has no ready endpoint',
  severity: 'critical',
  for: '5m',
  needs: { resources: [...chainResources, 'endpointslices', ...webhookResources], optional: routeResources, probes: ['version'] },
  remediation:
    'Look at the pods of the workload that the message names: `kubectl describe pod` and their log. Where nothing is behind the Service, compare its selector with the labels of the pods.',
  references: ['own default: 5m, longer than a rollout of a single pod takes', 'popeye 1105', 'Kubernetes: debugging Services'],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const observations = [...usedServices(view, agreement)].flatMap(([key, use]) => {
      const service = view.get('services', key);
      // A Service that is not there is its user's to report.
      if (!service || service.deleting || service.type === 'ExternalName' || !agreement.isCovered(service.namespace)) return [];
      if (readyEndpoints(view, service.namespace, service.name) > 0) return [];
      return unanswered(service, use, workloadsBehind(view, service));
    });
    const unknown = routeResources.map((name) => unreadable(view, name)).find((problem) => problem !== undefined);
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});

function workloadsBehind(view: ClusterView, service: ServiceView): WorkloadView[] {
  return (['deployments', 'statefulsets', 'daemonsets'] as const).flatMap((resource) =>
    [...view.list(resource)].filter((workload) => !workload.deleting && selects(service, workload)),
  );
}

/** What was scaled to zero is meant to be away. A Service before which nothing was ever started is a mistake, not an outage. */
function unanswered({ namespace, name }: ServiceView, { users, fromOutside }: Use, behind: readonly WorkloadView[]): Observation[] {
  const wanted = behind.filter(({ desired }) => desired > 0);
  if (behind.length > 0 && wanted.length === 0) return [];
  const object = `Service/${namespace}/${name}`;
  const pods = wanted.map((workload) => `${nameOf(workload)} (${workload.desired} pods wanted)`);
  const cause =
    pods.length > 0
      ? `none of the pods of ${inBrief(pods)} is ready`
      : 'no Deployment, StatefulSet or DaemonSet makes pods that it selects';
  return [
    {
      object,
      reason: 'NoReadyEndpoint',
      severity: fromOutside && pods.length > 0 ? 'critical' : 'warning',
      message: `${object} has no ready endpoint: ${cause}. What ${inBrief(users)} ${users.length === 1 ? 'sends' : 'send'} there is lost. Look at the pods: kubectl -n ${namespace} get pods.`,
    },
  ];
}
