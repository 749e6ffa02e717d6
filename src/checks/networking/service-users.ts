import type { ClusterView } from '../../observe/cluster-view.ts';
import type { Agreement } from '../agreement.ts';
import { webhookConfigurations } from '../controlplane/webhook-configurations.ts';
import { answersItself, handledIngresses, serviceBackends } from './ingress-chain.ts';

export const routeResources = ['httproutes', 'grpcroutes', 'tlsroutes'] as const;

/** Who sends requests to a Service. */
export interface Use {
  /** `Ingress/namespace/name`, `HTTPRoute/namespace/name` or `ValidatingWebhookConfiguration/name`. */
  users: string[];
  /** People or programs outside of the cluster wait for an answer. */
  fromOutside: boolean;
}

/**
 * By the Service's `namespace/name`. Ingresses that nobody serves or that only redirect, and routes that no Gateway has accepted, send nothing;
 * webhooks that must be asked are webhook-failing's, and those that may be left out count here.
 */
export function usedServices(view: ClusterView, agreement: Agreement): Map<string, Use> {
  const uses = new Map<string, Use>();
  const add = (service: string, user: string, fromOutside: boolean) => {
    const use = uses.get(service) ?? { users: [], fromOutside: false };
    if (!use.users.includes(user)) use.users.push(user);
    use.fromOutside ||= fromOutside;
    uses.set(service, use);
  };
  for (const one of handledIngresses(view, agreement)) {
    const { ingress, object } = one;
    if (!answersItself(one)) for (const { service } of serviceBackends(ingress)) add(`${ingress.namespace}/${service}`, object, true);
  }
  for (const resource of routeResources)
    for (const { kind, namespace, name, attached, services, deleting } of view.list(resource))
      if (attached && !deleting) for (const service of services) add(service, `${kind}/${namespace}/${name}`, true);
  for (const { object, webhooks } of webhookConfigurations(view))
    for (const { service, failurePolicy, rules } of webhooks)
      if (service !== '' && failurePolicy === 'Ignore' && rules.length > 0) add(service, object, false);
  return uses;
}
