import { objectName, type ResourceType } from '../kube/types.ts';
import type { TemplateRef } from './agreement.ts';
import type { Correction, CorrectionTarget, Patching } from './check.ts';

type Target = Pick<CorrectionTarget, 'type' | 'name' | 'namespace' | 'reason'> & { knownAs?: string };

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

/** Adds labels to an object that has none of them. */
export function labelsCorrection(target: Target, labels: Readonly<Record<string, string>>): Correction {
  const changes = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return correction(
    target,
    { metadata: { labels } },
    `kubectl label ${target.type.resource} ${target.name}${inNamespace(target)} ${changes.join(' ')}`,
  );
}

/** Sets fields at the root of an object, such as a ServiceAccount's. */
export function fieldCorrection(target: Target, patch: Record<string, unknown>): Correction {
  const command = `kubectl patch ${target.type.resource} ${target.name}${inNamespace(target)} --type merge -p '${JSON.stringify(patch)}'`;
  return correction(target, patch, command);
}

/**
 * Gives a namespace an object of the template's spec and name. Without the template the command creates nothing; a client-side dry-run
 * changes nothing of it.
 */
export function copyCorrection(target: Target & { namespace: string }, copyOf: TemplateRef): Correction {
  const { type, name, namespace } = target;
  const metadata = JSON.stringify([{ op: 'replace', path: '/metadata', value: { name, namespace } }]);
  const source = `kubectl patch ${type.resource} ${copyOf.name} -n ${copyOf.namespace}`;
  const command = `${source} --type json -p '${metadata}' --dry-run=client -o json | kubectl create -f -`;
  return { ...located(target), copyOf, command };
}

function correction(target: Target, patch: Patching['patch'], command: string): Correction {
  return { ...located(target), patch, command };
}

function located({ knownAs, ...target }: Target): Omit<CorrectionTarget, 'command'> {
  const object = nameOf(target.type, target);
  return { ...target, object, knownAs: knownAs ?? object };
}

function nameOf({ kind }: ResourceType, { name, namespace }: Target): string {
  return objectName(kind, name, namespace);
}

function inNamespace({ namespace }: Target): string {
  return namespace ? ` -n ${namespace}` : '';
}
