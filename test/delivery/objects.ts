import { dump } from 'js-yaml';
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
  /** How often it is fetched. Default 1h: once. */
  interval?: string;
  /** How long a fetch may take. */
  timeout?: string;
}

export function gitRepository(
  name: string,
  { url, branch = 'main', secret, suspend = false, interval = '1h', timeout = '20s' }: SourceOptions,
): Manifest {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: metadata(name),
    spec: { interval, timeout, url, ref: { branch }, suspend, ...(secret ? { secretRef: { name: secret } } : {}) },
  };
}

export interface KustomizationOptions {
  /** Name of the GitRepository. */
  source: string;
  path: string;
  dependsOn?: string;
  /** How long to wait for what was applied to become ready, at least 30s; not at all unless given. */
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

export function namespace(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** Refuses every ConfigMap with the label `denied`. */
export const policyName = 'no-denied-label';
export const policy: readonly Manifest[] = [
  {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: policyName } },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
      },
      validations: [
        { expression: "!has(object.metadata.labels) || !('denied' in object.metadata.labels)", message: 'the label denied is not allowed' },
      ],
    },
  },
  {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: policyName } },
    spec: { policyName, validationActions: ['Deny'] },
  },
];

/** Manifests as they lie in the repository. */
export function configMap(name: string, labels: Record<string, string> = {}): string {
  return dump({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: { key: 'value' } });
}

export function deployment(name: string, options: { selects?: string; neverReady?: boolean } = {}): string {
  const annotations = options.neverReady ? { 'fake-kubelet/hold': 'true' } : {};
  const containers = [{ name: 'main', image: 'registry.example.com/shop:1.0.0' }];
  return dump({
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: options.selects ?? name } },
      template: { metadata: { labels: { app: name }, annotations }, spec: { containers } },
    },
  });
}
