import type { Collected } from '../baseline/capture.ts';
import type { Fact } from '../baseline/fact.ts';
import type { ResourceName } from '../observe/catalogue.ts';
import { resources } from '../observe/catalogue.ts';
import type { ClusterView } from '../observe/cluster-view.ts';

/** Which facts could not be read, and which permissions the caller lacks for that; each permission once, however many facts need it. */
export function missingFacts(missing: Collected['missing'], facts: readonly Fact[], view: ClusterView): string {
  const lacking = new Set<string>();
  const others: string[] = [];
  for (const { fact: id, message } of missing) {
    const fact = facts.find((candidate) => candidate.id === id);
    const denied = (fact?.needs.resources ?? []).filter((name) => view.knowledge(name).state === 'NotPermitted');
    for (const name of denied) lacking.add(fullName(name));
    if (denied.length === 0) others.push(`${id}: ${message}`);
  }
  const permissions = lacking.size > 0 ? [`you may not list and watch ${[...lacking].sort().join(', ')} in all namespaces`] : [];
  return [...permissions, ...others].join('; ');
}

function fullName(name: ResourceName): string {
  const { group, resource } = resources[name].type;
  return group === '' ? resource : `${resource}.${group}`;
}
