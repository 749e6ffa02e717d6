import type { Context } from '../check.ts';
import { gitLabRunners, gitLabRunnersAreTold } from '../delivery/gitlab-runners.ts';
import { downControllers } from '../networking/ingress-chain.ts';
import {
  alertmanager,
  kubeStateMetrics,
  type Layer,
  logCollector,
  nodeExporter,
  prometheusAgent,
  prometheusServer,
} from '../observability/layers.ts';
import { nameOf, platformFirst, workloadsOf } from '../observability/workloads.ts';
import { givesNetwork } from './network-daemonsets.ts';

const layers: readonly Layer[] = [kubeStateMetrics, nodeExporter, logCollector, prometheusServer, prometheusAgent, alertmanager];

/**
 * True for a workload of which another check says that it has too few ready pods, and what that means: the network plugin (cni-gap), a layer
 * of observability (obs-*), the cluster DNS while it has fewer than its rollout strategy allows (dns-unhealthy), an ingress controller of
 * which none is available (ingress-controller-unhealthy), and a runner manager of GitLab where that is covered (gitlab-runner).
 */
export function readinessIsReported(context: Context, object: string): boolean {
  return (
    givesNetwork(context, object) ||
    layerWorkloads(context).has(object) ||
    shortDns(context).has(object) ||
    downControllers(context.view, context.agreement).has(object) ||
    runnerManagers(context).has(object)
  );
}

function layerWorkloads({ view, agreement }: Context): ReadonlySet<string> {
  return view.derive('workloads of layers', () => {
    const ofLayer = ({ signature, kinds }: Layer) =>
      platformFirst(
        workloadsOf(view, signature, kinds).filter(({ desired }) => desired > 0),
        agreement,
      );
    return new Set(layers.flatMap(ofLayer).map(nameOf));
  });
}

function runnerManagers({ view, agreement }: Context): ReadonlySet<string> {
  return view.derive('runner managers', () => new Set(gitLabRunnersAreTold(agreement) ? gitLabRunners(view).map(nameOf) : []));
}

function shortDns({ view }: Context): ReadonlySet<string> {
  return view.derive('dns that is short of pods', () => {
    const dns = view
      .list('deployments')
      .filter(({ podLabels, unavailableSince }) => podLabels['k8s-app'] === 'kube-dns' && unavailableSince !== undefined);
    return new Set(dns.map(nameOf));
  });
}
