import type { Stored } from '../runtime/store.ts';
import type { Resource } from './resource.ts';
import { apiservices } from './resources/apiservices.ts';
import { applications, appprojects } from './resources/argocd.ts';
import { backendconfigs } from './resources/backendconfigs.ts';
import { certificates } from './resources/certificates.ts';
import { certificatesigningrequests } from './resources/certificatesigningrequests.ts';
import { clusterAutoscalerStatus } from './resources/cluster-autoscaler-status.ts';
import { clusterrolebindings } from './resources/clusterrolebindings.ts';
import { cronjobs } from './resources/cronjobs.ts';
import { csidrivers } from './resources/csidrivers.ts';
import { customresourcedefinitions } from './resources/customresourcedefinitions.ts';
import { endpointslices } from './resources/endpointslices.ts';
import { evictedPods } from './resources/evicted-pods.ts';
import { buckets, gitrepositories, helmreleases, helmrepositories, kustomizations, ocirepositories } from './resources/flux.ts';
import { gatewayclasses } from './resources/gatewayclasses.ts';
import { gateways } from './resources/gateways.ts';
import { helmReleaseSecrets } from './resources/helm-release-secrets.ts';
import { horizontalpodautoscalers } from './resources/horizontalpodautoscalers.ts';
import { ingressclasses } from './resources/ingressclasses.ts';
import { ingresses } from './resources/ingresses.ts';
import { jobs } from './resources/jobs.ts';
import { limitranges } from './resources/limitranges.ts';
import { loadBalancerEvents } from './resources/load-balancer-events.ts';
import {
  alertmanagerconfigs,
  alertmanagers,
  podmonitors,
  prometheusagents,
  prometheuses,
  prometheusrules,
  servicemonitors,
  thanosrulers,
} from './resources/monitoring.ts';
import { namespaces } from './resources/namespaces.ts';
import { networkpolicies } from './resources/networkpolicies.ts';
import { nodes } from './resources/nodes.ts';
import { otherSecrets } from './resources/other-secrets.ts';
import { persistentvolumeclaims } from './resources/persistentvolumeclaims.ts';
import { persistentvolumes } from './resources/persistentvolumes.ts';
import { poddisruptionbudgets } from './resources/poddisruptionbudgets.ts';
import { pods } from './resources/pods.ts';
import { priorityclasses } from './resources/priorityclasses.ts';
import { legacyPullSecrets, pullSecrets } from './resources/pull-secrets.ts';
import { resourcequotas } from './resources/resourcequotas.ts';
import { rolebindings } from './resources/rolebindings.ts';
import { clusterroles, roles } from './resources/roles.ts';
import { grpcroutes, httproutes, tlsroutes } from './resources/routes.ts';
import { runtimeclasses } from './resources/runtimeclasses.ts';
import { serviceAccountTokenSecrets } from './resources/service-account-token-secrets.ts';
import { serviceaccounts } from './resources/serviceaccounts.ts';
import { services } from './resources/services.ts';
import { storageclasses } from './resources/storageclasses.ts';
import { supportCalendar } from './resources/support-calendar.ts';
import { targetgroupbindings } from './resources/targetgroupbindings.ts';
import { tlsSecrets } from './resources/tls-secrets.ts';
import { mutatingwebhookconfigurations, validatingwebhookconfigurations } from './resources/webhooks.ts';
import { daemonsets, deployments, statefulsets } from './resources/workloads.ts';

/** Every resource that a check or fact can ask for, by the name they ask with. One line a file of resources/. */
export const resources = {
  alertmanagerconfigs,
  alertmanagers,
  apiservices,
  applications,
  appprojects,
  backendconfigs,
  buckets,
  certificates,
  certificatesigningrequests,
  'cluster-autoscaler-status': clusterAutoscalerStatus,
  clusterrolebindings,
  clusterroles,
  cronjobs,
  csidrivers,
  customresourcedefinitions,
  daemonsets,
  deployments,
  endpointslices,
  'evicted-pods': evictedPods,
  gatewayclasses,
  gateways,
  gitrepositories,
  grpcroutes,
  'helm-release-secrets': helmReleaseSecrets,
  helmreleases,
  helmrepositories,
  horizontalpodautoscalers,
  httproutes,
  ingressclasses,
  ingresses,
  jobs,
  kustomizations,
  'legacy-pull-secrets': legacyPullSecrets,
  limitranges,
  'load-balancer-events': loadBalancerEvents,
  mutatingwebhookconfigurations,
  namespaces,
  networkpolicies,
  nodes,
  ocirepositories,
  'other-secrets': otherSecrets,
  persistentvolumeclaims,
  persistentvolumes,
  poddisruptionbudgets,
  podmonitors,
  pods,
  priorityclasses,
  prometheusagents,
  prometheuses,
  prometheusrules,
  'pull-secrets': pullSecrets,
  resourcequotas,
  rolebindings,
  roles,
  runtimeclasses,
  'service-account-token-secrets': serviceAccountTokenSecrets,
  serviceaccounts,
  servicemonitors,
  services,
  statefulsets,
  storageclasses,
  'support-calendar': supportCalendar,
  targetgroupbindings,
  thanosrulers,
  'tls-secrets': tlsSecrets,
  tlsroutes,
  validatingwebhookconfigurations,
} as const satisfies Record<string, Resource<Stored>>;

export type ResourceName = keyof typeof resources;
export type View<K extends ResourceName> = (typeof resources)[K] extends Resource<infer T> ? T : never;
