import { distributionOf } from '../../observe/platform.ts';
import { instantOf } from '../../observe/resource.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import type { CheckContext, Evaluation, Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import type { Layer } from './layers.ts';
import { excusedPods, type NodesToCover, nodesToCover, uncoveredNodes } from './node-coverage.ts';
import { nameOf, platformFirst, workloadsOf } from './workloads.ts';

/** What of a check's context the layers read. */
export type Context = Pick<CheckContext<unknown>, 'view' | 'agreement' | 'now' | 'holdMs'>;

/** What every check of a layer reads. */
export const layerNeeds = {
  resources: ['daemonsets', 'deployments', 'nodes', 'pods', 'statefulsets'],
  probes: ['version'],
} as const;

/** Present, ready and, as a DaemonSet, on every node that is meant for it. */
export function evaluateLayer(context: Context, layer: Layer): Evaluation {
  const { view, agreement, now, holdMs } = context;
  const present = workloadsOf(view, layer.signature, layer.kinds);
  const wanted = present.filter(({ desired }) => desired > 0);
  const nodes = nodesToCover(view, now, holdMs);
  const onlyDaemonSets = layer.kinds.every((kind) => kind === 'DaemonSet');
  if (wanted.length === 0) {
    if (onlyDaemonSets && nodes.expected.size === 0)
      return { outcome: 'NotApplicable', message: 'The cluster has no node that a DaemonSet would have to serve.' };
    return absence(context, layer, present.map(nameOf));
  }
  const observations = platformFirst(wanted, agreement).flatMap((workload) => unready(context, layer, workload, nodes) ?? []);
  const missing = onlyDaemonSets ? uncoveredNodes(view, wanted, nodes) : [];
  if (missing.length > 0) observations.push(notCovered(context, layer, wanted, missing));
  return { observations };
}

/** Nothing of the layer runs; where that may be as it should be, it is NotApplicable. */
export function absence({ view }: Context, layer: Layer, scaledToZero: readonly string[]): Evaluation {
  const [standIn] = workloadsOf(view, layer.standIns, ['DaemonSet', 'Deployment', 'StatefulSet']);
  if (standIn)
    return {
      outcome: 'NotApplicable',
      message: `No ${layer.title} is seen, but ${nameOf(standIn)} is, which can do the same if it is told to.`,
    };
  const outside = layer.outside[distributionOf(view)];
  if (outside) return { outcome: 'NotApplicable', message: `No ${layer.title} is seen in the cluster; ${outside}.` };
  const [off] = scaledToZero;
  return {
    observations: [
      {
        object: `Cluster/${view.cluster}`,
        reason: off ? 'ScaledToZero' : 'NotInstalled',
        message: off
          ? `${off} is meant to have no pods, and no other ${layer.title} runs, so ${layer.loss}. Give it pods again, or switch the check off.`
          : `No ${layer.title} is installed, so ${layer.loss}. Install one, or switch the check off where something outside of the cluster does the work.`,
      },
    ],
  };
}

/** A workload with fewer ready pods than it should have; undefined where it has enough, or its numbers are about an older spec. */
export function unready({ view }: Context, layer: Layer, workload: WorkloadView, nodes: NodesToCover): Observation | undefined {
  const { kind, namespace, desired, ready, observed, unavailableSince } = workload;
  const excused = kind === 'DaemonSet' ? excusedPods(view, workload, nodes) : 0;
  if (!observed || ready + excused >= desired) return undefined;
  return {
    object: nameOf(workload),
    reason: 'NotReady',
    message: `${nameOf(workload)} (${layer.title}) has ${ready} of ${desired} pods ready${ready === 0 ? `, so ${layer.loss}` : ''}. Look at its pods: kubectl -n ${namespace} get pods, then describe one that is not ready.`,
    since: instantOf(unavailableSince),
  };
}

function notCovered({ view }: Context, layer: Layer, daemonsets: readonly WorkloadView[], nodes: readonly string[]): Observation {
  return {
    object: `Cluster/${view.cluster}`,
    reason: 'NodesNotCovered',
    message: `${nodes.length === 1 ? '1 node has' : `${nodes.length} nodes have`} no pod of ${inBrief(daemonsets.map(nameOf))} (${layer.title}), so ${layer.loss} there: ${inBrief(nodes)}. Compare taints and labels there with the tolerations, node selector and affinity of the DaemonSet.`,
  };
}
