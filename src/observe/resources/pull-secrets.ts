import type { Secret } from '../../kube/types.ts';
import { defineResource, type Resource } from '../resource.ts';

/** For which registries a Secret holds credentials. The credentials, and who they are of, are not kept. */
export interface PullSecretView {
  name: string;
  namespace: string;
  /** `host[:port][/path]`, as the kubelet reads them; labels of the host may be globs. */
  registries: readonly string[];
}

/** Of the type that `kubectl create secret docker-registry` makes. */
export const pullSecrets = pullSecretsOf('kubernetes.io/dockerconfigjson', ({ data }) => {
  const config = parsed(data?.['.dockerconfigjson']);
  return isRecord(config) ? config.auths : undefined;
});

/** Of the type before that, which OpenShift still makes. */
export const legacyPullSecrets = pullSecretsOf('kubernetes.io/dockercfg', ({ data }) => parsed(data?.['.dockercfg']));

function pullSecretsOf(type: string, authsIn: (secret: Secret) => unknown): Resource<PullSecretView> {
  return defineResource({
    type: { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true },
    fieldSelector: `type=${type}`,
    feature: 'pull-secrets',
    project: (secret: Secret): PullSecretView => ({
      name: secret.metadata?.name ?? '',
      namespace: secret.metadata?.namespace ?? '',
      registries: registriesIn(authsIn(secret)),
    }),
  });
}

/** Undefined for what is no JSON; the parser's own words are left out, since they could repeat what it read. */
function parsed(base64: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(base64 ?? '', 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const noRegistries: readonly string[] = [];

function registriesIn(auths: unknown): readonly string[] {
  if (!isRecord(auths)) return noRegistries;
  const registries = Object.entries(auths).flatMap(([key, entry]) => (isLogin(entry) ? registryOf(key) : []));
  return registries.length > 0 ? [...new Set(registries)] : noRegistries;
}

/** Where a credential helper keeps it, an entry is there and holds nothing that a kubelet could use. */
function isLogin(entry: unknown): boolean {
  return isRecord(entry) && [entry.auth, entry.username].some((value) => typeof value === 'string' && value !== '');
}

const named = /^(?:[\w.*?-]|\[[\w^-]+\])+(?::\d{1,5})?(?:\/[\w./-]*)?$/;

/**
 * As the kubelet reads a key: without scheme and user info, and without /v1/ or /v2/ before the path. What is then no name is left out. The
 * result is a copy: a part of a text keeps all of it in memory, user info too.
 */
function registryOf(key: string): string[] {
  const [authority = '', ...rest] = key.replace(/^https?:\/\//, '').split('/');
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const path = rest.join('/').replace(/^v[12](?:\/|$)/, '');
  const registry = path === '' ? host : `${host}/${path}`;
  return named.test(registry) ? [Buffer.from(registry).toString()] : [];
}
