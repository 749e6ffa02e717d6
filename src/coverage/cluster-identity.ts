import { isKubeError } from '../kube/errors.ts';
import type { Transport } from '../kube/transport.ts';

const kubeSystem = '/api/v1/namespaces/kube-system';
/** A server that does not answer so soon cannot be reached, milliseconds. */
const answerMs = 5_000;

/** The uid of the namespace kube-system, which tells one cluster from another. Throws KubeError. */
export async function uidOf(transport: Pick<Transport, 'json'>, signal?: AbortSignal): Promise<string | undefined> {
  const { metadata } = await transport.json<{ metadata?: { uid?: string } }>({
    path: kubeSystem,
    timeoutMs: answerMs,
    ...(signal ? { signal } : {}),
  });
  return metadata?.uid;
}

/** Why a server did not say which cluster it is. `place`: where its kubeconfig is. */
export function identityProblem(place: string, server: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  if (isKubeError(error) && error.code === 401)
    return `${server} does not know the credentials in ${place} (401): write a new token or certificate there`;
  if (isKubeError(error, 'Forbidden'))
    return `the namespace kube-system, whose uid tells one cluster from another, may not be read at ${server}; apply deploy/remote-cluster.yaml there: ${why}`;
  if (isKubeError(error) && error.reason === 'TimeoutError') return `cannot be reached: ${server} gave no answer in ${answerMs / 1000} s`;
  return `cannot be reached: ${server}: ${why}`;
}
