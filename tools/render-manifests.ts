import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dump } from 'js-yaml';
import { binary } from '../test/controlplane/binaries.ts';

/** The chart's name is also its folder's, and the release's: the objects are then called so too, without a prefix. */
const release = 'support-coverage-operator';
export const chart = fileURLToPath(new URL(`../charts/${release}`, import.meta.url));
/** What docs and examples take for granted. */
const installNamespace = 'platform-support';

export interface RenderOptions {
  /** Path of the helm program. Default: the one that `make controlplane` builds. */
  helm?: string;
  namespace?: string;
  /** What differs from the chart's values.yaml. */
  values?: Record<string, unknown>;
}

/**
 * All that an installation consists of, as YAML documents: the namespace, the CustomResourceDefinitions, and what the chart makes of
 * the values. The same options give the same text. Throws with helm's message where it refuses the values or a template fails.
 */
export function renderManifests({ helm = binary('helm'), namespace = installNamespace, values = {} }: RenderOptions = {}): string {
  const args = ['template', release, chart, '--namespace', namespace, '--include-crds', '--values', '-'];
  // An environment of its own, since HELM_* variables and plugins of the caller could change the result.
  const result = spawnSync(helm, args, { input: JSON.stringify(values), encoding: 'utf8', env: {}, maxBuffer: 64 * 1024 * 1024 });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`helm template ended with ${result.status}: ${result.stderr.trim()}`);
  return `${namespaceManifest(namespace)}${result.stdout}`;
}

/** The chart's Pod meets the level "restricted"; enforcing it keeps whatever else comes into the namespace to the same. */
function namespaceManifest(name: string): string {
  const metadata = { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } };
  return `---\n${dump({ apiVersion: 'v1', kind: 'Namespace', metadata })}`;
}

/** The content of deploy/install.yaml: the chart with its default values, for `kubectl apply` without Helm. */
export function installManifests(options: Pick<RenderOptions, 'helm'> = {}): string {
  // Helm does not manage what kubectl applies, so its two labels would be untrue here.
  const manifests = renderManifests(options).replace(/^ +(app\.kubernetes\.io\/managed-by: Helm|helm\.sh\/chart: .*)\n/gm, '');
  return `# Generated from charts/${release} by \`make generate\`; do not edit.\n${manifests}`;
}

/** Writes deploy/install.yaml. */
export function generateInstall(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, installManifests());
}

if (import.meta.main) generateInstall(fileURLToPath(new URL('../deploy/install.yaml', import.meta.url)));
