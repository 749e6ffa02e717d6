import { objectName, type ResourceType } from '../kube/types.ts';
import type { Correction } from './check.ts';

type Target = Pick<Correction, 'type' | 'name' | 'namespace'> & { knownAs?: string };

/** Sets a label or an annotation of an object; null takes it away. */
export function metadataCorrection(target: Target, field: 'labels' | 'annotations', key: string, value: string | null): Correction {
  const verb = field === 'labels' ? 'label' : 'annotate';
  const change = value === null ? `${key}-` : `${key}=${value} --overwrite`;
  return correction(
    target,
    { metadata: { [field]: { [key]: value } } },
    `kubectl ${verb} ${target.type.resource} ${target.name}${inNamespace(target)} ${change}`,
  );
}

/** Sets fields at the root of an object, such as a ServiceAccount's. */
export function fieldCorrection(target: Target, patch: Record<string, unknown>): Correction {
  const command = `kubectl patch ${target.type.resource} ${target.name}${inNamespace(target)} --type merge -p '${JSON.stringify(patch)}'`;
  return correction(target, patch, command);
}

function correction({ knownAs, ...target }: Target, patch: Correction['patch'], command: string): Correction {
  const object = nameOf(target.type, target);
  return { ...target, object, knownAs: knownAs ?? object, patch, command };
}

function nameOf({ kind }: ResourceType, { name, namespace }: Target): string {
  return objectName(kind, name, namespace);
}

function inNamespace({ namespace }: Target): string {
  return namespace ? ` -n ${namespace}` : '';
}
