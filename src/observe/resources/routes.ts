import type { Condition, KubeObject } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';
import { type FalseCondition, falseConditions } from './gateway-conditions.ts';

/** An HTTPRoute, GRPCRoute or TLSRoute of the Gateway API. */
export interface RouteView {
  kind: 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute';
  name: string;
  namespace: string;
  /** A Gateway has accepted it. */
  attached: boolean;
  /** `namespace/name` of the Services that it sends anything to, each once. */
  services: readonly string[];
  /** Parents of its spec for which Accepted or ResolvedRefs is False: `Gateway/namespace/name`, with the listener where it names one. */
  parents: readonly { parent: string; listener: string; problems: readonly FalseCondition[] }[];
  deleting: boolean;
}

interface Reference {
  group?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  sectionName?: string;
  port?: number;
}

interface Route extends KubeObject {
  spec?: { parentRefs?: Reference[]; rules?: { backendRefs?: (Reference & { weight?: number })[] }[] };
  status?: { parents?: { parentRef?: Reference; conditions?: Partial<Condition>[] }[] };
}

const typeOf = (version: string, resource: string, kind: RouteView['kind']) => ({
  ...{ group: 'gateway.networking.k8s.io', version, resource, kind, namespaced: true },
});

export const httproutes = defineResource({
  type: typeOf('v1', 'httproutes', 'HTTPRoute'),
  otherVersions: ['v1beta1', 'v1alpha2'],
  project: (route: Route) => routeOf('HTTPRoute', route),
});

export const grpcroutes = defineResource({
  type: typeOf('v1', 'grpcroutes', 'GRPCRoute'),
  otherVersions: ['v1alpha2'],
  project: (route: Route) => routeOf('GRPCRoute', route),
});

export const tlsroutes = defineResource({
  type: typeOf('v1', 'tlsroutes', 'TLSRoute'),
  otherVersions: ['v1alpha3', 'v1alpha2'],
  project: (route: Route) => routeOf('TLSRoute', route),
});

function routeOf(kind: RouteView['kind'], { metadata, spec, status }: Route): RouteView {
  const own = metadata?.namespace ?? '';
  const meant = new Set((spec?.parentRefs ?? []).map((reference) => keyOf(reference, own)));
  // Controllers leave behind what they said about a parent that is no longer one.
  const parents = (status?.parents ?? []).filter(({ parentRef }) => parentRef && meant.has(keyOf(parentRef, own)));
  return {
    kind,
    name: metadata?.name ?? '',
    namespace: own,
    attached: parents.some(({ conditions }) => conditions?.some(({ type, status: value }) => type === 'Accepted' && value === 'True')),
    services: servicesOf(spec, own),
    parents: parents.flatMap(({ parentRef = {}, conditions }) => {
      const problems = falseConditions(conditions, ['Accepted', 'ResolvedRefs']);
      const { kind: parentKind = 'Gateway', namespace = own, name = '', sectionName = '' } = parentRef;
      return problems.length > 0 ? [{ parent: `${parentKind}/${namespace}/${name}`, listener: sectionName, problems }] : [];
    }),
    deleting: metadata?.deletionTimestamp !== undefined,
  };
}

/** The API server fills in group and kind, a controller may leave them out. */
function keyOf({ kind = 'Gateway', namespace, name = '', sectionName = '', port = 0 }: Reference, own: string): string {
  return [kind, namespace ?? own, name, sectionName, port].join('/');
}

/** A backend of weight 0 gets nothing: it waits for its release. */
function servicesOf(spec: Route['spec'], own: string): readonly string[] {
  const backends = (spec?.rules ?? []).flatMap(({ backendRefs }) => backendRefs ?? []);
  const services = backends.filter(({ group = '', kind = 'Service', weight = 1 }) => group === '' && kind === 'Service' && weight > 0);
  return [...new Set(services.map(({ namespace = own, name = '' }) => `${namespace}/${name}`))];
}
