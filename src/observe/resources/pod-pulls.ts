import type { Pod } from '../../kube/types.ts';

export interface PodPulls {
  /** Names of Secrets in the pod's namespace; those of its ServiceAccount too, which admission copies into a pod that names none. */
  secrets: readonly string[];
  images: readonly string[];
}

/** Undefined for a pod that names no Secret. Pods of one workload are equal in this and share one object. */
export function pullsOf(spec: Pod['spec']): PodPulls | undefined {
  const secrets = namesOf(spec?.imagePullSecrets);
  if (secrets.length === 0) return undefined;
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return shared({ secrets, images: [...new Set(containers.flatMap(({ image }) => image || []))] });
}

const none: readonly string[] = [];

/** A reference without a name is allowed, and the kubelet passes over it. */
export function namesOf(references: readonly { name?: string }[] | undefined): readonly string[] {
  const names = (references ?? []).flatMap(({ name }) => name || []);
  return names.length > 0 ? names : none;
}

const known = new Map<string, PodPulls>();
/** Pods come in the order of their names, so that those that are alike come together: a bound costs little. */
function shared(pulls: PodPulls): PodPulls {
  const key = JSON.stringify(pulls);
  const before = known.get(key);
  if (before) return before;
  if (known.size >= 1000) known.clear();
  known.set(key, pulls);
  return pulls;
}
