import { ago } from './own-nodes.ts';
import { crd, namespace, type World } from './scenario.ts';

/** The APIs of delivery tools: kind, group, and every version that the tools have served, the newest first. */
export const apis = {
  applications: ['Application', 'argoproj.io', ['v1alpha1']],
  appprojects: ['AppProject', 'argoproj.io', ['v1alpha1']],
  gitrepositories: ['GitRepository', 'source.toolkit.fluxcd.io', ['v1', 'v1beta2', 'v1beta1']],
  helmrepositories: ['HelmRepository', 'source.toolkit.fluxcd.io', ['v1', 'v1beta2', 'v1beta1']],
  ocirepositories: ['OCIRepository', 'source.toolkit.fluxcd.io', ['v1', 'v1beta2']],
  buckets: ['Bucket', 'source.toolkit.fluxcd.io', ['v1', 'v1beta2', 'v1beta1']],
  kustomizations: ['Kustomization', 'kustomize.toolkit.fluxcd.io', ['v1', 'v1beta2', 'v1beta1']],
  helmreleases: ['HelmRelease', 'helm.toolkit.fluxcd.io', ['v2', 'v2beta2', 'v2beta1']],
} as const satisfies Record<string, readonly [kind: string, group: string, versions: readonly string[]]>;

export type Api = keyof typeof apis;

/** Serves the APIs in their newest version or the one given, and makes a namespace of the name. */
export async function installApis(
  { cluster, apply }: World,
  inNamespace: string,
  wanted: Partial<Record<Api, string | undefined>>,
): Promise<void> {
  const plurals = Object.keys(wanted) as Api[];
  const manifests = plurals.map((plural) => crd(apis[plural][0], plural, apis[plural][1], wanted[plural] ?? apis[plural][2][0]));
  await apply(namespace(inNamespace), ...manifests);
  const names = plurals.map((plural) => `crd/${plural}.${apis[plural][1]}`);
  await cluster.kubectl(['wait', '--for=condition=Established', ...names, '--timeout=30s']);
}

/** An object and its status, as its controller would leave it. */
export async function put(
  { apply, patch }: World,
  plural: Api,
  name: string,
  inNamespace: string,
  { spec = {}, status, version }: { spec?: object; status?: object; version?: string },
): Promise<void> {
  const [kind, group, [newest]] = apis[plural];
  await apply({ apiVersion: `${group}/${version ?? newest}`, kind, metadata: { name, namespace: inNamespace }, spec });
  if (status) await patch(`${plural}.${group}`, name, { status }, { namespace: inNamespace, status: true });
}

/** A condition that changed two hours ago. */
export function condition(type: string, status: string, reason: string, message = 'set by a test'): object {
  return { type, status, reason, message, lastTransitionTime: ago({ hours: 2 }) };
}
