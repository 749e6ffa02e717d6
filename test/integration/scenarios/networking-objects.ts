import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { waitFor } from '../../controlplane/wait.ts';
import { ago } from './own-nodes.ts';
import { crd, type World } from './scenario.ts';

/** Namespaces of these names count to the platform, which is always covered. */
export const inPlatform = (check: string) => `platform-${check}`;

/** For every scenario its own class, so that none depends on the controller of another. */
export function ingressClass(name: string, controller: string): Manifest {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name }, spec: { controller } };
}

export interface IngressOptions {
  /** '' for none. */
  class: string;
  /** Default: the Service `outside` and port 443. */
  backend?: object;
  tls?: { hosts: string[]; secretName: string }[];
  labels?: Record<string, string>;
}

export const serviceBackend = (name: string, port: number | string) => ({
  service: { name, port: typeof port === 'number' ? { number: port } : { name: port } },
});

export function ingress(name: string, namespace: string, options: IngressOptions): Manifest {
  const backend = options.backend ?? serviceBackend('outside', 443);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, ...(options.labels ? { labels: options.labels } : {}) },
    spec: {
      ...(options.class === '' ? {} : { ingressClassName: options.class }),
      ...(options.tls ? { tls: options.tls } : {}),
      rules: [{ host: `${name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}

export function service(name: string, namespace: string, spec: object = {}): Manifest {
  const ports = [{ name: 'http', port: 80 }];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: { app: name }, ports, ...spec } };
}

/** A Service to which an Ingress may lead without pods. */
export function outside(namespace: string, name = 'outside'): Manifest {
  const spec = { type: 'ExternalName', externalName: 'www.example.com' };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

/** Gives an Ingress or a Service of type LoadBalancer an address. */
export function address({ patch }: World, kind: 'ingress' | 'service', name: string, namespace: string): Promise<void> {
  return patch(kind, name, { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } }, { namespace, status: true });
}

/** Waits until an EndpointSlice of the Service has a ready endpoint, as its controller marks it. */
export async function answered({ cluster }: World, name: string, namespace: string): Promise<void> {
  type Slices = { items: { endpoints?: { conditions?: { ready?: boolean } }[] }[] };
  await waitFor(`service/${name} to have a ready endpoint`, async (see) => {
    const selector = `kubernetes.io/service-name=${name}`;
    const { items } = await cluster.kubectlJson<Slices>(['get', 'endpointslices', '-n', namespace, '-l', selector]);
    return see(items.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready).length) > 0;
  });
}

/** What the controller of a load balancer says about an object, `Kind/namespace/name`, so many minutes ago. */
export function said(object: string, reason: string, message: string, minutes: number): Manifest {
  const [kind, namespace = '', name = ''] = object.split('/');
  const at = ago({ minutes });
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${reason.toLowerCase()}`, namespace },
    involvedObject: { kind, namespace, name },
    ...{ type: /^Failed|Failed$/.test(reason) ? 'Warning' : 'Normal', reason, message, firstTimestamp: at, lastTimestamp: at },
    source: { component: 'cloud' },
  } as Manifest;
}

/** Kinds of third parties, in the version that they are served here. */
const apis = {
  gateways: ['Gateway', 'gateway.networking.k8s.io', 'v1'],
  httproutes: ['HTTPRoute', 'gateway.networking.k8s.io', 'v1beta1'],
  targetgroupbindings: ['TargetGroupBinding', 'elbv2.k8s.aws', 'v1beta1'],
} as const;

type Plural = keyof typeof apis;

/** `gateways.gateway.networking.k8s.io`, as kubectl finds it by. */
export const resource = (plural: Plural) => `${plural}.${apis[plural][1]}`;

export async function installApi({ cluster, apply }: World, plural: Plural): Promise<void> {
  const [kind, group, version] = apis[plural];
  await apply(crd(kind, plural, group, version));
  await cluster.kubectl(['wait', '--for=condition=Established', `crd/${resource(plural)}`, '--timeout=30s']);
}

export function custom(plural: Plural, name: string, namespace: string, spec: object, metadata: object = {}): Manifest {
  const [kind, group, version] = apis[plural];
  return { apiVersion: `${group}/${version}`, kind, metadata: { name, namespace, ...metadata }, spec };
}

/** A condition that changed so many minutes ago. */
export function condition(type: string, status: string, reason: string, minutes = 10): object {
  return { type, status, reason, message: 'set by a test', lastTransitionTime: ago({ minutes }) };
}
