import type { ResourceName } from '../../observe/catalogue.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { AlertmanagerView, PrometheusView } from '../../observe/resources/monitoring.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import type { Observation } from '../check.ts';
import type { Layer } from './layers.ts';
import type { NodesToCover } from './node-coverage.ts';
import { type Context, unready } from './presence.ts';
import { nameOf, workloadsOf } from './workloads.ts';

type Operated = PrometheusView | AlertmanagerView;

/** A Prometheus or Alertmanager, however it came to be. */
export interface Instance {
  namespace: string;
  object: string;
  /** Pods that are wanted; none where it is switched off. */
  wanted: number;
  /** What is wrong with it now. */
  unready: Observation[];
}

/** Those that Prometheus Operator was asked for, and other workloads of the layer. */
export function instancesOf(
  context: Context,
  layer: Layer,
  kind: 'Prometheus' | 'Alertmanager',
  resources: Iterable<Operated>,
  nodes: NodesToCover,
): Instance[] {
  const asked = new Map([...resources].filter(({ deleting }) => !deleting).map((resource) => [keyOf(kind, resource), resource]));
  const made = new Map<string, WorkloadView[]>();
  const instances: Instance[] = [];
  for (const workload of workloadsOf(context.view, layer.signature, layer.kinds)) {
    const maker = `${workload.namespace}/${workload.owner}`;
    if (asked.has(maker)) {
      made.set(maker, [...(made.get(maker) ?? []), workload]);
      continue;
    }
    const observation = unready(context, layer, workload, nodes);
    const { namespace, desired } = workload;
    instances.push({ namespace, object: nameOf(workload), wanted: desired, unready: observation ? [observation] : [] });
  }
  for (const [key, resource] of asked) {
    const { namespace, name, replicas } = resource;
    const said = unavailable(kind, resource);
    const seen = made.get(key)?.flatMap((workload) => unready(context, layer, workload, nodes) ?? []);
    const untended = resource.available?.status === 'True' ? [] : [untouched(kind, resource)];
    const observations = said ? [said] : (seen ?? untended);
    instances.push({ namespace, object: `${kind}/${namespace}/${name}`, wanted: replicas, unready: observations });
  }
  return instances;
}

function keyOf(kind: string, { namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${kind}/${name}`;
}

/**
 * That the operator says so. Where it does not, the StatefulSet is looked at: old versions say nothing, and what one said that is itself
 * down is no longer true.
 */
function unavailable(kind: string, { namespace, name, available }: Operated): Observation | undefined {
  if (available?.status !== 'False' && available?.status !== 'Degraded') return undefined;
  const pods = available.status === 'Degraded' ? 'some of its pods are not ready' : 'none of its pods is ready';
  return {
    object: `${kind}/${namespace}/${name}`,
    reason: 'NotReady',
    message: `${kind} ${namespace}/${name} is not available (${available.reason || 'no reason given'}): ${pods}. kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name} names the pods.`,
    since: instantOf(available.since),
  };
}

function untouched(kind: string, { namespace, name }: Operated): Observation {
  return {
    object: `${kind}/${namespace}/${name}`,
    reason: 'NotReady',
    message: `${kind} ${namespace}/${name} has neither a status nor a StatefulSet: nothing acts on it. Look whether Prometheus Operator runs and watches the namespace ${namespace}.`,
  };
}

/** Why a custom resource cannot be relied on, where that is not because the cluster has none of its kind. */
export function unreadable(view: ClusterView, resource: ResourceName): string | undefined {
  const knowledge = view.knowledge(resource);
  return knowledge.state === 'NotPermitted' || knowledge.state === 'Stale' ? knowledge.message : undefined;
}
