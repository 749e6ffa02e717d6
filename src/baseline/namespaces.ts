import type { Agreement } from '../checks/agreement.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import type { WorkloadView } from '../observe/resources/workloads.ts';
import type { Fact } from './fact.ts';

/**
 * True where what is in the namespace is compared: always when a baseline is captured; with an approved one only if that knows the namespace.
 * What a new one holds is no drift by itself: the fact `namespaces` says whether the new namespace is.
 */
export function isCompared(namespace: string, agreement: Agreement): boolean {
  if (!agreement.isCovered(namespace)) return false;
  return !agreement.baselineApproved || agreement.agreed(`Namespace/${namespace}`) !== undefined;
}

/**
 * Labels by which a controller that makes workloads in its own namespace names the namespace of what it makes them for: k3s ServiceLB, Envoy
 * Gateway, Tailscale's operator. What is made beside its object, as by Istio for a Gateway, is of that namespace anyhow.
 */
const madeForLabels = [
  'svccontroller.k3s.cattle.io/svcnamespace',
  'gateway.envoyproxy.io/owning-gateway-namespace',
  'tailscale.com/parent-resource-ns',
];

/**
 * True for a workload in a platform namespace, but for one that a controller keeps there for an application. An approved baseline of a release
 * that stated such ones is still held to them: `object` is the spelling it has there.
 */
export function isOfPlatform(
  { namespace, labels }: Pick<WorkloadView, 'namespace' | 'labels'>,
  object: string,
  agreement: Agreement,
): boolean {
  const madeFor = madeForLabels.map((label) => labels[label]).find(Boolean) ?? namespace;
  return agreement.isPlatform(namespace) && (agreement.isPlatform(madeFor) || agreement.agreed(object) !== undefined);
}

/** True where the approved baseline has one of these paths for the object, or a path below one. */
export function isAgreed(object: string, prefixes: readonly string[], agreement: Agreement): boolean {
  const known = Object.keys(agreement.agreed(object) ?? {});
  return known.some((path) => prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}.`)));
}

/**
 * An entry for each namespace that has values. A namespace that has lost all that was agreed has an empty one, so that it differs from a
 * namespace that is gone.
 */
export function entriesByNamespace(
  prefixes: readonly string[],
  view: ClusterView,
  agreement: Agreement,
  values: ReadonlyMap<string, Record<string, string>>,
): ReturnType<Fact['collect']> {
  return view.list('namespaces').flatMap(({ name }) => {
    const object = `Namespace/${name}`;
    const value = values.get(name);
    if (!isCompared(name, agreement) || (!value && !isAgreed(object, prefixes, agreement))) return [];
    return [{ object, value: value ?? {} }];
  });
}
