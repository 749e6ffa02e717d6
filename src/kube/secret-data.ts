import type { Transport } from './transport.ts';
import { objectPath, type ResourceType, type Secret } from './types.ts';

const secrets: ResourceType = { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true };

/** The texts in a Secret, by key. Throws KubeError. */
export async function readSecretData(
  transport: Pick<Transport, 'json'>,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const { data = {} } = await transport.json<Pick<Secret, 'data'>>({ path: objectPath(secrets, name, namespace), timeoutMs: 10_000 });
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
}
