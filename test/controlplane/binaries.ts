/** Where `make controlplane` puts the programs, and which versions it builds. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../', import.meta.url));
export const binDirectory = `${repository}.cache/bin`;

/** The Kubernetes release that go.mod requires; the API server announces it. */
export const kubernetesVersion = 'v1.37.2';
export const kwokVersion = 'v0.8.0';
export const helmVersion = 'v4.3.1';

/** The names that the one control plane binary answers to (main.go). */
export const controlPlanePrograms = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;

export type Program = (typeof controlPlanePrograms)[number] | 'kwok' | 'helm';

export function isBuilt(program: Program): boolean {
  return existsSync(`${binDirectory}/${program}`);
}

/**
 * The absolute path of a built program.
 * @throws Error saying what to run when it has not been built.
 */
export function binary(program: Program): string {
  const path = `${binDirectory}/${program}`;
  if (!isBuilt(program)) throw new Error(`${path} does not exist: run \`make controlplane\` first (10 to 20 minutes the first time)`);
  return path;
}
