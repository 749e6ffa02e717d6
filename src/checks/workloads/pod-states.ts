import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { podsByWorkload } from '../../observe/pods.ts';
import { instantOf } from '../../observe/resource.ts';
import type { NodeView } from '../../observe/resources/nodes.ts';
import { type ContainerTrouble, imageReasons, type PodTrouble, settledMs } from '../../observe/resources/pod-trouble.ts';
import type { PodView } from '../../observe/resources/pods.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { allWorkloads } from '../../observe/workloads.ts';
import { covers } from '../areas.ts';
import type { Context } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { absenceOf, isLeaving } from '../nodes/availability.ts';
import { readinessIsReported } from './reported-elsewhere.ts';

/** What every check of pods reads. */
export const podNeeds = { resources: ['pods', 'nodes', 'namespaces', 'deployments', 'daemonsets', 'statefulsets'] } as const;

/**
 * What is wrong with a pod. Each pod has one state, the first of these that applies, so that no two checks tell of the same pod: the image is
 * missing, a container was ended for lack of memory within the hour, a container crashes again and again, a container waits for something
 * else, or the pod is not ready for none of these reasons.
 */
export type State = 'ImageMissing' | 'OutOfMemory' | 'Crashing' | 'Waiting' | 'NotReady';

export interface AffectedPod {
  pod: PodView;
  trouble: PodTrouble;
  /** `Deployment/shop/web`, or the pod itself. */
  object: string;
  state: State;
  /** Those that the state is about; none where it is about the whole pod. */
  containers: readonly ContainerTrouble[];
  /** Since when the pod is not ready, and its node is; undefined where that is not known or it is ready. */
  since: Temporal.Instant | undefined;
}

/** One hour, for which an end for lack of memory counts. */
export const oomWindowMs = 60 * 60_000;
const crashLoop = 'CrashLoopBackOff';

/** Every pod that something is wrong with and that is nobody else's to report; worked out once a pass. */
export function affectedPods(context: Context): readonly AffectedPod[] {
  return context.view.derive('affected pods', () => {
    if (!deliveryIsCovered(context)) return podsInTrouble(context);
    const stuck = stuckRollouts(context);
    // Of images that cannot be had image-pull tells, whether or not a rollout waits for them.
    return podsInTrouble(context).filter(({ state, object }) => state === 'ImageMissing' || !stuck.has(object));
  });
}

/** The same with the pods of rollouts that are stuck. */
export function podsInTrouble(context: Context): readonly AffectedPod[] {
  const { view } = context;
  return view.derive('pods in trouble', () =>
    view
      .list('pods')
      .filter(({ trouble }) => trouble)
      .flatMap((pod) => inTrouble(context, pod) ?? []),
  );
}

/**
 * Workloads of which a new version does not come up, by name: a Deployment past its progressDeadlineSeconds, and a StatefulSet or DaemonSet of
 * which as many pods do not become ready as may be away during an update. Of those that another check watches as a layer it tells.
 */
export function stuckRollouts(context: Context): ReadonlyMap<string, WorkloadView> {
  const { view } = context;
  return view.derive('stuck rollouts', () => {
    const notReady = Map.groupBy(podsInTrouble(context).filter(isFailing), ({ object }) => object);
    const isStuck = ({ rolloutStuck, updating = 0 }: WorkloadView, object: string) =>
      rolloutStuck || (notReady.get(object)?.length ?? 0) >= updating;
    const named = allWorkloads(view)
      .filter(mayBeStuck)
      .map((workload) => [objectName(workload.kind, workload.name, workload.namespace), workload] as const);
    return new Map(named.filter(([object, workload]) => isStuck(workload, object) && !readinessIsReported(context, object)));
  });
}

function mayBeStuck({ rolloutStuck, updating, observed }: WorkloadView): boolean {
  return rolloutStuck || (observed && updating !== undefined);
}

/** Between two crashes a pod without a readiness probe is ready for a moment. */
export function isFailing({ trouble, state }: AffectedPod): boolean {
  return trouble.notReady !== undefined || state === 'Crashing';
}

/** Those in one state, by workload. */
export function byWorkload(context: Context, state: State): ReadonlyMap<string, AffectedPod[]> {
  return Map.groupBy(
    affectedPods(context).filter((affected) => affected.state === state),
    ({ object }) => object,
  );
}

/** True for a namespace that is covered and is not being deleted with all that is in it. */
export function isJudged({ view, agreement }: Context, namespace: string): boolean {
  return agreement.isCovered(namespace) && view.get('namespaces', namespace)?.deletingSince === undefined;
}

/** True where a check of Level 3 tells of what keeps a new version from running, and is run. */
export function deliveryIsCovered({ agreement }: Context): boolean {
  return covers(agreement.tier, 'Level3');
}

function inTrouble(context: Context, pod: PodView): AffectedPod | undefined {
  const { trouble } = pod;
  if (!trouble || pod.deleting || !isJudged(context, pod.namespace)) return undefined;
  // Of pods that find no node pod-unschedulable tells.
  const node = context.view.get('nodes', pod.nodeName);
  if (!node || !isInService(node)) return undefined;
  const judged = stateOf(trouble, /^(Cron)?Job\//.test(pod.workload), context.now);
  if (!judged) return undefined;
  const since = trouble.notReady && latest(instantOf(trouble.notReady.since), instantOf(node.conditions.Ready?.since));
  return { pod, trouble, object: objectOf(pod), since, ...judged };
}

/** Of pods on other nodes the checks of nodes tell, or somebody has them in maintenance. */
export function isInService(node: NodeView): boolean {
  return !node.unschedulable && !isLeaving(node) && absenceOf(node) === undefined;
}

/** A static pod's owner is its node, which is not what is wrong. */
function objectOf({ workload, name, namespace }: PodView): string {
  return workload.startsWith('Node/') ? objectName('Pod', name, namespace) : workload;
}

/** A Job tries again by itself, and says when it gives up. */
function stateOf(trouble: PodTrouble, ofJob: boolean, now: Temporal.Instant): Pick<AffectedPod, 'state' | 'containers'> | undefined {
  const { containers, notReady } = trouble;
  const images = containers.filter(({ waiting }) => imageReasons.has(waiting));
  if (images.length > 0) return { state: 'ImageMissing', containers: images };
  if (!ofJob && recentKills(trouble, now).length > 0) return { state: 'OutOfMemory', containers: [] };
  const crashing = ofJob ? [] : containers.filter((container) => isCrashing(container, now));
  if (crashing.length > 0) return { state: 'Crashing', containers: crashing };
  const waiting = containers.filter(({ waiting: reason }) => reason !== '' && reason !== crashLoop);
  if (waiting.length > 0) return { state: 'Waiting', containers: waiting };
  // A startup probe has a limit of its own, after which the container is ended; who sets a readiness gate reports it.
  if (ofJob || !notReady || notReady.progress === 'Starting' || notReady.progress === 'Gated') return undefined;
  return { state: 'NotReady', containers: [] };
}

/** Between two crashes a container runs for a moment, and is no better for it. */
function isCrashing({ waiting, repeats, runningSince, ended }: ContainerTrouble, now: Temporal.Instant): boolean {
  if (waiting === crashLoop) return true;
  const from = repeats ? instantOf(runningSince ?? ended?.at) : undefined;
  return from !== undefined && now.epochMilliseconds - from.epochMilliseconds < settledMs;
}

/** Ends for lack of memory within the last hour. */
export function recentKills({ oomKills }: PodTrouble, now: Temporal.Instant): { container: string; at: Temporal.Instant }[] {
  return oomKills.flatMap(({ container, at }) => {
    const instant = instantOf(at);
    return instant && now.epochMilliseconds - instant.epochMilliseconds <= oomWindowMs ? [{ container, at: instant }] : [];
  });
}

export function latest(a: Temporal.Instant | undefined, b: Temporal.Instant | undefined): Temporal.Instant | undefined {
  return a && b ? (Temporal.Instant.compare(a, b) > 0 ? a : b) : (a ?? b);
}

/** The earliest of what is known. */
export function earliest(instants: readonly (Temporal.Instant | undefined)[]): Temporal.Instant | undefined {
  return instants.filter((instant) => instant !== undefined).toSorted(Temporal.Instant.compare)[0];
}

/** `pod web-1` or `pods web-1, web-2 and 3 more`. */
export function podNames(pods: readonly AffectedPod[]): string {
  const names = pods.map(({ pod }) => pod.name);
  return `${names.length === 1 ? 'pod' : 'pods'} ${inBrief(names)}`;
}

/** What the containers of all these pods have to say, each once, in order. */
export function inWords(pods: readonly AffectedPod[], words: (container: ContainerTrouble) => string): string {
  const said = new Set(pods.flatMap(({ containers }) => containers.map(words)));
  return inBrief([...said]);
}

/** `main ended with exit code 1 (Error)`. */
export function howItEnds({ name, ended }: ContainerTrouble): string {
  if (!ended) return `${name} does not start`;
  const reason = ended.reason && ended.reason !== 'Error' ? ` (${ended.reason})` : '';
  return `${name} ended with exit code ${ended.exitCode}${reason}`;
}

/** How many pods a workload has, those that are being deleted too: some controllers wait for them to be gone. */
export function podsThere(view: ClusterView, object: string): number {
  return podsByWorkload(view).get(object)?.length ?? 0;
}
