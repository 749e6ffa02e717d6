import type { ClusterView } from '../../observe/cluster-view.ts';
import { awaitsEndpoints, readyEndpoints } from '../../observe/endpoints.ts';
import type { ServiceView } from '../../observe/resources/services.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { allWorkloads } from '../../observe/workloads.ts';
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
      return unanswered(view, service, use);
    });
    const unknown = routeResources.map((name) => unreadable(view, name)).find((problem) => problem !== undefined);
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});

function workloadsBehind(view: ClusterView, service: ServiceView): WorkloadView[] {
  return allWorkloads(view).filter((workload) => !workload.deleting && selects(service, workload));
}

/**
 * What was scaled to zero is meant to be away. A Service before which nothing was ever started is a mistake, not an outage. Endpoints that are
 * not ready disprove both: what makes their pods may be a kind that is not watched, such as a Rollout.
 */
function unanswered(view: ClusterView, service: ServiceView, { users, fromOutside }: Use): Observation[] {
  const { namespace, name } = service;
  const behind = workloadsBehind(view, service);
  const wanted = behind.filter(({ desired }) => desired > 0);
  const isAwaited = awaitsEndpoints(view, namespace, name);
  if (behind.length > 0 && wanted.length === 0 && !isAwaited) return [];
  const object = `Service/${namespace}/${name}`;
  const cause = causeOf(wanted, isAwaited);
  return [
    {
      object,
      reason: 'NoReadyEndpoint',
      severity: fromOutside && (wanted.length > 0 || isAwaited) ? 'critical' : 'warning',
      message: `${object} has no ready endpoint: ${cause}. What ${inBrief(users)} ${users.length === 1 ? 'sends' : 'send'} there is lost. Look at the pods: kubectl -n ${namespace} get pods.`,
    },
  ];
}

function causeOf(wanted: readonly WorkloadView[], isAwaited: boolean): string {
  const pods = wanted.map((workload) => `${nameOf(workload)} (${workload.desired} pods wanted)`);
  if (pods.length > 0) return `none of the pods of ${inBrief(pods)} is ready`;
  if (isAwaited) return 'it has endpoints, and none of them is ready';
  return 'no Deployment, StatefulSet or DaemonSet makes pods that it selects';
}
