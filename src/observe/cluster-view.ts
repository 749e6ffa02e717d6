import type { ReadonlyStore } from '../runtime/store.ts';
import type { ResourceName, View } from './catalogue.ts';
import type { ProbeAnswers, ProbeName } from './probes/catalogue.ts';

/** What a check or fact reads. From it follow the watches, the ClusterRole, the outcome where something is missing, and the docs. */
export interface Needs {
  /** Without one of these the answer is Unknown (not permitted, stale) or NotApplicable (not installed). */
  resources?: readonly ResourceName[];
  /** Read where they are there; the answer stands without them. */
  optional?: readonly ResourceName[];
  probes?: readonly ProbeName[];
  /** Asked where they can be; the answer stands without them. */
  optionalProbes?: readonly ProbeName[];
}

/** Every probe that a check or fact asks for. */
export function probesOf({ probes = [], optionalProbes = [] }: Needs): readonly ProbeName[] {
  return [...probes, ...optionalProbes];
}

/** Whether what is known of a resource or probe may be relied upon, and if not, why. */
export type Knowledge =
  /** `unreadable`: some objects are there and could not be read; says which and why. */
  | { state: 'Current'; unreadable?: string }
  | { state: 'NotInstalled' | 'SwitchedOff'; message: string }
  | { state: 'NotPermitted' | 'Stale'; message: string };

/** One cluster as it was last seen. It never does I/O, and only the observer changes what is behind it. */
export interface ClusterView {
  /** The cluster's name in the coverage. */
  readonly cluster: string;
  list<K extends ResourceName>(resource: K): readonly View<K>[];
  /** By `namespace/name`, or the name of what is cluster-scoped. */
  get<K extends ResourceName>(resource: K, key: string): View<K> | undefined;
  count(resource: ResourceName): number;
  probe<K extends ProbeName>(name: K): ProbeAnswers[K] | undefined;
  knowledge(name: ResourceName | ProbeName): Knowledge;
  /** What several checks work out of the same snapshot, such as pods by node: computed at the first call with a key, kept as long as the view. */
  derive<T>(key: string, compute: () => T): T;
}

/** Where a view reads from. */
export interface Sources {
  cluster: string;
  store: (resource: ResourceName) => ReadonlyStore<unknown>;
  probe: (name: ProbeName) => unknown;
  knowledge: (name: ResourceName | ProbeName) => Knowledge;
}

export function createClusterView(sources: Sources): ClusterView {
  const derived = new Map<string, unknown>();
  return {
    cluster: sources.cluster,
    list: <K extends ResourceName>(resource: K) => sources.store(resource).values() as readonly View<K>[],
    get: <K extends ResourceName>(resource: K, key: string) => sources.store(resource).get(key) as View<K> | undefined,
    count: (resource) => sources.store(resource).size,
    probe: <K extends ProbeName>(name: K) => sources.probe(name) as ProbeAnswers[K] | undefined,
    knowledge: sources.knowledge,
    derive: <T>(key: string, compute: () => T) => {
      if (!derived.has(key)) derived.set(key, compute());
      return derived.get(key) as T;
    },
  };
}

/** Which objects that a check or fact reads are there and could not be read, and why. Undefined where all could. */
export function unreadableNeed(view: ClusterView, { resources = [], optional = [] }: Needs): string | undefined {
  for (const name of [...resources, ...optional]) {
    const knowledge = view.knowledge(name);
    if (knowledge.state === 'Current' && knowledge.unreadable) return knowledge.unreadable;
  }
  return undefined;
}

/** The first need that is not met: what the outcome must then be, and why. Undefined where all are current. */
export function unmetNeed(view: ClusterView, needs: Needs): { outcome: 'Unknown' | 'NotApplicable'; message: string } | undefined {
  for (const name of [...(needs.resources ?? []), ...(needs.probes ?? [])]) {
    const knowledge = view.knowledge(name);
    if (knowledge.state === 'Current') continue;
    return {
      outcome: knowledge.state === 'NotInstalled' || knowledge.state === 'SwitchedOff' ? 'NotApplicable' : 'Unknown',
      message: knowledge.message,
    };
  }
  return undefined;
}
