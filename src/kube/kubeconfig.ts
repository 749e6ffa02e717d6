import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { KubeError } from './errors.ts';

/** What the operator reads of a kubeconfig, by the names the file has; what is not listed is left to client-node's plugins. */
export interface KubeConfig {
  'current-context'?: string;
  clusters?: { name: string; cluster?: ClusterEntry }[];
  users?: { name: string; user?: UserEntry }[];
  contexts?: { name: string; context?: { cluster?: string; user?: string; namespace?: string } }[];
}

export interface ClusterEntry {
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
}

export interface UserEntry {
  token?: string;
  /** Wins over token, as with kubectl. */
  tokenFile?: string;
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  username?: string;
  password?: string;
  as?: string;
  'as-groups'?: string[];
  'as-uid'?: string;
  exec?: object;
  'auth-provider'?: object;
}

/** How to be known to an API server, as of one moment. */
export interface Credentials {
  tls: { ca?: string; cert?: string; key?: string; servername?: string; rejectUnauthorized?: boolean };
  headers: Record<string, string | string[]>;
}

/** Where an API server is, and how to be known there. */
export interface Connection {
  /** Its URL, without a slash at the end. */
  server: string;
  /** Reads everything anew: files, and plugins that are asked for a credential. */
  credentials(): Promise<Credentials>;
  /** The credentials are in a file that is replaced from time to time. */
  rotates: boolean;
}

const fileFields = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'] as const;
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The kubeconfig of the given file or list of files, else of the Pod the operator runs in, else the user's default (`KUBECONFIG`,
 * `~/.kube/config`). Of a list the first file that names something wins, as with kubectl. Throws where a file is missing or unreadable.
 */
export function loadKubeConfig(file: string | undefined): KubeConfig {
  const host = process.env.KUBERNETES_SERVICE_HOST;
  if (!file && host) return inCluster(host, process.env.KUBERNETES_SERVICE_PORT ?? '443');
  const files = file || process.env.KUBECONFIG || join(homedir(), '.kube', 'config');
  const configs = files.split(delimiter).filter(Boolean).map(readKubeConfig);
  const context = configs.map((config) => config['current-context']).find(Boolean);
  return {
    ...(context ? { 'current-context': context } : {}),
    clusters: configs.flatMap(({ clusters }) => clusters ?? []),
    users: configs.flatMap(({ users }) => users ?? []),
    contexts: configs.flatMap(({ contexts }) => contexts ?? []),
  };
}

/** The connection of the current context. Throws KubeError Invalid where it names nothing. */
export function connectionOf(config: KubeConfig): Connection {
  const context = named(config.contexts, config['current-context'])?.context;
  const cluster = named(config.clusters, context?.cluster)?.cluster;
  if (!cluster?.server) throw new KubeError('Invalid', 'the kubeconfig has no current cluster');
  const user = named(config.users, context?.user)?.user ?? {};
  const plugin = Boolean(user.exec ?? user['auth-provider']);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    credentials: () => (plugin ? pluginCredentials(config) : readCredentials(cluster, user)),
    rotates: !plugin && fileFields.some((field) => field in user),
  };
}

function inCluster(host: string, port: string): KubeConfig {
  const name = 'in-cluster';
  const address = host.includes(':') ? `[${host}]` : host;
  return {
    'current-context': name,
    clusters: [{ name, cluster: { server: `https://${address}:${port}`, 'certificate-authority': `${serviceAccountFolder}/ca.crt` } }],
    users: [{ name, user: { tokenFile: `${serviceAccountFolder}/token` } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

/** Paths in it count from its own folder. */
function readKubeConfig(file: string): KubeConfig {
  const config = load(readFileSync(file, 'utf8'));
  if (typeof config !== 'object' || config === null) throw new KubeError('Invalid', `${file} is not a kubeconfig`);
  const { clusters, users, ...rest } = config as KubeConfig;
  const folder = dirname(resolve(file));
  return {
    ...rest,
    clusters: (clusters ?? []).map((entry) => ({ ...entry, cluster: absolute(entry.cluster ?? {}, folder) })),
    users: (users ?? []).map((entry) => ({ ...entry, user: absolute(entry.user ?? {}, folder) })),
  };
}

function absolute<T extends object>(entry: T, folder: string): T {
  const paths = fileFields.flatMap((field) => {
    const path = (entry as Record<string, unknown>)[field];
    return typeof path === 'string' && path !== '' ? [[field, resolve(folder, path)]] : [];
  });
  return { ...entry, ...Object.fromEntries(paths) };
}

/** Reads what the entries of a kubeconfig hold or name. */
export async function readCredentials(cluster: ClusterEntry, user: UserEntry): Promise<Credentials> {
  const [ca, cert, key, token] = await Promise.all([
    content(cluster['certificate-authority-data'], cluster['certificate-authority']),
    content(user['client-certificate-data'], user['client-certificate']),
    content(user['client-key-data'], user['client-key']),
    user.tokenFile ? readFile(user.tokenFile, 'utf8') : user.token,
  ]);
  return {
    tls: {
      ...(ca ? { ca } : {}),
      ...(cert ? { cert } : {}),
      ...(key ? { key } : {}),
      ...(cluster['tls-server-name'] ? { servername: cluster['tls-server-name'] } : {}),
      ...(cluster['insecure-skip-tls-verify'] ? { rejectUnauthorized: false } : {}),
    },
    headers: { ...authorization(user, token), ...impersonation(user) },
  };
}

async function content(data: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  return file ? readFile(file, 'utf8') : undefined;
}

/** A token file may end in a line end, which no header can hold. */
function authorization({ username, password }: UserEntry, token: string | undefined): Record<string, string> {
  if (token?.trim()) return { authorization: `Bearer ${token.trim()}` };
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}

function impersonation(user: UserEntry): Record<string, string | string[]> {
  const groups = user['as-groups'] ?? [];
  return {
    ...(user.as ? { 'impersonate-user': user.as } : {}),
    ...(groups.length > 0 ? { 'impersonate-group': groups } : {}),
    ...(user['as-uid'] ? { 'impersonate-uid': user['as-uid'] } : {}),
  };
}

/** client-node knows how to ask credential plugins. It is large (80 MB, 0.8 s), so only who needs it loads it. */
async function pluginCredentials(config: KubeConfig): Promise<Credentials> {
  const { KubeConfig: PluginConfig } = await import('@kubernetes/client-node');
  // A new one each time, because it keeps a token for as long as the token says it lives: too long after a 401.
  const kubeConfig = new PluginConfig();
  kubeConfig.loadFromString(JSON.stringify(config));
  const options: Record<string, unknown> & { headers?: Record<string, string> } = {};
  await kubeConfig.applyToHTTPSOptions(options as Parameters<typeof kubeConfig.applyToHTTPSOptions>[0]);
  const wanted = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const;
  const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value.trim()]);
  return {
    headers: Object.fromEntries(headers),
    tls: Object.fromEntries(wanted.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]))),
  };
}

function named<T extends { name: string }>(entries: readonly T[] | undefined, name: string | undefined): T | undefined {
  return entries?.find((entry) => entry.name === name);
}
