import { objectName } from '../../kube/types.ts';
import { resources } from '../../observe/catalogue.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { TemplateRef } from '../agreement.ts';
import type { Correction } from '../check.ts';
import { copyCorrection } from '../corrections.ts';

/** What comes of a template: nothing where none was agreed. */
export interface Template {
  /** What is wrong with it, to be added to a message; '' where nothing is. */
  problem: string;
  copiesFor(namespaces: readonly string[]): Correction[];
}

/**
 * The object that a coverage names as a template. `flaw`: why a copy would not mend what is missing. A namespace that has another object of
 * its name gets no copy.
 */
export function templateOf(
  view: ClusterView,
  resource: 'limitranges' | 'networkpolicies',
  ref: TemplateRef | undefined,
  flaw?: string,
): Template {
  if (!ref) return { problem: '', copiesFor: () => [] };
  const { type } = resources[resource];
  const object = objectName(type.kind, ref.name, ref.namespace);
  const unusable = (why: string): Template => ({
    problem: ` The template ${object} ${why}, so nothing is suggested: mend it, or name another in corrections.templates.`,
    copiesFor: () => [],
  });
  if (!view.get(resource, `${ref.namespace}/${ref.name}`)) return unusable('does not exist');
  if (flaw) return unusable(flaw);
  const isFree = (namespace: string) => view.get(resource, `${namespace}/${ref.name}`) === undefined;
  return {
    problem: '',
    copiesFor: (namespaces) =>
      namespaces
        .filter(isFree)
        .map((namespace) => copyCorrection({ type, name: ref.name, namespace, knownAs: `Namespace/${namespace}` }, ref)),
  };
}
