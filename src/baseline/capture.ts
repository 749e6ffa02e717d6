import { createHash } from 'node:crypto';
import { type CoverageBaselineSpec, coverageBaselineSpec, type FactEntry } from '../api/v1alpha1/coveragebaseline.ts';
import { type Agreement, createAgreement } from '../checks/agreement.ts';
import { type ClusterView, unreadableNeed } from '../observe/cluster-view.ts';
import type { Fact } from './fact.ts';

/** etcd takes 1.5 MiB; kube-apiserver and what stands before it less. */
export const maxBaselineBytes = 900 * 1024;

export interface Collected {
  entries: FactEntry[];
  /** Facts that could not be read, with why. */
  missing: { fact: string; message: string }[];
  /** Facts that nobody wants read. */
  switchedOff: string[];
}

/**
 * All facts as the cluster shows them now, sorted, so that the same state gives the same text. An API that is not installed is empty, beside
 * others that are.
 */
export function collect(facts: readonly Fact[], view: ClusterView, agreement: Agreement = createAgreement()): Collected {
  const entries: FactEntry[] = [];
  const missing: Collected['missing'] = [];
  const switchedOff: string[] = [];
  for (const fact of facts) {
    const known = [...(fact.needs.resources ?? []), ...(fact.needs.probes ?? [])].map((name) => view.knowledge(name));
    const unreadable = known.find(({ state }) => state === 'NotPermitted' || state === 'Stale');
    const broken = unreadableNeed(view, fact.needs);
    if (unreadable && 'message' in unreadable) missing.push({ fact: fact.id, message: unreadable.message });
    else if (broken) missing.push({ fact: fact.id, message: broken });
    else if (known.some(({ state }) => state === 'SwitchedOff')) switchedOff.push(fact.id);
    else if (known.some(({ state }) => state === 'Current'))
      for (const { object, value } of fact.collect(view, agreement)) entries.push({ fact: fact.id, object, value: sortKeys(value) });
  }
  entries.sort((a, b) => order(a.fact, b.fact) || order(a.object, b.object));
  return { entries, missing, switchedOff };
}

/** The baseline of a cluster as it is now, waiting for approval; or which facts could not be read; or why it cannot be stored. */
export function captureBaseline(
  facts: readonly Fact[],
  view: ClusterView,
  agreement: Agreement,
): { spec: CoverageBaselineSpec } | { missing: Collected['missing'] } | { tooLarge: string } {
  const { entries, missing, switchedOff } = collect(facts, view, agreement);
  if (missing.length > 0) return { missing };
  const problem = tooLarge(entries);
  if (problem) return { tooLarge: problem };
  const collected = facts.map(({ id }) => id).filter((id) => !switchedOff.includes(id));
  return { spec: { cluster: view.cluster, facts: entries, collected } };
}

/** Why a baseline cannot be stored, naming the facts that are too large; undefined where it can. */
export function tooLarge(entries: readonly FactEntry[]): string | undefined {
  const sizes = new Map<string, number>();
  for (const entry of entries) sizes.set(entry.fact, (sizes.get(entry.fact) ?? 0) + Buffer.byteLength(JSON.stringify(entry)));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (total <= maxBaselineBytes) return tooLong(entries);
  const largest = [...sizes].sort((a, b) => b[1] - a[1]).map(([fact, size]) => `${fact} (${Math.ceil(size / 1024)} KiB)`);
  return `the baseline would be ${Math.ceil(total / 1024)} KiB, over the limit of ${maxBaselineBytes / 1024} KiB: ${largest.join(', ')}`;
}

/** The first entry that the API server would refuse, such as a binding of more subjects than a value can hold. */
function tooLong(entries: readonly FactEntry[]): string | undefined {
  const issue = coverageBaselineSpec.shape.facts.safeParse(entries).error?.issues[0];
  if (!issue) return undefined;
  const [index, ...path] = issue.path;
  const entry = entries[Number(index)];
  if (entry) return `the baseline cannot hold ${entry.fact} of ${entry.object}: ${[...path, issue.message].join(': ')}`;
  const counts = [...Map.groupBy(entries, ({ fact }) => fact)].map(([fact, { length }]) => [fact, length] as const);
  const largest = counts.sort((a, b) => b[1] - a[1]).map(([fact, length]) => `${fact} (${length})`);
  return `the baseline cannot hold so many objects: ${issue.message}: ${largest.join(', ')}`;
}

/** SHA-256 over what an approval vouches for, in hex: the cluster, the facts and the approval itself. */
export function contentHash({ cluster, facts, collected, approval }: CoverageBaselineSpec): string {
  const sorted = facts.map(({ fact, object, value }) => [fact, object, sortKeys(value)]);
  return createHash('sha256')
    .update(
      JSON.stringify([cluster, sorted, approval?.approvedBy, approval?.approvedAt, approval?.note, ...(collected ? [collected] : [])]),
    )
    .digest('hex');
}

function sortKeys(value: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => order(a, b)));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
