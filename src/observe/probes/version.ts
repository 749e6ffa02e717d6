import type { Probe } from './probe.ts';

export interface ServerVersion {
  /** As the API server says it, `v1.36.3-eks-3025e55`. */
  gitVersion: string;
  /** Numbers of major and minor; a suffix as in `36+` is dropped. */
  major: number;
  minor: number;
  patch: number;
}

/** Asks `/version`. Throws an Error where the server answers nonsense. */
export const version: Probe<ServerVersion> = {
  rules: [{ nonResourceURLs: ['/version'], verbs: ['get'] }],
  ask: async ({ transport, signal }) => {
    const { gitVersion } = await transport.json<{ gitVersion?: unknown }>({ path: '/version', signal });
    const parsed = typeof gitVersion === 'string' ? parseVersion(gitVersion) : undefined;
    if (!parsed) throw new Error(`the API server names its version as ${JSON.stringify(gitVersion)}, which is not vMAJOR.MINOR.PATCH`);
    return parsed;
  },
};

/** `v1.33.5-eks-3025e55` → 1, 33, 5. Undefined for what is not a version. */
export function parseVersion(gitVersion: string): ServerVersion | undefined {
  const match = /^v(\d{1,4})\.(\d{1,4})\.(\d{1,6})/.exec(gitVersion);
  if (!match) return undefined;
  return { gitVersion, major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}
