import { matchesLabels } from '../../kube/label-selector.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { distributionOf } from '../../observe/platform.ts';
import type { IngressView } from '../../observe/resources/ingresses.ts';
import type { ServiceView } from '../../observe/resources/services.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import type { Agreement } from '../agreement.ts';
import { defaultsOf } from '../defaults/default-classes.ts';
import { nameOf, platformFirst, workloadsOf } from '../observability/workloads.ts';
import { gkeIngress, gkeIngressClasses, type IngressController, ingressControllerNamed } from './ingress-controllers.ts';

/** Needed to follow an Ingress to whoever serves it; with the probe `version`. */
export const chainResources = ['ingresses', 'ingressclasses', 'services', 'deployments', 'daemonsets', 'statefulsets', 'nodes'] as const;

/** Who serves an Ingress in this cluster. */
export interface Handler {
  /** The IngressClass; as it is written where there is none of that name. */
  class: string;
  /** undefined: software that is not known, of which nothing may be assumed. */
  controller: IngressController | undefined;
}

export interface HandledIngress {
  ingress: IngressView;
  /** `Ingress/namespace/name`. */
  object: string;
  handler: Handler;
}

/**
 * Ingresses that somebody in this cluster serves, that are covered and here to stay: neither one of another class or of none, nor one that is
 * being deleted, nor cert-manager's for a challenge.
 */
export function handledIngresses(view: ClusterView, agreement: Agreement): HandledIngress[] {
  const handlerOf = handlers(view);
  return view.list('ingresses').flatMap((ingress) => {
    if (ingress.deleting || ingress.acmeSolver || !agreement.isCovered(ingress.namespace)) return [];
    const handler = handlerOf(ingress.class);
    return handler ? [{ ingress, object: `Ingress/${ingress.namespace}/${ingress.name}`, handler }] : [];
  });
}

function handlers(view: ClusterView): (className: string) => Handler | undefined {
  const classes = view.list('ingressclasses');
  const [fallback] = defaultsOf(classes);
  const onGke = distributionOf(view) === 'gke';
  return (className) => {
    const found = className === '' ? fallback : classes.find(({ name }) => name === className);
    if (found) return { class: found.name, controller: ingressControllerNamed(found.controller) };
    return onGke && gkeIngressClasses.includes(className) ? { class: className || 'gce', controller: gkeIngress } : undefined;
  };
}

/** Deployments and the like that run a controller; none where the provider does, or where it goes by names that are not known. */
export function controllerWorkloads(view: ClusterView, { title, signature }: IngressController): readonly WorkloadView[] {
  if (!signature) return [];
  return view.derive(`workloads of ${title}`, () => workloadsOf(view, signature, ['Deployment', 'DaemonSet', 'StatefulSet']));
}

/** None of its pods is available though there should be some. */
export function isDown({ desired, available }: WorkloadView): boolean {
  return desired > 0 && available === 0;
}

/** Services of type LoadBalancer before pods of these workloads. */
export function loadBalancersBefore(view: ClusterView, workloads: readonly WorkloadView[]): ServiceView[] {
  return view
    .list('services')
    .filter((service) => service.type === 'LoadBalancer' && workloads.some((workload) => selects(service, workload)));
}

/** True where the Service sends what it gets to pods of the workload. */
export function selects({ namespace, selector }: ServiceView, workload: WorkloadView): boolean {
  if (namespace !== workload.namespace || Object.keys(selector).length === 0) return false;
  return matchesLabels({ matchLabels: selector, matchExpressions: [] }, workload.podLabels);
}

/** True where its controller asks no backend; an annotation of another one changes nothing. */
export function answersItself({ ingress: { answeredBy }, handler: { controller } }: HandledIngress): boolean {
  return answeredBy !== '' && (controller === undefined || answeredBy.startsWith(controller.annotations));
}

/** Backends of an Ingress that are Services; AWS Load Balancer Controller takes names of annotations for others. */
export function serviceBackends({ backends }: IngressView): IngressView['backends'] {
  return backends.filter(({ port }) => port !== 'use-annotation');
}

/** Which Services or ports that an Ingress names are not there: `Service/shop/web` or `Service/shop/web port 80`. */
export function missingBackends(view: ClusterView, ingress: IngressView): string[] {
  return serviceBackends(ingress).flatMap(({ service, port }) => {
    const name = `Service/${ingress.namespace}/${service}`;
    const found = view.get('services', `${ingress.namespace}/${service}`);
    if (!found) return [name];
    // One that is a name for somewhere else need not list ports, and a headless one need not either.
    if (found.type === 'ExternalName' || found.ports.length === 0 || port === '') return [];
    return found.ports.some((one) => String(one.port) === port || one.name === port) ? [] : [`${name} port ${port}`];
  });
}

/** The classes of each controller that an IngressClass names and that is known. */
export function classesByController(view: ClusterView): ReadonlyMap<IngressController, string[]> {
  const known = new Map<IngressController, string[]>();
  for (const { name, controller } of view.list('ingressclasses')) {
    const found = ingressControllerNamed(controller);
    if (found) known.set(found, [...(known.get(found) ?? []), name]);
  }
  return known;
}

/** The platform's where it has some: a team that tries the same software in its own namespace does not serve the platform's classes. */
export function ownWorkloads(view: ClusterView, controller: IngressController, agreement: Agreement) {
  return platformFirst(controllerWorkloads(view, controller), agreement);
}

/** Names of the workloads that ingress-controller-unhealthy tells of. */
export function downControllers(view: ClusterView, agreement: Agreement): ReadonlySet<string> {
  return view.derive('ingress controllers that are down', () => {
    const all = [...classesByController(view).keys()].flatMap((controller) => ownWorkloads(view, controller, agreement));
    return new Set(all.filter((workload) => isDown(workload) && agreement.isCovered(workload.namespace)).map(nameOf));
  });
}
