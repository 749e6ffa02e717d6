import * as z from 'zod';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { type KubeletAnswer, pressures } from '../../observe/probes/kubelet-stats.ts';
import type { NodeView } from '../../observe/resources/nodes.ts';
import { percent } from '../capacity/share.ts';
import { type CheckContext, defineCheck, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { isLeaving, isThird, isVirtual } from '../nodes/availability.ts';
import { ratio } from '../parameters.ts';

/** Ours: what a kubelet said before is no longer known to be so. */
const answerKeptMs = 10 * 60_000;
/** Pods that a message names. */
const namedPods = 3;

interface Parameters {
  cpuRatio: number;
  memoryRatio: number;
  memoryStallRatio: number;
}

/** A node that is short of something, in the words of the message. */
interface Saturated {
  node: NodeView;
  /** Of these another check tells for the node by itself. */
  toldElsewhere: boolean;
  of: readonly ('memory' | 'CPU' | 'disk' | 'process ids')[];
}

export const nodeSaturation = defineCheck({
  id: 'node-saturation',
  area: 'Workloads',
  tier: 'Level2',
  title: 'Work on a node waits for memory, or many nodes are short of something at once',
  severity: 'warning',
  for: '10m',
  needs: { resources: ['nodes', 'pods'], optionalProbes: ['node-metrics', 'kubelet-stats'] },
  remediation:
    'Look at the pods that use most (`kubectl top pods -A --sort-by=memory` or `--sort-by=cpu`). Move or limit them, give workloads requests that match what they use so that the scheduler spreads them, or add nodes.',
  references: [
    'own default: a third of the nodes, as for nodes that are not ready; 95% of what a node can give, so that nodes that are merely well used do not page',
    'own default: 10% of five minutes lost to memory; Linux: pressure stall information (full avg300)',
    'kubernetes-mixin: KubeNodePressure (10m)',
  ],
  alerts: ['KubeNodePressure'],
  parameters: z.strictObject({
    cpuRatio: ratio(0.95, 'Used CPU divided by allocatable from which a node counts as saturated.'),
    memoryRatio: ratio(0.95, 'Used memory divided by allocatable from which a node counts as saturated.'),
    memoryStallRatio: ratio(
      0.1,
      'Share of the last five minutes in which all work on a node waited for memory, from which it is saturated.',
    ),
  }),
  evaluate: (context) => {
    const { view } = context;
    const nodes = view.list('nodes').filter((node) => !isLeaving(node) && !isVirtual(node));
    const answers = answersOf(context);
    const saturated = nodes.flatMap((node) => saturationOf(context, node, answers.get(node.name)) ?? []);
    const stalled = saturated.filter(({ toldElsewhere }) => !toldElsewhere);
    const observations = stalled.map(({ node }) => stall(context, node, answers));
    if (isThird(saturated.length, nodes.length)) observations.push(third(view, saturated, answers));
    const unknown = usageUnknown(view);
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});

function answersOf({ view, now }: CheckContext<Parameters>): ReadonlyMap<string, KubeletAnswer> {
  const fresh = (view.probe('kubelet-stats') ?? []).filter(
    ({ answeredAt }) => answeredAt && now.epochMilliseconds - answeredAt.epochMilliseconds <= answerKeptMs,
  );
  return new Map(fresh.map((answer) => [answer.node, answer]));
}

function saturationOf(
  { view, parameters }: CheckContext<Parameters>,
  node: NodeView,
  answer: KubeletAnswer | undefined,
): Saturated | undefined {
  const [memory, disk, processes] = pressures.map((type) => node.conditions[type]?.status === 'True');
  const usage = view.probe('node-metrics')?.get(node.name);
  const busy = (resource: 'cpu' | 'memory', threshold: number) => {
    const allocatable = node.allocatable[resource];
    return usage !== undefined && allocatable !== undefined && allocatable > 0 && usage[resource] / allocatable >= threshold;
  };
  const fullMemory = memory || busy('memory', parameters.memoryRatio);
  const stalls = answer?.memoryStall !== undefined && answer.memoryStall >= parameters.memoryStallRatio;
  const cpu = busy('cpu', parameters.cpuRatio);
  const of = [
    ...(fullMemory || stalls ? (['memory'] as const) : []),
    ...(cpu ? (['CPU'] as const) : []),
    ...(disk ? (['disk'] as const) : []),
    ...(processes ? (['process ids'] as const) : []),
  ];
  return of.length > 0 ? { node, of, toldElsewhere: !stalls || fullMemory } : undefined;
}

function stall(
  { view, parameters }: CheckContext<Parameters>,
  { name }: NodeView,
  answers: ReadonlyMap<string, KubeletAnswer>,
): Observation {
  return {
    object: `Node/${name}`,
    reason: 'MemoryStall',
    message: `All work on node ${name} has waited for memory for at least ${percent(parameters.memoryStallRatio)}% of the time, the threshold, although its kubelet reports no pressure. ${most(view, [name], 'memory', answers)}`,
  };
}

function third(view: ClusterView, saturated: readonly Saturated[], answers: ReadonlyMap<string, KubeletAnswer>): Observation {
  const names = saturated.map(({ node }) => node.name);
  const onlyCpu = saturated.every(({ of }) => of.every((what) => what === 'CPU'));
  return {
    object: `Cluster/${view.cluster}`,
    reason: 'NodesSaturated',
    severity: 'critical',
    message: `At least a third of the nodes have no ${inBrief([...new Set(saturated.flatMap(({ of }) => of))])} left to give: ${inBrief(names)}. ${most(view, names, onlyCpu ? 'cpu' : 'memory', answers)}`,
  };
}

/** Which workloads use most on these nodes, as far as kubelets were asked. */
function most(view: ClusterView, nodes: readonly string[], by: 'cpu' | 'memory', answers: ReadonlyMap<string, KubeletAnswer>): string {
  const used = new Map<string, number>();
  for (const usage of nodes.flatMap((name) => answers.get(name)?.most ?? [])) {
    const workload = view.get('pods', usage.pod)?.workload ?? `Pod/${usage.pod}`;
    used.set(workload, (used.get(workload) ?? 0) + usage[by]);
  }
  const first = [...used].toSorted((a, b) => b[1] - a[1]).slice(0, namedPods);
  if (first.length === 0) return `kubectl top pods -A --sort-by=${by} shows which pods use most.`;
  return `Most ${by === 'cpu' ? 'CPU' : 'memory'} there is used by ${inBrief(first.map(([workload]) => workload))}.`;
}

/** Without metrics-server only what kubelets report is judged; with one that does not answer, a part is missing. */
function usageUnknown(view: ClusterView): string | undefined {
  const known = view.knowledge('node-metrics');
  return known.state === 'Stale' || known.state === 'NotPermitted' ? `What nodes use is not known: ${known.message}.` : undefined;
}
