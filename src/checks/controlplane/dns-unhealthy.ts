import { matchesLabels } from '../../kube/label-selector.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { readyEndpoints } from '../../observe/endpoints.ts';
import { distributionOf } from '../../observe/platform.ts';
import { instantOf } from '../../observe/resource.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

/** Of kubeadm, the clouds and k3s; of OpenShift; of RKE2; of Kubespray. */
const services = ['kube-system/kube-dns', 'openshift-dns/dns-default', 'kube-system/rke2-coredns-rke2-coredns', 'kube-system/coredns'];
/** On the pods of every one of them but OpenShift's, whose Service its operator keeps. */
const podLabel = { 'k8s-app': 'kube-dns' };

export const dnsUnhealthy = defineCheck({
  id: 'dns-unhealthy',
  area: 'ControlPlane',
  tier: 'Level1',
  title: 'The cluster DNS does not answer, or not with enough pods',
  severity: 'critical',
  for: '5m',
  needs: { resources: ['services', 'endpointslices', 'deployments', 'daemonsets', 'nodes'], probes: ['version'] },
  remediation:
    'Look at the pods that the message names and at their log: a Corefile that does not load, a loop to the resolver of the node, nodes without room and network policies are the usual causes.',
  references: ['own default: 5m, longer than a rolling update takes', 'Kubernetes: debugging DNS resolution'],
  parameters: noParameters,
  evaluate: ({ view }): Evaluation => {
    const service = services.find((name) => view.get('services', name));
    const [namespace = 'kube-system', name = 'kube-dns'] = service?.split('/') ?? [];
    const workloads = workloadsBehind(view, namespace, (service && view.get('services', service)?.selector) || podLabel);
    const wanted = workloads.filter(({ desired }) => desired > 0);
    const ready = service ? readyEndpoints(view, namespace, name) : 0;
    if (ready === 0 && wanted.length === 0) {
      if (distributionOf(view) === 'gke')
        return notApplicable('No kube-dns is meant to run: Cloud DNS answers from outside of the cluster.');
      if (!service && workloads.length === 0) return notApplicable('The cluster has none of the well-known DNS Services.');
    }
    if (!service) return { observations: [missing(namespace, workloads)] };
    if (ready === 0) return { observations: [unanswered(`Service/${service}`, namespace, workloads)] };
    return { observations: wanted.flatMap(tooFew) };
  },
});

const loss = 'names of Services and of the outside world cannot be resolved';

function notApplicable(message: string): Evaluation {
  return { outcome: 'NotApplicable', message };
}

function workloadsBehind(view: ClusterView, namespace: string, selector: Readonly<Record<string, string>>): WorkloadView[] {
  const label = { matchLabels: selector, matchExpressions: [] };
  return [...view.list('deployments'), ...view.list('daemonsets')].filter(
    (workload) => workload.namespace === namespace && !workload.deleting && matchesLabels(label, workload.podLabels),
  );
}

function nameOf({ kind, namespace, name }: WorkloadView): string {
  return `${kind}/${namespace}/${name}`;
}

function missing(namespace: string, workloads: readonly WorkloadView[]): Observation {
  return {
    object: `Service/${namespace}/kube-dns`,
    reason: 'ServiceMissing',
    message: `The Service of the cluster DNS (${services.join(', ')}) is gone, while ${workloads.map(nameOf).sort().join(', ')} is there: ${loss}. Create it again with the address that the kubelets give to pods.`,
  };
}

function unanswered(object: string, namespace: string, workloads: readonly WorkloadView[]): Observation {
  const behind = workloads.map((workload) => `${nameOf(workload)} (${workload.desired} pods wanted)`).sort();
  return {
    object,
    reason: 'NoReadyEndpoint',
    message: `${object} has no ready endpoint: ${loss}. Behind it: ${behind.join(', ') || 'no Deployment and no DaemonSet'}. Look at the pods: kubectl -n ${namespace} get pods.`,
    since: workloads.map(({ unavailableSince }) => instantOf(unavailableSince)).find((since) => since !== undefined),
  };
}

/** By the Deployment's own condition, which allows for a rolling update; a DaemonSet has none, and one pod of it answers for all. */
function tooFew(workload: WorkloadView): Observation[] {
  if (workload.unavailableSince === undefined) return [];
  return [
    {
      object: nameOf(workload),
      reason: 'NotAvailable',
      message: `${nameOf(workload)} has fewer pods available than its rollout strategy allows, of ${workload.desired} that it should have: the cluster DNS is slow or about to fail. Look at its pods: kubectl -n ${workload.namespace} get pods.`,
      since: instantOf(workload.unavailableSince),
    },
  ];
}
