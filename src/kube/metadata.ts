import type { KubeRequest, Transport } from './transport.ts';
import { type ObjectMeta, objectPath, type ResourceType } from './types.ts';

/** The metadata of one object and nothing else of it; undefined where it is gone or may not be read: an addition to a report, never a reason to go without one. */
export async function readMetadata(
  transport: Pick<Transport, 'json'>,
  type: ResourceType,
  name: string,
  namespace?: string,
  limits: Pick<KubeRequest, 'timeoutMs' | 'signal'> = {},
): Promise<ObjectMeta | undefined> {
  try {
    const accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    const { metadata } = await transport.json<{ metadata?: ObjectMeta }>({ path: objectPath(type, name, namespace), accept, ...limits });
    return metadata ?? {};
  } catch {
    return undefined;
  }
}
