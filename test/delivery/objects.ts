import type { Manifest } from '../controlplane/cluster-handle.ts';

/** Where the tests' sources and Kustomizations are. */
export const deliveryNamespace = 'delivery';
/** Where their manifests are applied to. */
export const targetNamespace = 'apps';

const metadata = (name: string) => ({ name, namespace: deliveryNamespace });

export interface SourceOptions {
  url: string;
  branch?: string;
  /** A Secret of the same namespace. */
  secret?: string;
  suspend?: boolean;
}

export function gitRepository(name: string, { url, branch = 'main', secret, suspend = false }: SourceOptions): Manifest {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: metadata(name),
    spec: { interval: '1h', url, ref: { branch }, suspend, ...(secret ? { secretRef: { name: secret } } : {}) },
  };
}

export interface KustomizationOptions {
  /** Name of the GitRepository. */
  source: string;
  path: string;
  dependsOn?: string;
  /** How long to wait for what was applied to become ready; not at all unless given. */
  healthWithin?: string;
  suspend?: boolean;
}

export function kustomization(name: string, { source, path, dependsOn, healthWithin, suspend = false }: KustomizationOptions): Manifest {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: metadata(name),
    spec: {
      ...{ interval: '1h', retryInterval: '3s', prune: true, targetNamespace, path, suspend },
      sourceRef: { kind: 'GitRepository', name: source },
      ...(healthWithin ? { wait: true, timeout: healthWithin } : {}),
      ...(dependsOn ? { dependsOn: [{ name: dependsOn }] } : {}),
    },
  };
}

export function basicAuth(name: string, { username, password }: { username: string; password: string }): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: metadata(name), stringData: { username, password } };
}

/** What the controllers write. */
export interface FluxCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export interface FluxObject {
  kind: string;
  metadata: { name: string; generation: number };
  status?: { observedGeneration?: number; conditions?: FluxCondition[] };
}
