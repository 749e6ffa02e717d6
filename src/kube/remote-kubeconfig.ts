import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { load, YAMLException } from 'js-yaml';
import * as z from 'zod';
import { addressIn } from './address-guard.ts';
import type { ClusterEntry, UserEntry } from './kubeconfig.ts';

/** Where a remote API server is, and how to be known there: what is taken of a kubeconfig that somebody wrote into a Secret. */
export interface RemoteAccess {
  cluster: ClusterEntry & { server: string };
  user: UserEntry;
}

export interface RemoteKubeconfigOptions {
  now: Temporal.Instant;
  /** Asked of a server that is an address and not a name; names are judged when they are connected to. */
  isAllowed(address: string): boolean;
}

interface Entry {
  /** Where it is in the kubeconfig, such as `users[0].user`. */
  path: string;
  fields: Readonly<Record<string, unknown>>;
}

/** A reason to refuse a kubeconfig. It names fields and never what is in them. */
class Refusal extends Error {}

const shape = z.object({
  'current-context': z.string().min(1).optional(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })).nullish(),
  clusters: z.array(z.object({ name: z.string(), cluster: z.record(z.string(), z.unknown()) })).nullish(),
  users: z.array(z.object({ name: z.string(), user: z.record(z.string(), z.unknown()) })).nullish(),
});

const programs =
  "would run a program in the operator's Pod: write a token or a client certificate instead, as docs/remote-clusters.md shows";
const file = (data: string) =>
  `names a file in the operator's Pod: write its content as ${data} (kubectl config view --raw --flatten does)`;
const passwords = 'is not taken by API servers any more: write a token or a client certificate instead';
const refusedOfCluster: Readonly<Record<string, string>> = {
  'certificate-authority': file('certificate-authority-data'),
  'insecure-skip-tls-verify': 'would let anybody answer in the place of the cluster: write certificate-authority-data instead',
  'proxy-url': 'is not supported: write a server that the operator reaches by itself',
};
const refusedOfUser: Readonly<Record<string, string>> = {
  exec: programs,
  'auth-provider': programs,
  'client-certificate': file('client-certificate-data'),
  'client-key': file('client-key-data'),
  tokenFile: file('token'),
  username: passwords,
  password: passwords,
  'as-user-extra': 'is not supported: impersonate with as, as-uid and as-groups, or write the credentials of that user',
};

/**
 * What may be used of a kubeconfig that somebody wrote into a Secret, or why it is refused: in the operator's Pod nothing that it names is run
 * or read. The problem names the field and what to write instead, never a value. Of several contexts only the current one counts. Never throws.
 */
export function readRemoteKubeconfig(text: string, options: RemoteKubeconfigOptions): { access: RemoteAccess } | { problem: string } {
  try {
    const { cluster, user } = currentOf(parse(text));
    refuseFields(cluster, refusedOfCluster);
    refuseFields(user, refusedOfUser);
    return { access: { cluster: clusterOf(cluster, options), user: userOf(user, options.now) } };
  } catch (error) {
    return { problem: error instanceof Refusal ? error.message : 'it cannot be read as a kubeconfig' };
  }
}

function parse(text: string): z.infer<typeof shape> {
  const parsed = shape.safeParse(yamlOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  throw new Refusal(
    path === '' ? 'it is no kubeconfig: write clusters, users, contexts and current-context' : `${path.slice(1)} is missing or no text`,
  );
}

function yamlOf(text: string): unknown {
  try {
    return load(text);
  } catch (error) {
    // Its message would quote the line.
    const line = error instanceof YAMLException && typeof error.mark?.line === 'number' ? ` (line ${error.mark.line + 1})` : '';
    throw new Refusal(`it is not YAML${line}`);
  }
}

function currentOf(config: z.infer<typeof shape>): { cluster: Entry; user: Entry } {
  const name = config['current-context'];
  if (!name) throw new Refusal('current-context is missing: name the context that is to be used (kubectl config use-context)');
  const { context } = only(config.contexts, name, 'current-context', 'contexts').entry;
  const cluster = only(config.clusters, context.cluster, 'the cluster of the current context', 'clusters');
  const user = only(config.users, context.user, 'the user of the current context', 'users');
  return {
    cluster: { path: `clusters[${cluster.index}].cluster`, fields: cluster.entry.cluster },
    user: { path: `users[${user.index}].user`, fields: user.entry.user },
  };
}

/** kubectl refuses two entries of one name too. */
function only<T extends { name: string }>(entries: readonly T[] | null | undefined, name: string, what: string, list: string) {
  const found = (entries ?? []).map((entry, index) => ({ entry, index })).filter(({ entry }) => entry.name === name);
  const [first, second] = found;
  if (!first || second) throw new Refusal(`${what} names ${first ? 'more than one' : 'none'} of ${list}: it must be there once`);
  return first;
}

function refuseFields({ path, fields }: Entry, refused: Readonly<Record<string, string>>): void {
  for (const [field, why] of Object.entries(refused)) {
    const value = fields[field];
    if (value !== undefined && value !== null && value !== '' && value !== false) throw new Refusal(`${path}.${field} ${why}`);
  }
}

function clusterOf(entry: Entry, options: RemoteKubeconfigOptions): RemoteAccess['cluster'] {
  const authority = textOf(entry, 'certificate-authority-data');
  const name = textOf(entry, 'tls-server-name');
  if (authority) certificateOf(entry, 'certificate-authority-data', authority);
  if (name && !/^[A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?$/.test(name))
    throw new Refusal(`${entry.path}.tls-server-name is not the name of a host`);
  return {
    server: serverOf(entry, options),
    ...(authority ? { 'certificate-authority-data': authority } : {}),
    ...(name ? { 'tls-server-name': name } : {}),
  };
}

/** As URL understands it, so that what was judged is what is connected to. */
function serverOf(entry: Entry, { isAllowed }: RemoteKubeconfigOptions): string {
  const path = `${entry.path}.server`;
  const url = URL.parse(textOf(entry, 'server') ?? '');
  if (url?.protocol !== 'https:') throw new Refusal(`${path} is not an address that begins with https://`);
  if (url.username || url.password || url.search || url.hash)
    throw new Refusal(`${path} has a user name, query or fragment: write an address such as https://api.example.com:6443`);
  const address = addressIn(url);
  if (address !== undefined && !isAllowed(address))
    throw new Refusal(
      `${path} is an address that the operator does not connect to (loopback, link-local, unspecified): write the address at which other machines reach the cluster, or allow its range (--allow-addresses)`,
    );
  return url.href.replace(/\/+$/, '');
}

function userOf(entry: Entry, now: Temporal.Instant): UserEntry {
  const token = textOf(entry, 'token')?.trim();
  const certificate = textOf(entry, 'client-certificate-data');
  const key = textOf(entry, 'client-key-data');
  if (!token && !certificate && !key)
    throw new Refusal(`${entry.path} has no credentials: write token, or client-certificate-data and client-key-data`);
  if (token && !/^[\x21-\x7e]+$/.test(token)) throw new Refusal(`${entry.path}.token has characters that no token has`);
  if (certificate || key) checkKeyPair(entry, certificate, key, now);
  return {
    ...(token ? { token } : {}),
    ...(certificate && key ? { 'client-certificate-data': certificate, 'client-key-data': key } : {}),
    ...impersonationOf(entry),
  };
}

function checkKeyPair(entry: Entry, certificate: string | undefined, key: string | undefined, now: Temporal.Instant): void {
  if (!certificate || !key) {
    const [has, lacks] = certificate ? ['certificate', 'key'] : ['key', 'certificate'];
    throw new Refusal(`${entry.path}.client-${has}-data needs client-${lacks}-data beside it`);
  }
  const ends = certificateOf(entry, 'client-certificate-data', certificate).validToDate.getTime();
  if (ends <= now.epochMilliseconds)
    throw new Refusal(
      `${entry.path}.client-certificate-data ended at ${Temporal.Instant.fromEpochMilliseconds(ends)}: write a new certificate and its key, or a token`,
    );
  try {
    createSecureContext({ cert: decoded(certificate), key: decoded(key) });
  } catch {
    throw new Refusal(`${entry.path}.client-key-data is not the key of client-certificate-data, as unencrypted PEM in base64`);
  }
}

function impersonationOf(entry: Entry): UserEntry {
  const as = textOf(entry, 'as');
  const uid = textOf(entry, 'as-uid');
  const groups = entry.fields['as-groups'] ?? [];
  const words = z.array(z.string().min(1)).safeParse(groups);
  if (!words.success) throw new Refusal(`${entry.path}.as-groups is not a list of texts`);
  if ([as ?? '', uid ?? '', ...words.data].some((word) => /[^\x20-\x7e]/.test(word)))
    throw new Refusal(`${entry.path}.as, as-uid and as-groups may have letters, digits and signs of ASCII only`);
  return { ...(as ? { as } : {}), ...(uid ? { 'as-uid': uid } : {}), ...(words.data.length > 0 ? { 'as-groups': words.data } : {}) };
}

/** Undefined where it is absent or empty. */
function textOf({ path, fields }: Entry, field: string): string | undefined {
  const value = fields[field];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new Refusal(`${path}.${field} is not a text: put it in quotes`);
  return value;
}

function certificateOf({ path }: Entry, field: string, data: string): X509Certificate {
  try {
    const certificate = new X509Certificate(decoded(data));
    createSecureContext({ ca: decoded(data) });
    return certificate;
  } catch {
    throw new Refusal(`${path}.${field} is not a certificate as PEM in base64`);
  }
}

function decoded(data: string): string {
  return Buffer.from(data, 'base64').toString('utf8');
}
