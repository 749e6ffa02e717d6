import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { LoadBalancerEventView } from '../../observe/resources/load-balancer-events.ts';
import type { ServiceView } from '../../observe/resources/services.ts';
import type { Signature } from '../observability/layers.ts';
import { workloadsOf } from '../observability/workloads.ts';

/** What the controller of a load balancer says about an object that it could not make as it is asked for. */
export interface Failure {
  reason: string;
  message: string;
  /** When the failures began that no success has ended. */
  since: Temporal.Instant | undefined;
}

/** For messages: `FailedDeployModel: "quota exceeded"`. */
export function wordsOf({ reason, message }: Failure): string {
  return `${reason}: "${message}"`;
}

/** By `Kind/namespace/name`, of objects whose last Event of a load balancer is a failure. */
export function failures(view: ClusterView): ReadonlyMap<string, Failure> {
  return view.derive('failures of load balancers', () => {
    const byObject = new Map<string, LoadBalancerEventView[]>();
    for (const event of view.list('load-balancer-events')) {
      const others = byObject.get(event.object);
      if (others) others.push(event);
      else byObject.set(event.object, [event]);
    }
    const found = new Map<string, Failure>();
    for (const [object, events] of byObject) {
      const failure = failureOf(events);
      if (failure) found.set(object, failure);
    }
    return found;
  });
}

function failureOf(events: readonly LoadBalancerEventView[]): Failure | undefined {
  const succeeded = latest(events.filter(({ failed }) => !failed))?.lastAt ?? '';
  const since = events.filter(({ failed, lastAt }) => failed && isLater(lastAt, succeeded));
  const last = latest(since);
  if (!last) return undefined;
  const began = since.flatMap(({ firstAt }) => instantOf(isLater(firstAt, succeeded) ? firstAt : succeeded) ?? []);
  return { reason: last.reason, message: last.message, since: began.sort(Temporal.Instant.compare)[0] };
}

function latest(events: readonly LoadBalancerEventView[]): LoadBalancerEventView | undefined {
  return events.reduce<LoadBalancerEventView | undefined>((a, b) => (a && !isLater(b.lastAt, a.lastAt) ? a : b), undefined);
}

/** By time; what has none is the oldest. */
function isLater(a: string, b: string): boolean {
  return (instantOf(a)?.epochMilliseconds ?? 0) > (instantOf(b)?.epochMilliseconds ?? 0);
}

/** A failure that is about the firewall, as AWS words it: waf-missing's. */
export function isAboutFirewall({ message }: Failure): boolean {
  return /\bwaf(v2|-regional)?\b|web ?acl|WAF\w*Exception/i.test(message);
}

/** Implementations that Services name by spec.loadBalancerClass, from their documentation; a provider's own has no workload. */
const classes: Readonly<Record<string, Signature | 'provider'>> = {
  'service.k8s.aws/nlb': { images: ['aws-load-balancer-controller'], names: ['aws-load-balancer-controller'] },
  'eks.amazonaws.com/nlb': 'provider',
  'networking.gke.io/l4-regional-external': 'provider',
  'networking.gke.io/l4-regional-internal': 'provider',
  tailscale: { images: ['tailscale/k8s-operator'], names: ['tailscale-operator'] },
  'io.cilium/bgp-control-plane': { images: ['cilium/operator-generic'], names: ['cilium-operator'] },
  'io.cilium/l2-announcer': { images: ['cilium/operator-generic'], names: ['cilium-operator'] },
  'kube-vip.io/kube-vip-class': { images: ['kube-vip/kube-vip', 'kube-vip/kube-vip-cloud-provider'], names: ['kube-vip-ds'] },
};

/** Software that gives addresses to Services without a class where no cloud does. */
const providers: Signature = {
  images: ['metallb/controller', 'kube-vip/kube-vip-cloud-provider', 'kube-vip/kube-vip', 'purelb/allocator', 'openelb/openelb'],
  names: ['metallb', 'kube-vip-ds', 'kube-vip-cloud-provider', 'purelb', 'openelb'],
};

/** Beginnings of a node's providerID in clouds whose cloud controller manager makes load balancers. */
const clouds = /^(aws|gce|azure|openstack|digitalocean|hcloud|linode|scaleway|vultr|civo|ibm|oci|upcloud):\/\//;

/** True where somebody in this cluster is there to give the Service an address. Needs `services`, `nodes`, workloads and, where there are any, Events. */
export function isServed(view: ClusterView, service: ServiceView): boolean {
  if (failures(view).has(`Service/${service.namespace}/${service.name}`)) return true;
  const { loadBalancerClass } = service;
  if (loadBalancerClass === '') return hasProvider(view);
  const known = classes[loadBalancerClass];
  if (known === 'provider') return true;
  return known !== undefined && workloadsOf(view, known, ['Deployment', 'DaemonSet']).some(({ desired }) => desired > 0);
}

/** Another Service without a class that has got an address is as good a sign as a cloud or a well-known workload. */
function hasProvider(view: ClusterView): boolean {
  return view.derive('gives addresses to Services', () => {
    for (const { type, addresses, loadBalancerClass } of view.list('services'))
      if (type === 'LoadBalancer' && loadBalancerClass === '' && addresses.length > 0) return true;
    for (const { providerID } of view.list('nodes')) if (clouds.test(providerID)) return true;
    return workloadsOf(view, providers, ['Deployment', 'DaemonSet']).some(({ desired }) => desired > 0);
  });
}
