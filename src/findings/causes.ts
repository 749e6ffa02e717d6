import type { Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { checks } from '../checks/catalogue.ts';
import type { Context } from '../checks/check.ts';
import { webhookResources } from '../checks/controlplane/webhook-configurations.ts';
import { isLeaving, isThird } from '../checks/nodes/availability.ts';
import { nameOf } from '../checks/observability/workloads.ts';
import { affectedPods } from '../checks/workloads/pod-states.ts';
import { matchesLabels } from '../kube/label-selector.ts';
import type { ResourceName } from '../observe/catalogue.ts';
import { readyEndpoints } from '../observe/endpoints.ts';
import { podsByWorkload } from '../observe/pods.ts';
import type { ServiceView } from '../observe/resources/services.ts';
import type { WorkloadView } from '../observe/resources/workloads.ts';
import { allWorkloads } from '../observe/workloads.ts';
import { changeThatBroke, defaultChangeBroke } from './default-change.ts';
import { nodesLostBy, nodesLostByAll } from './pods-lost.ts';

/** What may be a cause: a finding, or a difference from the baseline under the id of its fact. */
export type Cause = Pick<Finding, 'id' | 'check' | 'severity' | 'object' | 'reason' | 'firstSeen'>;

export interface Known extends Context {
  /** The causes of the rule that are open, most urgent first, by object. */
  roots: ReadonlyMap<string, Cause>;
  /** Differences from the approved baseline. */
  drift: readonly Drift[];
  /** What consequences of the rule were linked to before, by their ids. */
  linked: ReadonlyMap<string, string>;
}

/** One kind of cause, and how it is proven that something comes of it. */
export interface Rule {
  /** As docs/correlation.md calls it; a test compares. */
  name: string;
  roots: readonly string[];
  consequences: readonly string[];
  /** Without these nothing is proven, and what was linked before stays so. */
  needs: readonly ResourceName[];
  /** The object of the cause; undefined where it is not proven that there is one. */
  causeOf: (finding: Finding, known: Known) => string | undefined;
}

const nodeChecks = ['node-not-ready', 'node-unreachable'];
const chain = ['services', 'endpointslices', ...webhookResources] as const;
const workloadResources = ['deployments', 'statefulsets', 'daemonsets'] as const;

/** In this order: the first that proves a cause gives it. No check is, over several rules, a consequence of itself but among lost nodes. */
export const rules: readonly Rule[] = [
  {
    name: 'a third of the nodes is lost',
    roots: nodeChecks,
    consequences: nodeChecks,
    needs: ['nodes'],
    causeOf: firstLostNode,
  },
  {
    name: 'pods wait in the place of those on lost nodes',
    roots: nodeChecks,
    consequences: ['pod-unschedulable'],
    needs: ['pods', 'nodes'],
    causeOf: ({ object }, { view, roots }) => lostNodeOf(roots, [object], (workload) => nodesLostBy(view, workload, isIn(roots))),
  },
  {
    name: 'pods are on lost nodes',
    roots: nodeChecks,
    consequences: [
      ...['service-no-endpoints', 'ingress-controller-unhealthy', 'dns-unhealthy', 'webhook-failing'],
      ...['obs-kube-state-metrics', 'obs-log-collector', 'obs-metrics-server', 'obs-node-exporter', 'obs-prometheus', 'obs-alertmanager'],
    ],
    needs: ['pods', 'nodes', ...chain, ...workloadResources],
    causeOf: (finding, known) => {
      const { view, roots } = known;
      // These have others that run.
      const someAreLost = finding.reason === 'NotAvailable' || finding.check.startsWith('obs-');
      const nodesOf = someAreLost ? nodesLostBy : nodesLostByAll;
      return lostNodeOf(roots, workloadsOf(finding, known), (workload) => nodesOf(view, workload, isIn(roots)));
    },
  },
  {
    name: 'a quota refuses pods',
    roots: ['quota-full'],
    consequences: ['workload-mismatch'],
    needs: ['deployments', 'resourcequotas'],
    causeOf: ({ object }, { view }) => {
      const [namespace] = keyOf(object).split('/');
      const [, quota, requested = ''] = /exceeded quota: ([^,]+), requested: (.*?), used: /s.exec(refusalOf(object, view)) ?? [];
      const found = view.get('resourcequotas', `${namespace}/${quota}`);
      const isFull = requested.split(',').some((part) => {
        const [resource = ''] = part.split('=');
        const hard = found?.hard[resource] ?? 0;
        return hard > 0 && (found?.used[resource] ?? 0) >= hard;
      });
      return isFull ? `ResourceQuota/${namespace}/${quota}` : undefined;
    },
  },
  {
    name: 'a webhook refuses pods',
    roots: ['webhook-failing'],
    consequences: ['workload-mismatch'],
    needs: ['deployments', ...webhookResources],
    causeOf: ({ object }, known) => {
      const [, name] = /failed calling webhook "([^"]+)"/.exec(refusalOf(object, known.view)) ?? [];
      return [...known.roots.keys()].find((root) => name !== undefined && webhooksOf(root, known).some((webhook) => webhook.name === name));
    },
  },
  {
    name: 'a node has no pod network',
    roots: ['cni-gap'],
    consequences: ['pod-not-ready', 'container-waiting'],
    needs: ['pods', 'nodes', 'namespaces', 'deployments', 'daemonsets'],
    causeOf: ({ object, check }, known) => {
      const pods = affectedPods(known);
      const state = check === 'pod-not-ready' ? 'NotReady' : 'Waiting';
      const own = pods.filter((pod) => pod.object === object && pod.state === state);
      const isCut = (root: string) => own.every((pod) => pods.some((agent) => agent.object === root && cutsOff(agent, pod)));
      return own.length === 0 ? undefined : [...known.roots.keys()].find((root) => root !== object && isCut(root));
    },
  },
  {
    name: 'an ingress controller is down',
    roots: ['ingress-controller-unhealthy'],
    consequences: ['service-no-endpoints', 'webhook-failing'],
    needs: [...chain, ...workloadResources],
    causeOf: (finding, known) => {
      const behind = workloadsOf(finding, known);
      return behind.every((workload) => known.roots.has(workload)) ? behind[0] : undefined;
    },
  },
  {
    name: 'a Service that others need has no endpoint',
    roots: ['dns-unhealthy', 'service-no-endpoints'],
    consequences: ['service-no-endpoints', 'webhook-failing'],
    needs: chain,
    causeOf: (finding, known) => {
      const services = servicesOf(finding, known);
      const ofItself = (root: string) => known.roots.get(root)?.id === finding.id;
      return services.length > 0 && services.every((service) => known.roots.has(service) && !ofItself(service)) ? services[0] : undefined;
    },
  },
  {
    name: 'a storage class is gone',
    roots: ['default-storageclass', 'storage-classes'],
    consequences: ['pvc-pending'],
    needs: ['persistentvolumeclaims', 'storageclasses'],
    causeOf: ({ object }, { view }) => {
      const claim = view.get('persistentvolumeclaims', keyOf(object));
      if (claim?.phase !== 'Pending') return undefined;
      if (claim.wantsDefault) return `Cluster/${view.cluster}`;
      return claim.storageClass !== '' && !view.get('storageclasses', claim.storageClass)
        ? `StorageClass/${claim.storageClass}`
        : undefined;
    },
  },
  {
    name: 'a claim has no volume',
    roots: ['pvc-pending'],
    consequences: ['pod-unschedulable'],
    needs: ['pods'],
    causeOf: ({ object }, { view, roots }) => {
      const waiting = (podsByWorkload(view).get(object) ?? []).filter(({ unschedulable, deleting }) => unschedulable && !deleting);
      return firstOf(
        allOf(waiting, ({ unschedulable, claims, namespace }) =>
          /unbound immediate PersistentVolumeClaims/.test(unschedulable?.message ?? '')
            ? claims.map((claim) => `PersistentVolumeClaim/${namespace}/${claim}`).filter((claim) => roots.has(claim))
            : [],
        ),
        roots,
      );
    },
  },
  {
    name: 'a change of a platform default breaks deliveries',
    roots: [defaultChangeBroke.id],
    consequences: checks.filter(({ area }) => area === 'Delivery').map(({ id }) => id),
    needs: [],
    causeOf: (finding, { drift, view }) => changeThatBroke(finding, drift, view)?.object,
  },
];

/** What a check of these rules must say to be a cause; every other reason of it has other consequences, or none. */
export const reasons: Readonly<Record<string, string>> = {
  'default-storageclass': 'NoDefault',
  'quota-full': 'QuotaFull',
  'dns-unhealthy': 'NoReadyEndpoint',
};

/**
 * The lost node that stands for all, and is the same one for as long as it is lost. When fewer than a third are, those that it stood for stay
 * with it, and no other joins them.
 */
function firstLostNode({ id, object }: Finding, { view, roots, linked }: Known): string | undefined {
  const isRoot = new Set(linked.values());
  const [first] = [...roots].find(([, cause]) => isRoot.has(cause.id)) ?? [...roots][0] ?? [];
  if (first === undefined || first === object) return undefined;
  const before = linked.get(id);
  if (before !== undefined && before === roots.get(first)?.id) return first;
  const expected = view.list('nodes').filter((node) => !node.unschedulable && !isLeaving(node));
  const lost = expected.filter(({ name }) => roots.has(`Node/${name}`));
  return isThird(lost.length, expected.length) ? first : undefined;
}

function isIn(roots: Known['roots']): (node: string) => boolean {
  return (node) => roots.has(`Node/${node}`);
}

/** The most urgent of the lost nodes, where they are the reason for all the workloads. */
function lostNodeOf(roots: Known['roots'], workloads: readonly string[], nodesOf: (workload: string) => string[]): string | undefined {
  const nodes = workloads.length > 0 ? allOf(workloads, nodesOf) : [];
  return firstOf(
    nodes.map((node) => `Node/${node}`),
    roots,
  );
}

/** `namespace/name` of `Kind/namespace/name`. */
function keyOf(object: string): string {
  return object.slice(object.indexOf('/') + 1);
}

/** The API server's words where it lets no pod of a Deployment be made. */
function refusalOf(object: string, view: Known['view']): string {
  return (object.startsWith('Deployment/') ? view.get('deployments', keyOf(object))?.notCreated?.message : undefined) ?? '';
}

/** The workloads that a finding is about: its object, or those behind the Services that it is about. */
function workloadsOf(finding: Finding, known: Known): string[] {
  if (/^(Deployment|StatefulSet|DaemonSet)\//.test(finding.object)) return [finding.object];
  return allOf(servicesOf(finding, known), (service) => {
    const found = known.view.get('services', keyOf(service));
    return found ? workloadsBehind(known, found) : [];
  });
}

/** The Services that a finding is about: its object, or those that should answer for a webhook and do not. */
function servicesOf({ object }: Finding, known: Known): string[] {
  if (object.startsWith('Service/')) return [object];
  const mustAnswer = webhooksOf(object, known).filter(({ service, failurePolicy, rules: asked }) => {
    return service !== '' && failurePolicy === 'Fail' && asked.length > 0 && readyEndpoints(known.view, ...placeOf(service)) === 0;
  });
  return [...new Set(mustAnswer.map(({ service }) => `Service/${service}`))];
}

function placeOf(key: string): [namespace: string, name: string] {
  const [namespace = '', name = ''] = key.split('/');
  return [namespace, name];
}

function webhooksOf(object: string, { view }: Known) {
  const [kind, name = ''] = object.split('/');
  if (kind === 'ValidatingWebhookConfiguration') return view.get('validatingwebhookconfigurations', name)?.webhooks ?? [];
  return kind === 'MutatingWebhookConfiguration' ? (view.get('mutatingwebhookconfigurations', name)?.webhooks ?? []) : [];
}

function workloadsBehind({ view }: Known, { namespace, selector }: ServiceView): string[] {
  if (Object.keys(selector).length === 0) return [];
  const isBehind = (workload: WorkloadView) =>
    workload.namespace === namespace &&
    workload.desired > 0 &&
    !workload.deleting &&
    matchesLabels({ matchLabels: selector, matchExpressions: [] }, workload.podLabels);
  return allWorkloads(view).filter(isBehind).map(nameOf);
}

/** A pod that became ready no more, or never was, since the network plugin's own pod on its node is not ready. */
function cutsOff(agent: ReturnType<typeof affectedPods>[number], { pod, since }: ReturnType<typeof affectedPods>[number]): boolean {
  const onItsNode = agent.pod.nodeName === pod.nodeName;
  return onItsNode && agent.since !== undefined && since !== undefined && Temporal.Instant.compare(agent.since, since) <= 0;
}

/** What comes of each; nothing where nothing comes of one. */
function allOf<T>(list: readonly T[], of: (entry: T) => readonly string[]): string[] {
  const each = list.map(of);
  return each.every((found) => found.length > 0) ? each.flat() : [];
}

/** The most urgent of those that are all causes. */
function firstOf(objects: readonly string[], roots: Known['roots']): string | undefined {
  const named = new Set(objects);
  return [...roots.keys()].find((object) => named.has(object));
}
