import type { Fact } from './fact.ts';
import { admissionWebhooks } from './facts/admission-webhooks.ts';
import { apiServices } from './facts/apiservices.ts';
import { clusterAdmins } from './facts/cluster-admins.ts';
import { clusterRoles } from './facts/cluster-roles.ts';
import { clusterVersion } from './facts/cluster-version.ts';
import { crds } from './facts/crds.ts';
import { csiDrivers } from './facts/csi-drivers.ts';
import { defaultPullSecrets } from './facts/default-pull-secrets.ts';
import { delivery } from './facts/delivery.ts';
import { gatewayClasses } from './facts/gateway-classes.ts';
import { helmReleases } from './facts/helm-releases.ts';
import { ingressClasses } from './facts/ingress-classes.ts';
import { ingressWaf } from './facts/ingress-waf.ts';
import { logCollectors } from './facts/log-collectors.ts';
import { namespaces } from './facts/namespaces.ts';
import { networkPolicies } from './facts/network-policies.ts';
import { nodePools } from './facts/node-pools.ts';
import { observability } from './facts/observability.ts';
import { platformModules } from './facts/platform-modules.ts';
import { platformWorkloads } from './facts/platform-workloads.ts';
import { priorityClasses } from './facts/priority-classes.ts';
import { quotasAndLimits } from './facts/quotas-and-limits.ts';
import { registrySecrets } from './facts/registry-secrets.ts';
import { runtimeClasses } from './facts/runtime-classes.ts';
import { serviceAccountTokens } from './facts/service-account-tokens.ts';
import { storageClasses } from './facts/storage-classes.ts';

/** Every fact of a baseline. A new fact is its file, its test and its line here. */
export const facts: readonly Fact[] = [
  clusterVersion,
  nodePools,
  helmReleases,
  platformWorkloads,
  platformModules,
  crds,
  storageClasses,
  ingressClasses,
  gatewayClasses,
  priorityClasses,
  runtimeClasses,
  csiDrivers,
  admissionWebhooks,
  apiServices,
  namespaces,
  quotasAndLimits,
  networkPolicies,
  clusterAdmins,
  clusterRoles,
  serviceAccountTokens,
  observability,
  logCollectors,
  ingressWaf,
  delivery,
  defaultPullSecrets,
  registrySecrets,
];
