import { waitFor } from '../../controlplane/wait.ts';
import { ago } from './own-nodes.ts';
import type { World } from './scenario.ts';

/** What a kubelet says of a pod; times are durations before now. */
export interface PodStatus {
  /** Absent: it is ready. */
  notReady?: Temporal.DurationLike;
  /** Its init containers have not ended. */
  initializing?: boolean;
  /** All is ready but a readiness gate. */
  gated?: boolean;
  /** Of its container. */
  waiting?: string;
  /** Why it does. */
  said?: string;
  running?: Temporal.DurationLike;
  started?: boolean;
  restarts?: number;
  /** How the container ended before that. */
  last?: { exitCode: number; reason: string; finished: Temporal.DurationLike };
}

function statusOf(container: string, status: PodStatus): object {
  const since = ago(status.notReady ?? { minutes: 10 });
  const { initializing = false, gated = false, waiting, last, restarts = last ? 9 : 0 } = status;
  const isReady = status.notReady === undefined;
  const conditions = { PodScheduled: true, Initialized: !initializing, ContainersReady: isReady || gated, Ready: isReady };
  const finishedAt = ago(last?.finished ?? { minutes: 1 });
  const startedAt = Temporal.Instant.from(finishedAt).subtract({ seconds: 20 }).toString();
  const ended = last && { terminated: { exitCode: last.exitCode, reason: last.reason, startedAt, finishedAt } };
  return {
    phase: initializing ? 'Pending' : 'Running',
    conditions: Object.entries(conditions).map(([type, isTrue]) => ({
      ...{ type, status: isTrue ? 'True' : 'False', lastTransitionTime: since },
    })),
    containerStatuses: [
      {
        ...{ name: container, image: 'registry.example.com/app:1.0.0', imageID: '', restartCount: restarts },
        ...{ ready: !waiting && (isReady || gated), started: status.started ?? !waiting },
        state: waiting
          ? { waiting: { reason: waiting, ...(status.said ? { message: status.said } : {}) } }
          : { running: { startedAt: ago(status.running ?? { minutes: 30 }) } },
        lastState: ended ?? {},
      },
    ],
  };
}

type PodObject = {
  metadata: { name: string; deletionTimestamp?: string; annotations?: Record<string, string> };
  spec: { nodeName?: string; containers: { name: string }[] };
  status: { phase?: string };
};

/** On a node, and left alone by the fake kubelet from now on. */
function isSettled({ metadata, spec, status }: PodObject): boolean {
  if (metadata.deletionTimestamp || !spec.nodeName) return false;
  return status.phase === 'Running' || metadata.annotations?.['fake-kubelet/hold'] !== undefined;
}

/**
 * Waits until an application, told by its label, has so many pods that run, and says this of the first ones; of all unless told otherwise. A
 * pod that is replaced meanwhile is gone when this is to be said of it: then it is said of those that are there.
 */
export async function kubeletSays(
  { cluster, patch }: World,
  app: string,
  inNamespace: string,
  status: PodStatus | { phase: string; reason?: string; message?: string },
  { pods = 1, only = pods }: { pods?: number; only?: number } = {},
): Promise<void> {
  await waitFor(`${pods} pods of ${app} in ${inNamespace} to run and to be spoken of`, async (see) => {
    const { items } = await cluster.kubectlJson<{ items: PodObject[] }>([
      'get',
      'pods',
      `--namespace=${inNamespace}`,
      `--selector=app=${app}`,
    ]);
    const settled = items.filter(isSettled);
    if (see(settled).length < pods) return false;
    for (const { metadata, spec } of settled.slice(0, only)) {
      const said = 'phase' in status ? status : statusOf(spec.containers[0]?.name ?? '', status);
      await patch('pod', metadata.name, { status: said }, { namespace: inNamespace, status: true });
    }
    return true;
  });
}
