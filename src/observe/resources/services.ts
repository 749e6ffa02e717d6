import type { Service } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface ServiceView {
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  /** Which implementation is to make its load balancer; '' where that is the cluster's own. */
  loadBalancerClass: string;
  /** Empty where endpoints are not made from pods. */
  selector: Readonly<Record<string, string>>;
  ports: readonly { name: string; port: number; targetPort: string }[];
  /** Names of the BackendConfigs by which a GKE load balancer treats its ports. */
  backendConfigs: readonly string[];
  /** Host names and addresses of a load balancer. */
  addresses: readonly string[];
  createdAt: string | undefined;
  deleting: boolean;
}

export const services = defineResource({
  type: { group: '', version: 'v1', resource: 'services', kind: 'Service', namespaced: true },
  project: ({ metadata, spec, status }: Service): ServiceView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    labels: metadata?.labels ?? {},
    type: (spec?.type ?? 'ClusterIP') as ServiceView['type'],
    loadBalancerClass: spec?.loadBalancerClass ?? '',
    selector: spec?.selector ?? {},
    ports: (spec?.ports ?? []).map(({ name, port, targetPort }) => ({
      name: name ?? '',
      port: port ?? 0,
      targetPort: String(targetPort ?? port ?? ''),
    })),
    backendConfigs: backendConfigsOf(metadata?.annotations?.['cloud.google.com/backend-config']),
    addresses: (status?.loadBalancer?.ingress ?? []).map(({ hostname, ip }) => hostname ?? ip ?? '').filter((address) => address !== ''),
    createdAt: metadata?.creationTimestamp,
    deleting: metadata?.deletionTimestamp !== undefined,
  }),
});

/** From `{"default": "one", "ports": {"http": "other"}}`; none where it is no such text, which GKE refuses too. */
function backendConfigsOf(annotation: string | undefined): string[] {
  if (!annotation) return [];
  try {
    const named: unknown = JSON.parse(annotation);
    if (typeof named !== 'object' || named === null) return [];
    const { default: everywhere, ports } = named as { default?: unknown; ports?: unknown };
    const names = [everywhere, ...Object.values(ports ?? {})].filter((name) => typeof name === 'string');
    return [...new Set(names)].sort();
  } catch {
    return [];
  }
}
