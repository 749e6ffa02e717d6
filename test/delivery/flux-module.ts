import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binDirectory } from '../controlplane/binaries.ts';

/** The Go module of this folder, whose tools are the Flux controllers. */
export const moduleDirectory = fileURLToPath(new URL('.', import.meta.url));

export const fluxControllers = ['source-controller', 'kustomize-controller'] as const;
export type FluxController = (typeof fluxControllers)[number];

/** The CustomResourceDefinitions of a controller, as YAML, from where go keeps its source. */
export function customResources(controller: FluxController): string {
  const args = ['list', '-m', '-f', '{{.Dir}}', `github.com/fluxcd/${controller}`];
  const source = execFileSync('go', args, { cwd: moduleDirectory, encoding: 'utf8' }).trim();
  if (source === '') throw new Error(`go no longer has the source of ${controller}: run \`go mod download\` in ${moduleDirectory}`);
  const folder = join(source, 'config', 'crd', 'bases');
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n---\n');
}

/** @throws Error saying what to run when it has not been built. */
export function programOf(controller: FluxController): string {
  const path = join(binDirectory, controller);
  if (!existsSync(path)) throw new Error(`${path} does not exist: run \`make test-delivery\`, which builds it (10 minutes the first time)`);
  return path;
}
