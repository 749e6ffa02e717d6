import { isDeepStrictEqual } from 'node:util';
import { KubeError } from '../kube/errors.ts';
import { readMetadata } from '../kube/metadata.ts';
import type { Transport } from '../kube/transport.ts';
import type { ManagedFieldsEntry, ResourceType } from '../kube/types.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { RuntimeMetrics } from '../runtime/metrics.ts';
import { createReflector, type Reflector, type ReflectorOptions } from '../runtime/reflector.ts';
import { type Change, createStore, type Stored } from '../runtime/store.ts';
import { type ResourceName, resources, type View } from './catalogue.ts';
import { type ClusterView, createClusterView, type Knowledge } from './cluster-view.ts';
import { type Feature, features } from './features.ts';
import { type ProbeName, probeNames, probes } from './probes/catalogue.ts';
import type { Probe } from './probes/probe.ts';
import type { Resource } from './resource.ts';

/** What tells of its changes by itself: what is watched, and alerts where a source of them is read. */
export type Followed = ResourceName | 'active-alerts';

/** Watches one cluster and keeps what the checks and facts read. */
export interface Observer {
  /** Runs the watches until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** True once every watch has either its first complete state or a reason why it cannot. */
  isSettled(): boolean;
  /** Resolves when it is so for the first time. */
  readonly settled: Promise<void>;
  /** Settled, and of what can be read nothing is stale. */
  isCurrent(): boolean;
  /** Asks the probes again; what does not answer is Unknown until it does. Never rejects. */
  refreshProbes(signal: AbortSignal): Promise<void>;
  view(cluster: string): ClusterView;
  /** Rises when something that is kept of it changes, so that whoever remembers it knows whether to look again. */
  revision(of: Followed): number;
  /** Calls back after each such change. The returned function ends that. */
  onChange(listener: (of: Followed) => void): () => void;
  /** For each resource that may not be read: which, and the API server's words. */
  notPermitted(): string[];
  /** Who owns which field of an object. Undefined where it is gone or may not be read. */
  managedFields(type: ResourceType, name: string, namespace?: string): Promise<readonly ManagedFieldsEntry[] | undefined>;
}

export interface ObserverOptions {
  transport: Transport;
  /** Resources that the checks and facts need. */
  watch: readonly ResourceName[];
  /** Probes that the checks and facts need. */
  ask: readonly ProbeName[];
  /** Switches that are on. */
  features: readonly Feature[];
  /** Where the ConfigMaps of the operator are. */
  operatorNamespace: string;
  /** The API server that has them, where it is another one: the support calendar is the operator's, whichever cluster it is about. */
  home?: Transport;
  /** The cluster's name in metrics and logs; default `local`. */
  cluster?: string;
  clock: Clock;
  random: () => number;
  logger: Logger;
  metrics: RuntimeMetrics;
}

/** Twice the watchdog: a watch that was silent so long has been tried again and did not come back. */
const staleAfterMs = 180_000;
/** A probe that takes longer has no answer; the pass goes on. */
const probeMs = 10_000;
/** What the server has is asked for this long; then each resource is. */
const groupsMs = 5_000;
/** An early answer is the first pass's where that comes within this time. */
const earlyMs = 30_000;
/** Where CRDs are watched, a resource that is not installed need hardly be asked for: a new CRD is seen. */
const missingRetryMs = 300_000;
const crds: ResourceName = 'customresourcedefinitions';

type AnyReflector = Reflector<Stored>;
/** `answer` of a probe that failed is the one before. */
type Answer =
  | { state: 'Current'; answer: unknown }
  | { state: 'NotPermitted' | 'NotInstalled' | 'Stale'; answer: unknown; problem: string };

/** What is seen of a resource that is switched off. */
const nothing = createStore<Stored>();

export function createObserver(options: ObserverOptions): Observer {
  const { transport, clock } = options;
  const reflectors = new Map<ResourceName, AnyReflector>(
    options.watch
      .filter((name) => isOn(resources[name]))
      .map((name) => [name, reflectorOf(resources[name] as Resource<Stored>, options, following(name))]),
  );
  const answers = new Map<ProbeName, Answer>();
  const revisions = new Map<Followed, number>();
  const listeners = new Set<(of: Followed) => void>();
  const asked = options.ask.filter((name) => isOn(probes[name]));
  const early = new Map<ProbeName, { at: number; ends: Promise<void> }>();

  /** Each API group of a third party that is not there is a request less for each of its resources. The core group always is. */
  const groups = Promise.withResolvers<ReadonlySet<string> | undefined>();

  async function readGroups(signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    try {
      const { groups } = await transport.json<{ groups: { name: string }[] }>({ path: '/apis', signal, timeoutMs: groupsMs });
      return new Set(groups.map(({ name }) => name));
    } catch {
      return undefined;
    }
  }

  /** A server that starts up may have CRDs before it names their groups: the watch of CRDs is behind this too, and tells of them afterwards. */
  async function isServed({ group }: ResourceType): Promise<boolean> {
    return (await groups.promise)?.has(group) ?? true;
  }

  function following(name: ResourceName): Partial<ReflectorOptions<Stored>> {
    const { type }: Resource<Stored> = resources[name] as Resource<Stored>;
    return {
      ...(type.group === '' ? {} : { isServed: () => isServed(type) }),
      ...(name !== crds && options.watch.includes(crds) ? { missingRetryMs } : {}),
      onChange: (change) => {
        if (name === crds) expectInstalled(change.object);
        noteChange(name, change);
      },
    };
  }

  function expectInstalled({ name }: Stored): void {
    for (const reflector of reflectors.values())
      if (name === `${reflector.type.resource}.${reflector.type.group}`) reflector.expectInstalled();
  }

  /** Heartbeats, and what nothing reads, leave what is kept as it was. While nobody listens it is not worth comparing. */
  function noteChange(name: ResourceName, change: Change<Stored>): void {
    if (listeners.size > 0 && change.type === 'updated' && isDeepStrictEqual(change.old, change.object)) return;
    revisions.set(name, (revisions.get(name) ?? 0) + 1);
    for (const listener of listeners) listener(name);
  }

  function isOn({ feature }: { feature?: Feature }): boolean {
    return feature === undefined || options.features.includes(feature);
  }

  function reflectorFor(name: ResourceName): AnyReflector {
    const reflector = reflectors.get(name);
    if (!reflector) throw new Error(`${name} is read by a check that does not declare it in its needs`);
    return reflector;
  }

  function storeOf(name: ResourceName) {
    return isOn(resources[name]) ? reflectorFor(name).store : nothing;
  }

  function probeKnowledge(name: ProbeName): Knowledge {
    const known = answers.get(name);
    if (known === undefined) return { state: 'Stale', message: `the probe ${name} has not been answered yet` };
    if (known.state === 'Current') return { state: 'Current' };
    return { state: known.state, message: `the probe ${name} failed: ${known.problem}` };
  }

  function knowledge(name: ResourceName | ProbeName): Knowledge {
    const { feature }: { feature?: Feature } = isProbe(name) ? probes[name] : resources[name];
    if (feature && !options.features.includes(feature))
      return { state: 'SwitchedOff', message: `needs the chart's value ${features[feature].chartValue}: true` };
    return isProbe(name) ? probeKnowledge(name) : knowledgeOf(name, reflectorFor(name));
  }

  async function ask(name: ProbeName, signal: AbortSignal): Promise<void> {
    const probe = probes[name] as Probe<unknown>;
    const before = answers.get(name)?.answer;
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(probeMs)]);
      const list = <K extends ResourceName>(resource: K) => storeOf(resource).values() as readonly View<K>[];
      answers.set(name, { state: 'Current', answer: await probe.ask({ transport, signal: limit, now: clock.now(), list, before }) });
    } catch (error) {
      const kind = error instanceof KubeError ? error.kind : undefined;
      const state = kind === 'Forbidden' ? 'NotPermitted' : kind === 'NotFound' ? 'NotInstalled' : 'Stale';
      answers.set(name, { state, answer: before, problem: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Whether it was asked when the watches began, and has answered. Once, as that is the first pass's alone. */
  async function answeredEarly(name: ProbeName): Promise<boolean> {
    const asking = early.get(name);
    early.delete(name);
    if (!asking || clock.monotonic() - asking.at > earlyMs) return false;
    await asking.ends;
    return answers.get(name)?.state === 'Current';
  }

  return {
    run: async (signal) => {
      void readGroups(signal).then(groups.resolve);
      for (const name of asked)
        if ((probes[name] as Probe<unknown>).early) early.set(name, { at: clock.monotonic(), ends: ask(name, signal) });
      await Promise.all([...reflectors.values()].map((reflector) => reflector.run(signal)));
    },
    isSettled: () => [...reflectors.values()].every((reflector) => reflector.status().phase !== 'Starting'),
    isCurrent: () => [...reflectors].every(([name, reflector]) => knowledgeOf(name, reflector).state !== 'Stale'),
    settled: Promise.all([...reflectors.values()].map(({ settled }) => settled)).then(() => undefined),
    refreshProbes: async (signal) => {
      await Promise.all(
        asked.map(async (name) => {
          if (!(await answeredEarly(name))) await ask(name, signal);
        }),
      );
    },
    view: (cluster) =>
      createClusterView({
        cluster,
        store: storeOf,
        probe: (name) => {
          const known = answers.get(name);
          return known?.state === 'Current' ? known.answer : undefined;
        },
        knowledge,
      }),
    revision: (name) => revisions.get(name) ?? 0,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    notPermitted: () =>
      [...reflectors].flatMap(([name, reflector]) => {
        const knowledge = knowledgeOf(name, reflector);
        return knowledge.state === 'NotPermitted' ? [knowledge.message] : [];
      }),
    managedFields: async (type, name, namespace) => {
      const metadata = await readMetadata(transport, type, name, namespace);
      return metadata && (metadata.managedFields ?? []);
    },
  };
}

function isProbe(name: ResourceName | ProbeName): name is ProbeName {
  return (probeNames as readonly string[]).includes(name);
}

function reflectorOf(resource: Resource<Stored>, options: ObserverOptions, more: Partial<ReflectorOptions<Stored>>): AnyReflector {
  const { type, only, feature: _, ...reading } = resource;
  return createReflector<Stored>({
    ...options,
    ...more,
    type,
    ...reading,
    ...(only && !only.everywhere && options.home ? { transport: options.home } : {}),
    ...(only
      ? {
          ...(only.everywhere ? {} : { namespace: options.operatorNamespace }),
          fieldSelector: `metadata.name=${only.name}`,
          label: `${type.resource}/${only.name}`,
        }
      : {}),
  });
}

function knowledgeOf(name: ResourceName, reflector: AnyReflector): Knowledge {
  const { phase, message, silentMs, unreadable } = reflector.status();
  const { group, resource, kind } = reflector.type;
  const full = group === '' ? resource : `${resource}.${group}`;
  if (phase === 'NotPermitted') return { state: 'NotPermitted', message: `the operator may not list and watch ${full}: ${message}` };
  if (phase === 'NotInstalled') return { state: 'NotInstalled', message: `the cluster does not serve ${full}` };
  if (phase === 'Starting') return { state: 'Stale', message: `${full} could not be read yet: ${message}` };
  if (silentMs > staleAfterMs)
    return {
      state: 'Stale',
      message: `nothing was heard about ${name} for more than ${staleAfterMs / 60_000} minutes: ${message || 'the API server is silent'}`,
    };
  const [first] = unreadable;
  if (!first) return { state: 'Current' };
  const more = unreadable.size > 1 ? ` (and ${unreadable.size - 1} more)` : '';
  return { state: 'Current', unreadable: `${kind}/${first[0]} could not be read: ${first[1]}${more}` };
}
