import type { KubeObject } from '../../kube/types.ts';
import { addressOf, type DeliveryView, failureOf, isOwned } from '../delivery.ts';
import { defineResource, instantOf } from '../resource.ts';

/** Actions Runner Controller: sets of runners that GitHub's jobs wait for, the runners, and what listens for jobs. */

export interface RunnerSetView extends DeliveryView {
  /** So many runners should be there though no job waits. */
  minRunners: number;
}

/** A runner, or what listens for a set of them. */
export interface RunnerPartView extends DeliveryView {
  /** `namespace/name` of its AutoscalingRunnerSet; '' where it does not say. */
  runnerSet: string;
}

interface RunnerSet extends KubeObject {
  spec?: {
    githubConfigUrl?: string;
    minRunners?: number;
    maxRunners?: number;
    template?: { spec?: { containers?: { name?: string; image?: string }[] } };
  };
  status?: { phase?: string };
}

interface Runner extends KubeObject {
  spec?: { githubConfigUrl?: string };
  status?: { phase?: string; reason?: string; message?: string; failures?: Record<string, unknown> };
}

interface Listener extends KubeObject {
  spec?: { githubConfigUrl?: string; autoscalingRunnerSetNamespace?: string; autoscalingRunnerSetName?: string };
}

const apiType = (resource: string, kind: string) => ({
  group: 'actions.github.com',
  version: 'v1alpha1',
  resource,
  kind,
  namespaced: true,
});

function common(kind: string, { metadata, spec }: RunnerSet | Runner | Listener) {
  return {
    ...{ kind, name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' },
    ...{ owned: isOwned(metadata), source: addressOf(spec?.githubConfigUrl), revision: '', waitsFor: [] },
  };
}

export const autoscalingrunnersets = defineResource({
  type: apiType('autoscalingrunnersets', 'AutoscalingRunnerSet'),
  project: (object: RunnerSet): RunnerSetView | undefined => {
    if (object.metadata?.deletionTimestamp) return undefined;
    const { minRunners = 0, maxRunners, template } = object.spec ?? {};
    const runner = (template?.spec?.containers ?? []).find(({ name }) => name === 'runner');
    return {
      ...common('AutoscalingRunnerSet', object),
      ...stateOf(object.status?.phase, maxRunners === 0),
      revision: addressOf(runner?.image),
      minRunners,
    };
  },
});

/** Versions before 0.13 have no phase. One that is Outdated takes no job until its runner is updated: GitHub serves no runner that old. */
function stateOf(phase: string | undefined, isClosed: boolean): Pick<DeliveryView, 'state' | 'failure'> {
  if (isClosed) return { state: 'Suspended' };
  if (phase === 'Outdated') return { state: 'Failing', failure: failureOf(phase, '') };
  return { state: phase === 'Pending' ? 'Progressing' : 'Healthy' };
}

/** One that has failed is left as it is until somebody, or a newer version of the controller, deletes it. What is about to end is Progressing. */
export const ephemeralrunners = defineResource({
  type: apiType('ephemeralrunners', 'EphemeralRunner'),
  project: (object: Runner): RunnerPartView => {
    const { metadata, status } = object;
    const ends = metadata?.deletionTimestamp !== undefined || status?.phase === 'Succeeded' || status?.phase === 'Outdated';
    const failed = status?.phase === 'Failed' && !ends;
    const name = metadata?.labels?.['actions.github.com/scale-set-name'] ?? '';
    const namespace = metadata?.labels?.['actions.github.com/scale-set-namespace'] ?? metadata?.namespace ?? '';
    return {
      ...common('EphemeralRunner', object),
      state: failed ? 'Failing' : ends ? 'Progressing' : 'Healthy',
      ...(failed ? { since: lastOf(status.failures), failure: failureOf(status.reason, status.message) } : {}),
      runnerSet: name && `${namespace}/${name}`,
    };
  },
});

/** Older versions keep no times. */
function lastOf(failures: Record<string, unknown> = {}): string | undefined {
  const times = Object.values(failures).filter((at) => typeof at === 'string');
  return times
    .filter((at) => instantOf(at))
    .toSorted()
    .at(-1);
}

/** It says nothing of itself: how it is, its pod shows. */
export const autoscalinglisteners = defineResource({
  type: apiType('autoscalinglisteners', 'AutoscalingListener'),
  project: (object: Listener): RunnerPartView | undefined => {
    if (object.metadata?.deletionTimestamp) return undefined;
    const { autoscalingRunnerSetName: name, autoscalingRunnerSetNamespace: namespace } = object.spec ?? {};
    return { ...common('AutoscalingListener', object), state: 'Healthy', runnerSet: name && namespace ? `${namespace}/${name}` : '' };
  },
});

/** The pods that one listener has had: it is never restarted in its pod, its controller makes a new one of the same name. */
export interface ListenerPodsView {
  name: string;
  namespace: string;
  /** When each was made, RFC 3339, the latest last; at most 20. */
  madeAt: readonly string[];
}

const podsKept = 20;
/** A listener that has run for so long is not being restarted, milliseconds. */
const settledMs = 2 * 60 * 60_000;

export const listenerPods = defineResource({
  type: { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true },
  label: 'pods/listeners',
  labelSelector: 'app.kubernetes.io/component=runner-scale-set-listener',
  metadataOnly: true,
  gather: {
    keyOf: ({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`,
    counts: ({ madeAt }: ListenerPodsView, now) => {
      const last = instantOf(madeAt.at(-1));
      return last !== undefined && now.epochMilliseconds - last.epochMilliseconds < settledMs;
    },
  },
  project: ({ metadata }: KubeObject, before?: ListenerPodsView): ListenerPodsView | undefined => {
    const { name = '', namespace = '', creationTimestamp = '' } = metadata ?? {};
    if (!instantOf(creationTimestamp)) return before;
    const madeAt = [...new Set([...(before?.madeAt ?? []), creationTimestamp])].sort().slice(-podsKept);
    return { name, namespace, madeAt };
  },
});
