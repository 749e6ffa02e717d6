import { certificateNotReady } from './access/certificate-not-ready.ts';
import { csrPending } from './access/csr-pending.ts';
import { rbacAnonymous } from './access/rbac-anonymous.ts';
import { rbacClusterAdmin } from './access/rbac-cluster-admin.ts';
import { rbacDangling } from './access/rbac-dangling.ts';
import { rbacWildcard } from './access/rbac-wildcard.ts';
import { saDefaultAutomount } from './access/sa-default-automount.ts';
import { saLongLivedToken } from './access/sa-long-lived-token.ts';
import { tlsExpiring } from './access/tls-expiring.ts';
import { capacityNodeLoss } from './capacity/capacity-node-loss.ts';
import { capacityPodsPerNode } from './capacity/capacity-pods-per-node.ts';
import { capacityRequestsHigh } from './capacity/capacity-requests-high.ts';
import { capacityUsageHigh } from './capacity/capacity-usage-high.ts';
import { hpaInactive } from './capacity/hpa-inactive.ts';
import { hpaMaxed } from './capacity/hpa-maxed.ts';
import { podUnschedulable } from './capacity/pod-unschedulable.ts';
import { pvFailed } from './capacity/pv-failed.ts';
import { pvcFilling } from './capacity/pvc-filling.ts';
import { pvcPending } from './capacity/pvc-pending.ts';
import { quotaFull } from './capacity/quota-full.ts';
import type { Check } from './check.ts';
import { apiserverReadyz } from './controlplane/apiserver-readyz.ts';
import { apiserviceUnavailable } from './controlplane/apiservice-unavailable.ts';
import { controllerLeaseStale } from './controlplane/controller-lease-stale.ts';
import { dnsUnhealthy } from './controlplane/dns-unhealthy.ts';
import { webhookFailing } from './controlplane/webhook-failing.ts';
import { webhookRisky } from './controlplane/webhook-risky.ts';
import { defaultIngressClass } from './defaults/default-ingressclass.ts';
import { defaultStorageClass } from './defaults/default-storageclass.ts';
import { nsDefaultDeny } from './defaults/ns-default-deny.ts';
import { nsLimitRange } from './defaults/ns-limitrange.ts';
import { nsPodSecurity } from './defaults/ns-pod-security.ts';
import { nsResourceQuota } from './defaults/ns-resourcequota.ts';
import { nsTerminating } from './defaults/ns-terminating.ts';
import { pdbBlocksDrain } from './defaults/pdb-blocks-drain.ts';
import { pdbMissing } from './defaults/pdb-missing.ts';
import { argocdApp } from './delivery/argocd-app.ts';
import { fluxHelmRelease } from './delivery/flux-helmrelease.ts';
import { fluxKustomization } from './delivery/flux-kustomization.ts';
import { fluxSource } from './delivery/flux-source.ts';
import { imagePull } from './delivery/image-pull.ts';
import { jobFailed } from './delivery/job-failed.ts';
import { pullSecretMissing } from './delivery/pull-secret-missing.ts';
import { rolloutStuck } from './delivery/rollout-stuck.ts';
import { albTargetUnhealthy } from './networking/alb-target-unhealthy.ts';
import { gatewayNotProgrammed } from './networking/gateway-not-programmed.ts';
import { ingressBackendMissing } from './networking/ingress-backend-missing.ts';
import { ingressControllerUnhealthy } from './networking/ingress-controller-unhealthy.ts';
import { ingressNoAddress } from './networking/ingress-no-address.ts';
import { ingressTlsMissing } from './networking/ingress-tls-missing.ts';
import { lbPending } from './networking/lb-pending.ts';
import { lbReconcileFailed } from './networking/lb-reconcile-failed.ts';
import { networkpolicyOrphan } from './networking/networkpolicy-orphan.ts';
import { routeUnresolved } from './networking/route-unresolved.ts';
import { serviceNoEndpoints } from './networking/service-no-endpoints.ts';
import { wafMissing } from './networking/waf-missing.ts';
import { nodeCordoned } from './nodes/node-cordoned.ts';
import { nodeCsrPending } from './nodes/node-csr-pending.ts';
import { nodeKubeletSkew } from './nodes/node-kubelet-skew.ts';
import { nodeNetworkUnavailable } from './nodes/node-network-unavailable.ts';
import { nodeNotReady } from './nodes/node-not-ready.ts';
import { nodePressure } from './nodes/node-pressure.ts';
import { nodeProblem } from './nodes/node-problem.ts';
import { nodeReadyFlapping } from './nodes/node-ready-flapping.ts';
import { nodeRebootRequired } from './nodes/node-reboot-required.ts';
import { nodeUnreachable } from './nodes/node-unreachable.ts';
import { nodeVersionMix } from './nodes/node-version-mix.ts';
import { obsAlertmanager } from './observability/obs-alertmanager.ts';
import { obsDefaultRules } from './observability/obs-default-rules.ts';
import { obsKubeStateMetrics } from './observability/obs-kube-state-metrics.ts';
import { obsLogCollector } from './observability/obs-log-collector.ts';
import { obsMetricsServer } from './observability/obs-metrics-server.ts';
import { obsNodeExporter } from './observability/obs-node-exporter.ts';
import { obsPrometheus } from './observability/obs-prometheus.ts';
import { obsPrometheusStorage } from './observability/obs-prometheus-storage.ts';
import { obsScrapeOrphan } from './observability/obs-scrape-orphan.ts';
import { addonTarget } from './versions/addon-target.ts';
import { apiDeprecatedApplied } from './versions/api-deprecated-applied.ts';
import { apiDeprecatedRequested } from './versions/api-deprecated-requested.ts';
import { crdStoredVersion } from './versions/crd-stored-version.ts';
import { helmReleaseStuck } from './versions/helm-release-stuck.ts';
import { imageLatest } from './versions/image-latest.ts';
import { versionBehind } from './versions/version-behind.ts';
import { versionEol } from './versions/version-eol.ts';
import { versionTarget } from './versions/version-target.ts';
import { alertFiring } from './workloads/alert-firing.ts';
import { cniGap } from './workloads/cni-gap.ts';
import { containerWaiting } from './workloads/container-waiting.ts';
import { nodeSaturation } from './workloads/node-saturation.ts';
import { podCrashloop } from './workloads/pod-crashloop.ts';
import { podEvicted } from './workloads/pod-evicted.ts';
import { podNotReady } from './workloads/pod-not-ready.ts';
import { podOomkilled } from './workloads/pod-oomkilled.ts';
import { workloadMismatch } from './workloads/workload-mismatch.ts';

/** Every check, in the order of reports. A new check is its file, its page, its test and its line here. */
export const checks: readonly Check[] = [
  nodeNotReady,
  nodeUnreachable,
  nodePressure,
  nodeNetworkUnavailable,
  nodeReadyFlapping,
  nodeCordoned,
  nodeKubeletSkew,
  nodeVersionMix,
  nodeProblem,
  nodeRebootRequired,
  nodeCsrPending,
  versionEol,
  versionTarget,
  versionBehind,
  addonTarget,
  apiDeprecatedRequested,
  apiDeprecatedApplied,
  crdStoredVersion,
  imageLatest,
  helmReleaseStuck,
  capacityNodeLoss,
  capacityRequestsHigh,
  capacityUsageHigh,
  capacityPodsPerNode,
  podUnschedulable,
  quotaFull,
  hpaMaxed,
  hpaInactive,
  pvcFilling,
  pvcPending,
  pvFailed,
  obsMetricsServer,
  obsKubeStateMetrics,
  obsNodeExporter,
  obsLogCollector,
  obsPrometheus,
  obsPrometheusStorage,
  obsAlertmanager,
  obsDefaultRules,
  obsScrapeOrphan,
  rbacClusterAdmin,
  rbacAnonymous,
  rbacWildcard,
  rbacDangling,
  saDefaultAutomount,
  saLongLivedToken,
  tlsExpiring,
  certificateNotReady,
  csrPending,
  defaultStorageClass,
  defaultIngressClass,
  nsPodSecurity,
  nsDefaultDeny,
  nsLimitRange,
  nsResourceQuota,
  pdbBlocksDrain,
  pdbMissing,
  nsTerminating,
  apiserverReadyz,
  apiserviceUnavailable,
  webhookFailing,
  webhookRisky,
  dnsUnhealthy,
  controllerLeaseStale,
  podCrashloop,
  podOomkilled,
  podEvicted,
  podNotReady,
  containerWaiting,
  workloadMismatch,
  nodeSaturation,
  cniGap,
  alertFiring,
  ingressNoAddress,
  ingressBackendMissing,
  serviceNoEndpoints,
  ingressTlsMissing,
  ingressControllerUnhealthy,
  lbPending,
  lbReconcileFailed,
  albTargetUnhealthy,
  wafMissing,
  gatewayNotProgrammed,
  routeUnresolved,
  networkpolicyOrphan,
  argocdApp,
  fluxSource,
  fluxKustomization,
  fluxHelmRelease,
  imagePull,
  pullSecretMissing,
  rolloutStuck,
  jobFailed,
];
