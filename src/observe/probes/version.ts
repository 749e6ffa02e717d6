import type { Transport } from '../../kube/transport.ts';

export interface ServerVersion {
  /** As the API server says it, `v1.36.3-eks-3025e55`. */
  gitVersion: string;
  /** Numbers of major and minor; a suffix as in `36+` is dropped. */
  major: number;
  minor: number;
  patch: number;
}

/** Asks `/version`. Throws KubeError where the server does not answer, and an Error where it answers nonsense. */
export async function probeVersion(transport: Transport, signal: AbortSignal): Promise<ServerVersion> {
  const { gitVersion } = await transport.json<{ gitVersion?: unknown }>({ path: '/version', signal, timeoutMs: 10_000 });
  const parsed = typeof gitVersion === 'string' ? parseVersion(gitVersion) : undefined;
  if (!parsed) throw new Error(`the API server names its version as ${JSON.stringify(gitVersion)}, which is not vMAJOR.MINOR.PATCH`);
  return parsed;
}

/** `v1.33.5-eks-3025e55` → 1, 33, 5. Undefined for what is not a version. */
export function parseVersion(gitVersion: string): ServerVersion | undefined {
  const match = /^v(\d{1,4})\.(\d{1,4})\.(\d{1,6})/.exec(gitVersion);
  if (!match) return undefined;
  return { gitVersion, major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}
