import type { ControlPlane, Manifest } from '../../controlplane/cluster-handle.ts';

/** What a scenario does to the cluster, as the administrator. */
export interface World {
  cluster: ControlPlane;
  /** Server-side apply. */
  apply(...manifests: Manifest[]): Promise<void>;
  /** `kubectl delete`, without waiting for finalizers; what is not there is fine. */
  remove(kind: string, name: string, namespace?: string): Promise<void>;
  /** A merge patch; of the status where told so, as a controller would write it. */
  patch(kind: string, name: string, patch: object, options?: { namespace?: string; status?: boolean }): Promise<void>;
  /** Sets one condition of an object's status, dated now unless told otherwise, and leaves the others. */
  condition(
    kind: string,
    name: string,
    condition: { type: string; status: string; reason?: string; message?: string; since?: string },
    namespace?: string,
  ): Promise<void>;
}

/** A normal state that looks like the fault. */
export interface LookAlike {
  what: string;
  arrange: (world: World) => Promise<void>;
  /** The finding of another check whose matter it is. */
  toldBy?: { check: string; object: string };
}

/** One check on a real API server: it fires on its fault, stops when that is mended, and is silent about what only looks like it. */
export interface Scenario {
  check: string;
  /** The finding's object. */
  object: string;
  /** Values of the check's parameters; its `for` is 0s unless given. */
  settings?: { parameters?: Record<string, string>; for?: string };
  /** What has to be there before: namespaces, CRDs. Made before the operator starts. */
  prepare?: (world: World) => Promise<void>;
  fault: (world: World) => Promise<void>;
  mend: (world: World) => Promise<void>;
  /** Arranged after everything is mended. Nothing of this check may be found about any object that was not there before. */
  lookAlikes: readonly LookAlike[];
}

export function createWorld(cluster: ControlPlane): World {
  const inNamespace = (namespace: string | undefined) => (namespace ? ['-n', namespace] : []);
  const world: World = {
    cluster,
    apply: (...manifests) => cluster.apply(manifests),
    remove: async (kind, name, namespace) => {
      await cluster.kubectl(['delete', kind, name, ...inNamespace(namespace), '--ignore-not-found', '--wait=false']);
    },
    patch: async (kind, name, patch, { namespace, status } = {}) => {
      const of = status ? ['--subresource=status'] : [];
      await cluster.kubectl(['patch', kind, name, ...inNamespace(namespace), ...of, '--type=merge', '-p', JSON.stringify(patch)]);
    },
    condition: async (kind, name, { since = new Date().toISOString(), ...condition }, namespace) => {
      type Conditions = { status?: { conditions?: { type: string }[] } };
      const { status } = await cluster.kubectlJson<Conditions>(['get', kind, name, ...inNamespace(namespace)]);
      const others = (status?.conditions ?? []).filter(({ type }) => type !== condition.type);
      const dated = { reason: 'Test', message: 'set by a test', lastTransitionTime: since.replace(/\.\d+Z$/, 'Z'), ...condition };
      await world.patch(kind, name, { status: { conditions: [...others, dated] } }, { ...(namespace ? { namespace } : {}), status: true });
    },
  };
  return world;
}

export function namespace(name: string, labels: Record<string, string> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** A Deployment of pods that ask for next to nothing. */
export function deployment(
  name: string,
  inNamespace: string,
  spec: { replicas?: number; labels?: Record<string, string>; image?: string; pod?: object } = {},
): Manifest {
  const labels = { app: name, ...spec.labels };
  const container = {
    name: 'main',
    image: spec.image ?? `registry.example.com/${name}:1.0.0`,
    resources: { requests: { cpu: '1m', memory: '1Mi' } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: inNamespace, labels },
    spec: {
      replicas: spec.replicas ?? 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels }, spec: { containers: [container], ...spec.pod } },
    },
  };
}

/** A CRD whose objects may hold anything, for an API of a third party. */
export function crd(kind: string, plural: string, group: string, version: string, options: { namespaced?: boolean } = {}): Manifest {
  const protectedGroup = group.endsWith('.k8s.io');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      ...(protectedGroup ? { annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } } : {}),
    },
    spec: {
      group,
      scope: options.namespaced === false ? 'Cluster' : 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
}
