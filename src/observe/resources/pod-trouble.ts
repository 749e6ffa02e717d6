import { shortened } from '../../kube/redact.ts';
import type { Pod } from '../../kube/types.ts';
import { instantOf } from '../resource.ts';

/** A container that ended for lack of memory, and when, RFC 3339. */
export interface OomKill {
  container: string;
  at: string;
}

/** A container that waits, or that has ended again and again soon after its start. */
export interface ContainerTrouble {
  name: string;
  /** Why it is not started, in the kubelet's word, such as CrashLoopBackOff; '' where it is, or has ended. */
  waiting: string;
  /** Where its image cannot be had: which, and what the kubelet says of it, at most 1,024 characters. */
  image?: { name: string; said: string };
  /** How it ended the last time; undefined where it never did. */
  ended: { exitCode: number; reason: string; at: string } | undefined;
  /** When it was started again after that, RFC 3339; undefined while it does not run. */
  runningSince: string | undefined;
  /** It has been started again three times or more, and its last end came soon after its start. */
  repeats: boolean;
}

/**
 * How far a pod that is not ready has come: init containers run, a startup probe has not succeeded yet, or all containers are ready and a
 * readiness gate is not. Unseen: it has a node whose kubelet has said nothing about it.
 */
export type Progress = 'Unseen' | 'Initializing' | 'Starting' | 'Gated' | 'Started';

/** What is not as it should be with a pod; most pods have none, and of those nothing is kept. */
export interface PodTrouble {
  /** Undefined where it is ready, or would be but for containers that have done their work. */
  notReady: { since: string | undefined; progress: Progress } | undefined;
  /** Since when its containers could run, RFC 3339: not before the init containers had ended. */
  startingSince: string | undefined;
  containers: readonly ContainerTrouble[];
  /** As far as they were watched, the latest last, at most eight. */
  oomKills: readonly OomKill[];
}

/** Reasons for which a container waits for its image in vain. */
export const imageReasons: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName']);

/** How many are remembered; a check cannot count further. */
export const oomKillsKept = 8;

/** Kubernetes: a container that has run for ten minutes begins with the shortest back-off again. */
export const settledMs = 10 * 60_000;
/** Ours: a container that was started again once or twice, because another was not there yet, does not crash again and again. */
const again = 3;

type Status = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<Status['containerStatuses']>[number];
type Ended = NonNullable<NonNullable<ContainerStatus['lastState']>['terminated']>;

const noContainers: readonly ContainerTrouble[] = [];
const noKills: readonly OomKill[] = [];

/** Undefined for a pod that is as it should be. */
export function troubleOf({ metadata, spec, status }: Pod, before: PodTrouble | undefined): PodTrouble | undefined {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const atWork = statuses.filter((one) => !isDone(one, spec));
  // The kubelet counts a container that has ended well as not ready.
  const isReadyButForDone = atWork.length < statuses.length && atWork.every(({ ready }) => ready);
  const notReady = isReadyButForDone ? undefined : notReadyOf(status, Boolean(spec?.nodeName), metadata?.creationTimestamp);
  const containers = containersOf(atWork, before?.containers ?? noContainers);
  const oomKills = oomKillsOf(statuses, before?.oomKills ?? noKills);
  if (!notReady && containers.length === 0 && oomKills.length === 0) return undefined;
  const initialized = status?.conditions?.find(({ type }) => type === 'Initialized');
  return { notReady, startingSince: later(notReady?.since, initialized?.lastTransitionTime), containers, oomKills };
}

/** A container that has ended well and is not started again, as a step of a pipeline beside those that follow. */
function isDone({ name, state }: ContainerStatus, spec: Pod['spec']): boolean {
  if (state?.terminated?.exitCode !== 0) return false;
  const own = spec?.containers.find((container) => container.name === name);
  return own !== undefined && (own.restartPolicy ?? spec?.restartPolicy ?? 'Always') !== 'Always';
}

function notReadyOf(status: Status | undefined, placed: boolean, createdAt: string | undefined): PodTrouble['notReady'] {
  const condition = (of: string) => status?.conditions?.find(({ type }) => type === of);
  const ready = condition('Ready');
  if (!ready) {
    if (!placed || status?.phase !== 'Pending') return undefined;
    // One that was made for its node has been seen by no scheduler.
    return { since: condition('PodScheduled')?.lastTransitionTime ?? createdAt, progress: 'Unseen' };
  }
  if (ready.status === 'True') return undefined;
  return { since: ready.lastTransitionTime, progress: progressOf(status, condition('Initialized'), condition('ContainersReady')) };
}

function progressOf(
  status: Status | undefined,
  initialized: { status: string } | undefined,
  containersReady: { status: string } | undefined,
): Progress {
  if (initialized?.status === 'False') return 'Initializing';
  if (containersReady?.status === 'True') return 'Gated';
  const starting = status?.containerStatuses?.some(({ state, started }) => state?.running !== undefined && started === false);
  return starting ? 'Starting' : 'Started';
}

function containersOf(statuses: readonly ContainerStatus[], before: readonly ContainerTrouble[]): readonly ContainerTrouble[] {
  const found = statuses.flatMap((status): ContainerTrouble[] => {
    const { name, state, lastState, restartCount } = status;
    const reason = state?.waiting?.reason ?? '';
    // Init containers are still at work, which is no reason of its own.
    const waiting = reason === 'PodInitializing' ? '' : interned(reason);
    const ended = state?.terminated ?? lastState?.terminated;
    const repeats = ended !== undefined && restartCount >= again && wasShort(ended);
    if (!waiting && !repeats) return [];
    const image = imageReasons.has(waiting) ? imageOf(status, before) : undefined;
    return [
      {
        ...{ name: interned(name), waiting, ended: ended && endedOf(ended), runningSince: state?.running?.startedAt, repeats },
        ...(image ? { image } : {}),
      },
    ];
  });
  return found.length > 0 ? found : noContainers;
}

const longestSaid = 1024;

/** While it waits for the next attempt an older kubelet says only that; what it said of the last one is kept. */
function imageOf({ name, image, state }: ContainerStatus, before: readonly ContainerTrouble[]): ContainerTrouble['image'] {
  const said = state?.waiting?.message ?? '';
  const known = before.find((container) => container.name === name)?.image;
  if (known?.name === image && /^Back-off pulling image "[^"]*"$/.test(said)) return known;
  return { name: interned(image ?? ''), said: interned(shortened(said, longestSaid)) };
}

function endedOf({ exitCode, reason = '', finishedAt = '' }: Ended): ContainerTrouble['ended'] {
  return { exitCode, reason: interned(reason), at: finishedAt };
}

function wasShort({ startedAt, finishedAt }: Ended): boolean {
  const [started, finished] = [instantOf(startedAt), instantOf(finishedAt)];
  return started !== undefined && finished !== undefined && finished.epochMilliseconds - started.epochMilliseconds < settledMs;
}

/** A pod shows only the last end of each container, so that those before are remembered. */
function oomKillsOf(statuses: readonly ContainerStatus[], before: readonly OomKill[]): readonly OomKill[] {
  const fresh = statuses.flatMap(({ name, state, lastState }) =>
    [lastState?.terminated, state?.terminated].flatMap((ended): OomKill[] => {
      if (ended?.reason !== 'OOMKilled' || !ended.finishedAt) return [];
      const at = ended.finishedAt;
      return before.some((known) => known.container === name && known.at === at) ? [] : [{ container: interned(name), at }];
    }),
  );
  return fresh.length > 0 ? [...before, ...fresh].slice(-oomKillsKept) : before;
}

/** RFC 3339 in UTC, as the API server writes it, is in the order of its text. */
function later(a: string | undefined, b: string | undefined): string | undefined {
  return a !== undefined && (b === undefined || a > b) ? a : b;
}

const texts = new Map<string, string>();
/** Reasons and names of containers are few, and thousands of pods have the same; one that keeps making up new ones fills nothing. */
function interned(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= 1000) texts.clear();
  texts.set(text, text);
  return text;
}
