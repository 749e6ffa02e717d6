import { resources } from '../../observe/catalogue.ts';
import { karpenterPool, poolOf } from '../../observe/node-pools.ts';
import { hasAutoscaler } from '../../observe/platform.ts';
import type { NodeView } from '../../observe/resources/nodes.ts';
import { type Fact, nameOf, type Whole } from '../fact.ts';
import { keyIn } from '../values.ts';

/**
 * Domains of labels that Kubernetes, a provider, a provisioner or a driver puts on nodes: zone, machine, image. They differ within a pool,
 * or change when the provider renews its image; what was agreed are the labels that the platform's owner gave the pool.
 */
const madeDomains = [
  'kubernetes.io',
  'k8s.io',
  'karpenter.sh',
  'karpenter.azure.com',
  'k8s.aws',
  'amazonaws.com',
  'csi.aws.com',
  'cloud.google.com',
  'gke.io',
  'kubernetes.azure.com',
  'csi.azure.com',
  // Rancher's system-upgrade-controller: which plan a node has been upgraded by.
  'upgrade.cattle.io',
];
/** Ends of labels that say how far an agent is, such as those of NVIDIA's GPU operator. */
const passingLabels = /timestamp$|-upgrade-state$/;
/** Beginnings of taints that come and go; they say how a node fares, not what was agreed. */
const passingTaints = [
  'node.kubernetes.io/',
  'node.cloudprovider.kubernetes.io/',
  'ToBeDeletedByClusterAutoscaler',
  'DeletionCandidateOfClusterAutoscaler',
  // Of cluster-autoscaler too: "startup taints" and "status taints" of its FAQ, and their former name.
  'startup-taint.cluster-autoscaler.kubernetes.io/',
  'status-taint.cluster-autoscaler.kubernetes.io/',
  'ignore-taint.cluster-autoscaler.kubernetes.io/',
  'karpenter.sh/disrupt',
  'karpenter.sh/unregistered',
  'aws-node-termination-handler/',
  'cloud.google.com/impending-node-termination',
  'remediator.kubernetes.azure.com/',
  // Old machines during a rollout: of Cluster API, OpenShift's machine-config-operator and Gardener's machine-controller-manager.
  'node.cluster.x-k8s.io/outdated-revision',
  'UpdateInProgress',
  'deployment.machine.sapcloud.io/prefer-no-schedule',
  // A new one, until Cluster API has labelled it.
  'node.cluster.x-k8s.io/uninitialized',
  // Node Maintenance Operator.
  'medik8s.io/drain',
  'kubevirt.io/drain',
];
/** Cilium, Istio, Gardener and the CSI drivers of AWS and Azure take such a taint off a new node once they run there. */
const agentTaint = /[/-]not-ready$/;
/** Ours: longer than a provider takes to drain, delete and boot a machine, and to start there what labels it and takes off its taints. */
const replacementMs = 30 * 60_000;
/** Marks a taint that some nodes of a pool lack. */
const notOnAll = ' (not on all nodes)';
/** In the place of a label's value: what is a machine's own, such as its rack, says nothing of the pool. */
const unlike = '(not the same on all nodes)';

export const nodePools: Fact = {
  id: 'node-pools',
  title: 'Node pools: kubelet versions, instance types, taints, labels and minimum size',
  needs: { resources: ['nodes'], optional: ['cluster-autoscaler-status'] },
  collect: (view) => {
    const autoscaled = hasAutoscaler(view);
    return [...Map.groupBy(view.list('nodes'), poolOf)].map(([pool, nodes]) => ({
      object: `NodePool/${pool}`,
      value: {
        kubeletVersions: distinct(nodes.map(({ kubeletVersion }) => kubeletVersion)),
        // Karpenter takes the machine that fits the pods that wait.
        ...(nodes.some(({ labels }) => karpenterPool in labels) ? {} : { instanceTypes: instanceTypesOf(nodes) }),
        ...taintsOf(nodes),
        ...labelsOf(nodes),
        // Nothing tells which of its labels are the machine's own.
        ...(nodes.length === 1 ? { onlyNode: nodes[0]?.name ?? '' } : {}),
        // How many an autoscaler keeps is its own affair.
        ...(autoscaled ? {} : { minimumSize: String(nodes.length) }),
      },
    }));
  },
  tolerates: (path, expected, actual, whole) => {
    if (path === 'onlyNode') return true;
    if (path === 'minimumSize') return expected === undefined || actual === undefined || Number(actual) >= Number(expected);
    // Of several types agreed, those that are there now.
    if (path === 'instanceTypes') return among(actual, expected);
    const [taint, label] = [keyIn('taints', path), keyIn('labels', path)];
    // A release before stated more of them.
    if (taint !== undefined) return isPassing(taint);
    return label !== undefined && (isMade(label) || isOfMachines(expected, actual, whole));
  },
  // A node that is replaced is away for a while, and with it the pool whose only node it was; a new one gets labels, and loses taints, until it is ready.
  holdMs: (path, gone) => (path === 'minimumSize' || (path === '' && gone) || /^(taints|labels)\./.test(path) ? replacementMs : 0),
  // Only a pool that an autoscaler keeps has no minimum size; it may keep none.
  mayBeGone: (agreed) => agreed.minimumSize === undefined,
  source: (object, path, expected, view) => {
    const [, group, key] = /^(taints|labels)\.(.+)$/s.exec(path) ?? [];
    // Where the nodes were not alike when it was agreed, none says which of them changed.
    if (!group || !key || expected.endsWith(notOnAll)) return undefined;
    const node = view
      .list('nodes')
      .find((candidate) => poolOf(candidate) === nameOf(object) && valueAt(candidate, group, key) !== expected);
    return (
      node && { type: resources.nodes.type, name: node.name, fields: group === 'taints' ? ['spec', 'taints'] : ['metadata', 'labels', key] }
    );
  },
};

function instanceTypesOf(nodes: NodeView[]): string {
  return distinct(nodes.map(({ labels }) => labels['node.kubernetes.io/instance-type'] ?? ''));
}

function among(some: string | undefined, all: string | undefined): boolean {
  const known = new Set((all ?? '').split(', '));
  if (some === undefined) return false;
  return some.split(', ').every((one) => known.has(one));
}

function distinct(values: string[]): string {
  return [...new Set(values.filter((value) => value !== ''))].sort().join(', ');
}

function isMade(label: string): boolean {
  if (passingLabels.test(label)) return true;
  const domain = label.slice(0, Math.max(0, label.indexOf('/')));
  return madeDomains.some((made) => domain === made || domain.endsWith(`.${made}`));
}

function isPassing(taint: string): boolean {
  return agentTaint.test(taint) || passingTaints.some((beginning) => taint.startsWith(beginning));
}

function valueAt(node: NodeView, group: string, key: string): string {
  if (group === 'labels') return node.labels[key] ?? '';
  // One key may stand there with several effects.
  return node.taints
    .filter((taint) => taint.key === key)
    .map(({ value, effect }) => `${value}:${effect}`)
    .sort()
    .join(' and ');
}

/** Every taint that a node of the pool has; one node that has another, or lacks one, shows as the pool's drift. */
function taintsOf(nodes: NodeView[]): Record<string, string> {
  const keys = new Set(nodes.flatMap(({ taints }) => taints.map(({ key }) => key)).filter((key) => !isPassing(key)));
  return Object.fromEntries(
    [...keys].map((key) => {
      const values = nodes.map((node) => valueAt(node, 'taints', key));
      return [`taints.${key}`, `${distinct(values)}${values.includes('') ? notOnAll : ''}`];
    }),
  );
}

/** The labels of the pool: what all nodes have alike, and which they have not. */
function labelsOf(nodes: NodeView[]): Record<string, string> {
  const keys = new Set(nodes.flatMap(({ labels }) => Object.keys(labels)).filter((key) => !isMade(key)));
  return Object.fromEntries(
    [...keys].map((key) => {
      const [value = '', ...others] = new Set(nodes.map(({ labels }) => labels[key]));
      return [`labels.${key}`, others.length === 0 ? value : unlike];
    }),
  );
}

/**
 * True where a label differs as machines do. What several nodes had alike is the pool's, whichever are left; what only one had may be its own,
 * unless it is still that one.
 */
function isOfMachines(expected: string | undefined, actual: string | undefined, { agreed, found }: Whole): boolean {
  if (expected === unlike) return true;
  if (expected === undefined && actual === unlike) return true;
  const otherNodes = agreed.onlyNode !== found.onlyNode;
  return otherNodes && (expected === undefined || agreed.onlyNode !== undefined);
}
