import type { Agreement } from '../checks/agreement.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import type { Fact } from './fact.ts';

type Entries = ReturnType<Fact['collect']>;

/**
 * The entries of a fact behind a switch, and one that says that it was read. A baseline without that one was captured while the switch was
 * off: nothing was agreed then, and what is found now is not new.
 */
export function onceRead(name: string, view: ClusterView, agreement: Agreement, entries: () => Entries): Entries {
  const object = `Cluster/${view.cluster}`;
  if (agreement.baselineApproved && agreement.agreed(object)?.[name] === undefined) return [];
  return [{ object, value: { [name]: 'read' } }, ...entries()];
}
